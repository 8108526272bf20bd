"""Streaming a chat completion: the whole body as the service's sequence of chunks."""

from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import Any

from orjson import dumps

from apps.wire import chat_usage, ids
from apps.wire.call import Call
from apps.wire.chat_fill import fill
from apps.wire.chat_whole import is_whole
from apps.wire.endpoint import Body
from apps.wire.pieces import pieces
from apps.wire.sse import DONE

_NOTHING_MORE = b',"logprobs":null,"finish_reason":null}]'
_SPLIT_KEYS = frozenset({"role", "content", "refusal", "tool_calls", "function_call", "annotations"})
_NOT_IN_CHUNKS = frozenset({"object", "choices", "usage"})
Wrap = Callable[[list[bytes]], list[bytes]]


def frames(body: Body, call: Call) -> Iterator[bytes]:
    """The events of a streamed chat completion, each with its blank line; the last is [DONE].

    A body that is not whole is completed first, so that any draft can be streamed.
    """
    if not is_whole(body):
        body = fill(body, call)
    options = call.data.get("stream_options")
    options = options if isinstance(options, dict) else {}
    with_usage = options.get("include_usage") is True
    wrap = _wrapper(options, b',"usage":null' if with_usage else b"")
    head = _head(body)
    yield from wrap(_interleaved([_steps(choice, head) for choice in body["choices"]]))
    if with_usage:
        usage = body.get("usage") or chat_usage.complete(None, body["choices"], call)
        yield from _wrapper(options, b"")([head + b'],"usage":' + dumps(usage)])
    yield DONE


def _wrapper(options: Body, tail: bytes) -> Wrap:
    if options.get("include_obfuscation") is False:
        return lambda steps: [step + tail + b"}\n\n" for step in steps]
    tail += b',"obfuscation":"'
    return lambda steps: [
        step + tail + padding + b'"}\n\n'
        for step, padding in zip(steps, ids.obfuscations(len(steps)), strict=True)
    ]


def _head(body: Body) -> bytes:
    """What every chunk begins with, up to its choices."""
    shared = {
        "id": body["id"],
        "object": "chat.completion.chunk",
        "created": body["created"],
        "model": body["model"],
    }
    for key in ("service_tier", "system_fingerprint", *body):
        if key in body and key not in _NOT_IN_CHUNKS:
            shared[key] = body[key]
    return b"data: " + dumps(shared)[:-1] + b',"choices":['


def _interleaved(streams: list[list[bytes]]) -> list[bytes]:
    """The choices take turns; the first turn is a role and a first piece."""
    if len(streams) == 1:
        return streams[0]
    steps = [step for stream in streams for step in stream[:2]]
    for turn in zip_longest(*(stream[2:] for stream in streams)):
        steps += [step for step in turn if step is not None]
    return steps


def _steps(choice: Body, head: bytes) -> list[bytes]:
    """The chunks of one choice up to the end of their `choices`."""
    message = choice["message"]
    start = head + b'{"index":%d,"delta":' % choice["index"]
    tool_calls = message.get("tool_calls") or []
    logprobs = _Logprobs(message, choice.get("logprobs"))
    steps = [start + dumps(_first(message, tool_calls)) + logprobs.first]
    for key, value in message.items():
        if key not in _SPLIT_KEYS and value is not None:
            steps += _extra_steps(key, value, start)
    for key in ("content", "refusal"):
        if message.get(key):
            steps += _text_steps(key, message[key], logprobs.tokens.get(key), start)
    merged = _merges(message, tool_calls)
    for index, tool_call in enumerate(tool_calls):
        if not merged:
            steps.append(start + dumps({"tool_calls": [_tool_start(index, tool_call)]}) + _NOTHING_MORE)
        steps += _argument_steps(index, tool_call, start)
    if message.get("function_call"):
        before = start + b'{"function_call":{"arguments":'
        steps += _cut(message["function_call"]["arguments"], before, b"}}" + _NOTHING_MORE)
    if message.get("annotations"):
        steps.append(start + dumps({"annotations": message["annotations"]}) + _NOTHING_MORE)
    reason = dumps(choice.get("finish_reason"))
    return [*steps, start + b'{},"logprobs":null,"finish_reason":' + reason + b"}]"]


