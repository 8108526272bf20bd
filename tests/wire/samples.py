"""Calls, drafts and strategies that several tests of the wire use."""

from typing import Any

import orjson
from hypothesis import strategies as st

from apps.wire import chat
from apps.wire.call import Call
from apps.wire.complete import complete
from apps.wire.reply import Draft, Reply

CHAT = chat.COMPLETIONS
USER = [{"role": "user", "content": "Say hello"}]


def chat_call(**data: Any) -> Call:
    data = {"model": "gpt-4o-mini", "messages": USER} | data
    return Call(
        id="01", caller="ci", method="POST", path="/v1/chat/completions", data=data, received_at=1769092737.5
    )


def completed(body: Any, *, status: int = 200, call: Call | None = None, **draft: Any) -> Reply:
    return complete(Draft(body=orjson.dumps(body), status=status, **draft), call or chat_call(), CHAT)


def chunks(body: dict[str, Any], **data: Any) -> list[Any]:
    """The parsed chunks of a body streamed to a request with this data, without [DONE]."""
    return parse_events(b"".join(CHAT.frames(body, chat_call(stream=True, **data))))  # type: ignore[misc]


def parse_events(text: bytes) -> list[Any]:
    events = [line.removeprefix(b"data: ") for line in text.split(b"\n\n") if line.strip()]
    assert events.pop() == b"[DONE]"
    return [orjson.loads(event) for event in events]


def joined(parts: list[Any], key: str, index: int = 0) -> str:
    """The concatenated deltas of one key of one choice."""
    deltas = [choice["delta"] for part in parts for choice in part["choices"] if choice["index"] == index]
    return "".join(delta[key] for delta in deltas if isinstance(delta.get(key), str))


json_leaves = (
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)  # fmt: skip
json_values = st.recursive(
    json_leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
