"""Whether a message clearly asks for what a tool does, by the words of its name and its description."""

import re
from functools import lru_cache

from apps.wire.asked import Tool

_WORD = re.compile(r"[A-Z]?[^\W_A-Z]+|[A-Z]+(?![^\W_A-Z])|\d+")
# Words that most names and most messages have: they say nothing of which tool is meant.
_COMMON = """
a about all an and any api are as at be by call can could current currently data do does for from
function get give given how i if in info information is it its let look lookup make me my new of on
or our please provide return returns run show specific tell that the their them then this to tool up
use used useful user using want was we what when where which who will with would you your fetch find
retrieve value input output string object list request query answer question mock
"""
_EMPTY = frozenset(_COMMON.split())
_DESCRIBED = 4  # letters of a word of a description that counts


def asks_for(text: str, tool: Tool) -> bool:
    """Whether most words of the tool's name are in the text, or several of its description."""
    said = _words(text)
    if tool.name.casefold() in text.casefold().split():
        return True
    name = _words(tool.name)
    telling = name - _EMPTY or name
    hits = len(telling & said)
    if 2 * hits > len(telling):
        return True
    described = {word for word in _words(tool.description) - _EMPTY if len(word) >= _DESCRIBED}
    return len((described | telling) & said) >= (2 if hits else 3)


@lru_cache(maxsize=512)
def _words(text: str) -> frozenset[str]:
    return frozenset(_stem(word.casefold()) for word in _WORD.findall(text))


def _stem(word: str) -> str:
    """Without what most often makes one word look like two: weather forecasts, forecasting."""
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word
