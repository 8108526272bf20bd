"""How much a reasoning model thinks before an automatic answer: tokens that are counted, and never seen."""

from functools import lru_cache
from typing import Any

from apps.wire.context import by_beginning

# The effort of a model where its request names none, by the beginning of the model's name; the longest
# beginning counts, and "" is a model that does not reason. By OpenAI's descriptions of them; not measured.
_DEFAULTS = {
    "o1": "medium",
    "o3": "medium",
    "o4": "medium",
    "codex-mini": "medium",
    "gpt-5": "medium",
    "gpt-5-pro": "high",
    "gpt-5-chat": "",
    "gpt-5-search": "",
    "gpt-5.1": "none",
    "gpt-5.1-codex": "medium",
    "gpt-5.1-chat": "",
    "gpt-5.2": "none",
    "gpt-5.2-codex": "medium",
    "gpt-5.2-pro": "medium",
    "gpt-5.2-chat": "",
}
# The service counts them by 64, too.
TOKENS = {"none": 0, "minimal": 0, "low": 64, "medium": 192, "high": 448, "xhigh": 960, "max": 1984}


@lru_cache(maxsize=512)
def default_effort(model: str) -> str:
    """The effort of a model that is asked for none; "" for one that does not reason."""
    return by_beginning(model, _DEFAULTS) or ""


def thought_tokens(model: str, effort: Any, limit: int | None) -> int:
    """The tokens of the thoughts; of a limit for the whole answer they take half at most."""
    default = default_effort(model)
    if not default:
        return 0
    tokens = TOKENS.get(effort, TOKENS[default]) if isinstance(effort, str) else TOKENS[default]
    return tokens if limit is None else min(tokens, limit // 2)


def left(limit: int | None, tokens: int) -> int | None:
    """What the thoughts leave of a limit."""
    return None if limit is None else limit - tokens
