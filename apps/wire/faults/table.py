"""FAULTS: every fault there is; a new one is one function and one row here."""

from collections.abc import Callable
from functools import partial
from typing import Any

from apps.wire.faults import bodies, frames, instead
from apps.wire.faults.row import CUT, RESET, STALL, FaultRow, Number

_AFTER = Number("after_tokens", 3, 0, 1_000_000)
_WAIT = Number("wait_ms", 1000, 1, 60_000)


def _row(kind: str, group: str, name: str, says: str, does: Callable[..., Any], **more: Any) -> FaultRow:
    given: dict[str, Any] = {kind: does, **more}
    return FaultRow(name=name, group=group, says=says, **given)


_error = partial(_row, "instead", "errors")
_line, _stream, _whole = (partial(_row, "frames", group) for group in ("connection", "stream", "body"))
_body, _tool = (partial(_row, "body", group) for group in ("body", "tools"))

FAULTS: tuple[FaultRow, ...] = (
    _error("unauthorized", "401: the API key is not known.", instead.unauthorized),
    _error("forbidden", "403: the country is not supported.", instead.forbidden),
    _error("model-not-found", "404: there is no such model.", instead.no_model),
    _error("request-timeout", "408: it took too long.", instead.request_timeout),
    _error("conflict", "409: somebody else changed it.", instead.conflict),
    _error("unprocessable", "422: it cannot be processed.", instead.unprocessable),
    _error(
        "rate-limit-requests", "429: too many requests a minute.", instead.too_many_requests, number=_WAIT
    ),
    _error("rate-limit-tokens", "429: too many tokens a minute.", instead.too_many_tokens, number=_WAIT),
    _error("quota", "429: the quota is used up.", instead.no_quota),
    _error("server-error", "500: the server failed.", instead.server_error),
    _error("overloaded", "503: the engine is overloaded.", instead.overloaded),
    _error("context-length", "400: the messages are too long for the model.", instead.context_too_long),
    _error("content-filter", "400: the prompt was filtered.", instead.filtered),
    _line("reset", "The connection is reset before the first byte.", frames.nothing, end=RESET, alone=True),
    _line("reset-after", "The connection is reset after n tokens.", frames.first, end=RESET, number=_AFTER),
    _line("cut", "The connection is closed after n tokens.", frames.first, end=CUT, number=_AFTER),
    _line("stall", "Nothing comes after n tokens, for ever.", frames.first, end=STALL, number=_AFTER),
    _line("empty-reply", "Headers, and a body of no bytes.", frames.empty, alone=True, is_silent=True),
    _stream(
        "no-done",
        "The event that ends the stream ([DONE]) is missing.",
        frames.no_done,
        only="stream",
        is_silent=True,
    ),
    _stream("error-event", "An error comes as an event.", frames.error_event, number=_AFTER, only="stream"),
    _stream("duplicated-chunk", "One event comes twice; a whole body does.", frames.doubled, number=_AFTER),
    _stream("garbled-chunk", "Garbage comes in the place of one token.", frames.garbled, number=_AFTER),
    _stream("split-character", "A character of several bytes comes in two halves.", frames.split_character),
    _whole(
        "truncated-json", "The JSON ends in the middle, the answer well.", frames.truncated, number=_AFTER
    ),
    _whole("wrong-content-type", "The content type is text/plain.", frames.wrong_type),
    _body(
        "empty-choices", "The list of choices (output, data) is empty.", bodies.empty_choices, in_chunks=True
    ),
    _body("missing-usage", "There is no usage.", bodies.no_usage, in_chunks=True),
    _body("wrong-finish-reason", "The finish reason is not the true one.", bodies.wrong_finish, only="text"),
    _whole(
        "huge-body", "White space in the JSON, by the MB.", frames.huge, number=Number("size_mb", 10, 1, 200)
    ),
    _tool("bad-tool-arguments", "The arguments are no JSON.", bodies.broken_arguments, only="text"),
    _tool("unknown-tool", "The tool that is called was not offered.", bodies.unknown_tool, only="text"),
    _tool("uncalled-for-tool", "A tool is called instead of an answer.", bodies.uncalled_for, only="text"),
    _line("slow-drip", "8 bytes at a time.", frames.drip, number=Number("pause_ms", 20, 1, 60_000)),
)
BY_NAME = {row.name: row for row in FAULTS}
