"""What faults of frames, and the errors that count, make of short replies, without a server."""

import json
from typing import Any

import pytest
from openai.types.responses import ResponseErrorEvent

from apps.gateway.broken import sending_of
from apps.wire.call import Call
from apps.wire.faults.read import read_fault
from apps.wire.faults.strike import struck
from apps.wire.reply import Fault, Reply
from apps.wire.table import BY_NAME as ENDPOINTS

CHAT, RESPONSES = ENDPOINTS["chat.completions"], ENDPOINTS["responses"]


def completed(content: str) -> bytes:
    message = {"role": "assistant", "content": content, "refusal": None}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    head = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "gpt-4o"}
    return json.dumps({**head, "choices": [choice]}).encode()


async def left(endpoint: Any, body: bytes, fault: Any, *, stream: bool) -> bytes:
    """All that leaves of a reply with a fault; without one, of the whole body or the plain stream."""
    asked = {"model": "gpt-4o", "stream": stream, "stream_options": {"include_obfuscation": False}}
    call = Call(id="x", caller="me", method="POST", path="/", data=asked)
    reply = Reply(body, fault=fault)
    sending, _ = await sending_of(reply, call, endpoint)
    return b"".join(piece.data for piece in sending.pieces)


@pytest.mark.parametrize(
    "name", ["truncated-json", "garbled-chunk", "duplicated-chunk", "cut", "error-event"]
)
async def test_a_stream_of_few_tokens_is_struck_at_its_last_one(name: str) -> None:
    fine = await left(CHAT, completed("OK."), Fault("slow-drip", 1), stream=True)
    struck_one = await left(CHAT, completed("OK."), read_fault(name)[0], stream=True)
    assert struck_one != fine
    if name == "duplicated-chunk":
        assert struck_one.count(b'"delta":{"content":') == fine.count(b'"delta":{"content":') + 1
    if name == "cut":
        assert b'"finish_reason":"stop"' not in struck_one


@pytest.mark.parametrize("name", ["truncated-json", "cut", "reset-after", "stall", "garbled-chunk"])
async def test_a_whole_body_is_at_least_a_byte_short_however_large_the_number(name: str) -> None:
    body = completed("OK.")
    got = await left(CHAT, body, Fault(name, 1_000_000), stream=False)
    with pytest.raises(ValueError):
        json.loads(got)
    assert got.startswith(body[:-1])


async def test_an_error_in_a_stream_of_responses_is_the_sdks_own_event() -> None:
    text = {"type": "output_text", "text": "one two three four five", "annotations": []}
    message = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [text],
    }
    body = {"id": "resp_1", "object": "response", "status": "completed", "output": [message]}
    got = await left(RESPONSES, json.dumps(body).encode(), Fault("error-event", 2), stream=True)
    *before, last = got.decode().strip().split("\n\n")
    name, _, data = last.partition("\ndata: ")
    assert name == "event: error"
    event = ResponseErrorEvent.model_validate_json(data, strict=True)
    assert event.sequence_number == len(before)
    assert event.message.startswith("The server had an error")


@pytest.mark.parametrize("kind", ["requests", "tokens"])
@pytest.mark.parametrize(("wait_ms", "said"), [(None, "1s"), (250, "250ms"), (1, "1ms"), (60_000, "1m0s")])
def test_a_rate_limit_says_its_wait_in_words_and_every_header(kind: str, wait_ms: int, said: str) -> None:
    call = Call(id="x", caller="me", method="POST", path="/", data={"model": "gpt-4o"})
    fault, wrong = read_fault({"name": f"rate-limit-{kind}", "wait_ms": wait_ms})
    assert not wrong
    reply, _ = struck(Reply(b"{}", fault=fault), call, CHAT)
    headers = dict(reply.headers)
    assert f"Please try again in {said}." in json.loads(reply.body)["error"]["message"]
    assert headers["retry-after-ms"] == str(wait_ms or 1000)
    assert headers["retry-after"] == ("60" if wait_ms == 60_000 else "1")
    assert headers[f"x-ratelimit-reset-{kind}"] == said
