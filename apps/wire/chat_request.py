"""Reading a chat request: what makes it unusable, what it asks, and what an echo would answer."""

import re
from hashlib import blake2b
from typing import Any

import orjson
import toktok

from apps.wire import usage
from apps.wire.call import Call
from apps.wire.chat_fill import N_MAX
from apps.wire.endpoint import Body
from apps.wire.errors import missing_parameter, out_of_range
from apps.wire.findings import findings, refusal
from apps.wire.shelf import Shelf

SUMMARY_MAX = 200
OPERATION = "chat.completions.create"

# What is wrong there leaves nothing to answer; the rest is told, if at all, by the switch for validation.
_ESSENTIAL = re.compile(
    r"model|messages(\[\d+\](\.role)?)?|n|stream|stream_options|logprobs|top_logprobs|tools|temperature"
    r"|max_tokens|max_completion_tokens"
)
_MANY = 1000  # a request with more findings is answered as it is


def check(call: Call) -> None:
    """Raise WireError for a request that no answer can be made for; the rest is validated elsewhere."""
    data = call.data
    if data.get("model") == "":
        raise missing_parameter("model")
    for finding in findings(data, OPERATION, limit=_MANY):
        if _ESSENTIAL.fullmatch(finding.path):
            raise refusal(finding)
    if data.get("messages") == []:
        problem = "empty array. Expected an array with minimum length 1, but got an empty array instead."
        raise out_of_range("messages", problem, code="empty_array")
    _check_n(data.get("n"))


def _check_n(n: Any) -> None:
    if type(n) is not int or 1 <= n <= N_MAX:
        return
    side, limit, bound = ("below minimum", ">=", 1) if n < 1 else ("above maximum", "<=", N_MAX)
    problem = f"integer {side} value. Expected a value {limit} {bound}, but got {n} instead."
    raise out_of_range("n", problem, code=f"integer_{side.replace(' ', '_')}_value")


def summary(call: Call) -> str:
    """One line of at most 200 characters: the last user text, or the tool results that came after it."""
    messages = call.data.get("messages")
    last: Body | None = None
    for item in reversed(messages) if isinstance(messages, list) else ():
        if not isinstance(item, dict):
            continue
        role = item.get("role")
        if last is None and role in ("tool", "function"):
            return _line("[tool result] " + _text(item.get("content")))
        last = last or item
        if role == "user":
            return _line(_text(item.get("content")))
    return _line(_text(last.get("content"))) if last else ""


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return " ".join([_part(part) for part in parts if isinstance(part, dict)])


def _part(part: Body) -> str:
    text = part.get("text", part.get("refusal"))
    if isinstance(text, str):
        return text
    name = str(part.get("type", "part"))
    return f"[{name.removesuffix('_url').removeprefix('input_')}]"


def _line(text: str) -> str:
    head = text[:SUMMARY_MAX].strip()
    if head.isprintable() and "  " not in head:
        return head if len(text) <= SUMMARY_MAX else head[: SUMMARY_MAX - 1] + "…"
    # The head of a huge text is enough, and splitting all of it would take long.
    line = " ".join(text[: 3 * SUMMARY_MAX].split())
    return line if len(line) <= SUMMARY_MAX else line[: SUMMARY_MAX - 1] + "…"


def auto(call: Call, shelf: Shelf) -> Body:
    """A generated draft: an echo of what was asked, cut as the request asks; same request, same answer."""
    asked = summary(call)
    content = f'This is a mock answer to: "{asked}"' if asked else "This is a mock answer."
    digest = blake2b(orjson.dumps(call.data, option=orjson.OPT_SORT_KEYS), digest_size=15).hexdigest()
    draft: Body = {"id": f"chatcmpl-{digest[:29]}", "content": _stopped(content, call.data.get("stop"))}
    limit = call.data.get("max_completion_tokens") or call.data.get("max_tokens")
    if isinstance(limit, int) and limit > 0:
        cut, tokens = toktok.truncate(draft["content"], limit, usage.encoding(call.model))
        if tokens > limit:
            draft |= {"content": cut, "finish_reason": "length"}
    return draft


def _stopped(text: str, stop: Any) -> str:
    """The text up to the first stop sequence."""
    for word in stop if isinstance(stop, list) else [stop]:
        if isinstance(word, str) and word:
            text = text.split(word, 1)[0]
    return text
