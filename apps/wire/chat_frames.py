"""Streaming a chat completion: the whole body as the service's sequence of chunks."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice, zip_longest
from typing import Any

from orjson import dumps

from apps.wire import chat_audio, chat_usage
from apps.wire.call import Call
from apps.wire.chat_fill import fill
from apps.wire.chat_whole import is_whole
from apps.wire.chunks import PLAIN, Chunks, endings
from apps.wire.endpoint import Body
from apps.wire.logprobs import Spelt, spelt
from apps.wire.sse import DONE

_SPLIT_KEYS = frozenset({"role", "content", "refusal", "tool_calls", "function_call", "annotations"})
_NOT_IN_CHUNKS = frozenset({"object", "choices", "usage"})
_BOTH = ("content", "refusal")


def frames(body: Body, call: Call) -> Iterator[bytes]:
    """The events of a streamed chat completion, each with its blank line; the last is [DONE].

    A body that is not whole is completed first, so that any draft can be streamed. Each event is
    made when it is asked for.
    """
    if not is_whole(body):
        body = fill(body, call)
    options = call.data.get("stream_options")
    options = options if isinstance(options, dict) else {}
    padded = options.get("include_obfuscation") is not False
    with_usage = options.get("include_usage") is True
    head, tail = _head(body), b',"usage":null' if with_usage else b""
    yield from _interleaved(
        [_events(choice, Chunks(head, choice["index"], tail, padded=padded)) for choice in body["choices"]]
    )
    if with_usage:
        usage = body.get("usage") or chat_usage.complete(None, body["choices"], call)
        yield head + b'],"usage":' + dumps(usage) + next(endings(b"", padded=padded))
    yield DONE


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


def _interleaved(streams: list[Iterator[bytes]]) -> Iterator[bytes]:
    """The choices take turns; the first turn is a role and a first piece."""
    if len(streams) == 1:
        return streams[0]
    first = [event for stream in streams for event in islice(stream, 2)]
    turns = chain.from_iterable(zip_longest(*streams))
    return chain(first, (event for event in turns if event is not None))


def _events(choice: Body, chunks: Chunks) -> Iterator[bytes]:
    """The chunks of one choice."""
    message = choice["message"]
    tool_calls = message.get("tool_calls") or []
    logprobs = _Logprobs(message, choice.get("logprobs"))
    parts: list[Iterable[bytes]] = [[chunks.one(dumps(_first(message, tool_calls)), logprobs.first)]]
    for key, value in message.items():
        if key not in _SPLIT_KEYS and value is not None:
            parts.append(_extra(key, value, chunks))
    for key in _BOTH:
        if message.get(key):
            parts.append(_text(key, message[key], logprobs.tokens.get(key), chunks))
    merged = _merges(message, tool_calls)
    for index, tool_call in enumerate(tool_calls):
        if not merged:
            parts.append([chunks.one(dumps({"tool_calls": [_tool_start(index, tool_call)]}))])
        parts.append(_arguments(index, tool_call, chunks))
    if message.get("function_call"):
        arguments = message["function_call"]["arguments"]
        parts.append(chunks.cut(b'{"function_call":{"arguments":', arguments, b"}}"))
    if message.get("annotations"):
        parts.append([chunks.one(dumps({"annotations": message["annotations"]}))])
    reason = b',"logprobs":null,"finish_reason":' + dumps(choice.get("finish_reason")) + b"}]"
    return chain(chain.from_iterable(parts), [chunks.one(b"{}", reason)])


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


def _arguments(index: int, tool_call: Body, chunks: Chunks) -> Iterator[bytes]:
    kind, key = ("custom", "input") if tool_call["type"] == "custom" else ("function", "arguments")
    before = b'{"tool_calls":[{"index":%d,"%s":{"%s":' % (index, kind.encode(), key.encode())
    return chunks.cut(before, tool_call[kind][key], b"}}]}")


def _text(key: str, text: str, scored: Spelt | None, chunks: Chunks) -> Iterator[bytes]:
    if scored is None:
        return chunks.cut(b"{" + dumps(key) + b":", text, b"}")
    return (_scored(key, piece, tokens, chunks) for piece, tokens in scored)


def _scored(key: str, piece: str, tokens: list[Body], chunks: Chunks) -> bytes:
    logprobs = dumps({**dict.fromkeys(_BOTH), key: tokens})
    rest = b',"logprobs":' + logprobs + b',"finish_reason":null}]'
    return chunks.one(dumps({key: piece}), rest)


def _extra(key: str, value: Any, chunks: Chunks) -> Iterable[bytes]:
    """What the author added to the message, such as reasoning_content: texts in pieces."""
    if isinstance(value, str):
        return _text(key, value, None, chunks)
    if key == "audio" and isinstance(value, dict):
        return (chunks.one(dumps(delta)) for delta in chat_audio.deltas(value))
    return [chunks.one(dumps({key: value}))]


class _Logprobs:
    """The logprobs of a choice: by token where they spell the text, else all in the first chunk."""

    def __init__(self, message: Body, given: Any) -> None:
        self.tokens: dict[str, Spelt] = {}
        self.first = PLAIN
        if given is None:
            return
        first = given
        spelled = {key: _spelled(given, message, key) for key in _BOTH} if isinstance(given, dict) else {}
        if spelled and None not in spelled.values():
            self.tokens = {key: scored for key, scored in spelled.items() if scored}
            first = {key: None if given.get(key) is None else [] for key in _BOTH}
        self.first = b',"logprobs":' + dumps(first) + b',"finish_reason":null}]'


def _spelled(given: Body, message: Body, key: str) -> Spelt | None:
    """A text with its tokens (no tokens, no text); None where they do not spell it."""
    tokens, text = given.get(key), message.get(key)
    if not tokens:
        return [] if tokens is None or not text else None
    return spelt(tokens, text)
