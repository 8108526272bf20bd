"""What travels: the 1 KB request, the 0.8 KB reply with a serial number, and how it is read back."""

import json
import re
from typing import Any

REQUEST_BYTES = 1024
REPLY_BYTES = 800
DIGITS = 24
MARK = (
    b"chatcmpl-bench"  # the reply's id starts so; the serial number follows. Every frame of a stream has it
)
WORDS = "the quick brown fox jumps over the lazy dog and a mock answers as it was told "

_DELTA = re.compile(rb"^data: (\{.*\})$", re.MULTILINE)


def _body_of_size(body: dict[str, Any], text: dict[str, Any], size_bytes: int) -> bytes:
    """The body as compact JSON, its `content` filled up with words to exactly that size."""
    missing = size_bytes - len(_compact(body))
    text["content"] += (WORDS * (missing // len(WORDS) + 1))[:missing]
    return _compact(body)


def _compact(body: Any) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()


def request_body(*, stream: bool = False, content: str = "Say something. ") -> bytes:
    """A chat.completions request of 1,024 bytes."""
    message: dict[str, Any] = {"role": "user", "content": content}
    body: dict[str, Any] = {"model": "gpt-4o", "messages": [message], "temperature": 0.2}
    if stream:
        body["stream"] = True
    return _body_of_size(body, message, REQUEST_BYTES)


def http_request(path: str, body: bytes) -> bytes:
    """A whole POST as it travels, with the headers every OpenAI client sends."""
    head = (
        f"POST {path} HTTP/1.1\r\nhost: localhost\r\naccept: application/json\r\n"
        f"content-type: application/json\r\nauthorization: Bearer sk-benchmark\r\n"
        f"user-agent: benchmark\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _reply_template() -> tuple[bytes, bytes]:
    message: dict[str, Any] = {"role": "assistant", "content": "", "refusal": None, "annotations": []}
    body = {
        "id": MARK.decode() + "0" * DIGITS,
        "object": "chat.completion",
        "created": 1760000000,
        "model": "gpt-4o-2024-08-06",
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 230, "completion_tokens": 90, "total_tokens": 320},
        "service_tier": "default",
        "system_fingerprint": "fp_benchmark",
    }
    before, _, after = _body_of_size(body, message, REPLY_BYTES).partition(MARK + b"0" * DIGITS)
    return before + MARK, after


_BEFORE, _AFTER = _reply_template()


def reply_body(serial: int) -> bytes:
    """A whole chat.completion of 800 bytes that carries the serial number in its id."""
    return b"%b%024d%b" % (_BEFORE, serial, _AFTER)


def reply_text() -> str:
    """The text that every reply says."""
    text: str = json.loads(reply_body(0))["choices"][0]["message"]["content"]
    return text


def is_whole(answer: bytes) -> bool:
    """True when the bytes are one whole HTTP response (content-length, or chunked to its end)."""
    head = answer.find(b"\r\n\r\n")
    if head < 0:
        return False
    at = answer.find(b"content-length: ", 0, head)
    if at < 0:
        return answer.endswith(b"\r\n0\r\n\r\n")
    return len(answer) >= head + 4 + int(answer[at + 16 : answer.find(b"\r", at)])


def serial_of(answer: bytes) -> int:
    """The serial number of a 200 response, or -1."""
    at = answer.find(MARK)
    if at < 0 or not answer.startswith(b"HTTP/1.1 200"):
        return -1
    at += len(MARK)
    digits = answer[at : at + DIGITS]
    return int(digits) if digits.isdigit() else -1


def is_accepted(answer: bytes) -> int:
    """0 for a response of a 2xx status, else -1."""
    return 0 if answer.startswith(b"HTTP/1.1 2") else -1


def body_of(answer: bytes) -> bytes:
    """The body of a whole HTTP response, chunks joined."""
    head, _, body = answer.partition(b"\r\n\r\n")
    if b"transfer-encoding: chunked" not in head:
        return body
    joined = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        joined, body = joined + body[: int(size, 16)], body[int(size, 16) + 2 :]
    return joined


def says_it_all(answer: bytes) -> bool:
    """True when a whole response, plain or streamed, says exactly the reply's text."""
    body = body_of(answer)
    if not body.startswith(b"data: "):
        return bool(json.loads(body) == json.loads(reply_body(serial_of(answer))))
    frames = [json.loads(found) for found in _DELTA.findall(body)]
    pieces = [choice["delta"].get("content") or "" for frame in frames for choice in frame["choices"]]
    return "".join(pieces) == reply_text() and body.endswith(b"data: [DONE]\n\n")
