"""Reading a chat request: what makes it unusable, and what it asks."""

import re

from apps.wire.asked import content_text, one_line
from apps.wire.bounds import check_integer, check_lengths
from apps.wire.call import Call
from apps.wire.chat_fill import N_MAX
from apps.wire.endpoint import Body
from apps.wire.errors import missing_parameter, out_of_range
from apps.wire.findings import findings, refusal

OPERATION = "chat.completions.create"

# What is wrong there leaves nothing to answer; the rest is told, if at all, by the switch for validation.
_ESSENTIAL = re.compile(
    r"model|messages(\[\d+\](\.role)?)?|n|stream|stream_options|logprobs|top_logprobs|tools|temperature"
    r"|max_tokens|max_completion_tokens|stop(\[\d+\])?|top_p|presence_penalty|frequency_penalty|seed|logit_bias(\..*)?"
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
    check_integer("n", data.get("n"), 1, N_MAX)
    check_lengths(data, "max_completion_tokens", "max_tokens")


def summary(call: Call) -> str:
    """One line of at most 200 characters: the last user text, or the tool results that came after it."""
    messages = call.data.get("messages")
    last: Body | None = None
    for item in reversed(messages) if isinstance(messages, list) else ():
        if not isinstance(item, dict):
            continue
        role = item.get("role")
        if last is None and role in ("tool", "function"):
            return one_line("[tool result] " + content_text(item.get("content")))
        last = last or item
        if role == "user":
            return one_line(content_text(item.get("content")))
    return one_line(content_text(last.get("content"))) if last else ""