def _cut(text: str, before: bytes, after: bytes) -> list[bytes]:
    return [before + dumps(piece) + after for piece in pieces(text)]


def _merges(message: Body, tool_calls: list[Body]) -> bool:
    """A single call of a tool that comes alone starts in the first chunk."""
    return len(tool_calls) == 1 and message.get("content") is None


def _first(message: Body, tool_calls: list[Body]) -> Body:
    content, refusal = message.get("content"), message.get("refusal")
    delta: Body = {"role": message["role"], "content": None if content is None else ""}
    if _merges(message, tool_calls):
        delta["tool_calls"] = [_tool_start(0, tool_calls[0])]
    elif tool_calls and content is None and refusal is None:
        return delta
    if message.get("function_call"):
        delta["function_call"] = {"name": message["function_call"]["name"], "arguments": ""}
    delta["refusal"] = None if refusal is None else ""
    return delta


def _tool_start(index: int, tool_call: Body) -> Body:
    start: Body = {"index": index, "id": tool_call["id"], "type": tool_call["type"]}
    if tool_call["type"] == "custom":
        start["custom"] = {"name": tool_call["custom"]["name"], "input": ""}
    else:
        start["function"] = {"name": tool_call["function"]["name"], "arguments": ""}
    return start


def _argument_steps(index: int, tool_call: Body, start: bytes) -> list[bytes]:
    kind, key = ("custom", "input") if tool_call["type"] == "custom" else ("function", "arguments")
    before = b'{"tool_calls":[{"index":%d,"%s":{"%s":' % (index, kind.encode(), key.encode())
    return _cut(tool_call[kind][key], start + before, b"}}]}" + _NOTHING_MORE)


def _text_steps(key: str, text: str, tokens: list[Body] | None, start: bytes) -> list[bytes]:
    before = start + b"{" + dumps(key) + b":"
    if tokens is None:
        return _cut(text, before, b"}" + _NOTHING_MORE)
    other = "refusal" if key == "content" else "content"
    steps = []
    for token in tokens:
        logprobs = dumps({"content": None, "refusal": None} | {key: [token], other: None})
        steps.append(
            before + dumps(token["token"]) + b'},"logprobs":' + logprobs + b',"finish_reason":null}]'
        )
    return steps


def _extra_steps(key: str, value: Any, start: bytes) -> list[bytes]:
    """What the author added to the message, such as reasoning_content: texts in pieces."""
    if isinstance(value, str):
        return _text_steps(key, value, None, start)
    return [start + dumps({key: value}) + _NOTHING_MORE]


class _Logprobs:
    """The logprobs of a choice: by token where they spell the text, else all in the first chunk."""

    def __init__(self, message: Body, given: Any) -> None:
        self.tokens: dict[str, list[Body]] = {}
        self.first = _NOTHING_MORE
        if given is None:
            return
        first = given
        if isinstance(given, dict) and all(_spells(given.get(key), message.get(key)) for key in _BOTH):
            self.tokens = {key: given[key] for key in _BOTH if given.get(key)}
            first = {key: None if given.get(key) is None else [] for key in _BOTH}
        self.first = b',"logprobs":' + dumps(first) + b',"finish_reason":null}]'


_BOTH = ("content", "refusal")


def _spells(tokens: Any, text: Any) -> bool:
    """Whether the tokens put together are the text (no tokens, no text)."""
    if not tokens:
        return tokens is None or not text
    if not isinstance(tokens, list) or not all(isinstance(token, dict) for token in tokens):
        return False
    spelt = [token.get("token") for token in tokens]
    return all(isinstance(piece, str) for piece in spelt) and "".join(spelt) == text
