"""The lines of a batch: read from its input file, written to its output and error files."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import orjson

from apps.wire.endpoint import Body
from apps.wire.faults.row import CLEAN, RESET, STALL
from apps.wire.faults.table import BY_NAME as FAULTS
from apps.wire.ids import object_id
from apps.wire.jsongate import GateError, read_object

LINES_MAX = 50_000
ERRORS_MAX = 100  # that a failed batch tells of


class Line(NamedTuple):
    """One request of a batch. `number` counts the file's lines from 1; `body` is its JSON text."""

    number: int
    custom_id: str
    body: bytes


def read_lines(content: bytes, *, url: str) -> tuple[list[Line], list[Body], str]:
    """(lines, errors, model) of an input file, whose requests all go to `url` and to one model.

    With errors, as `Batch.errors.data` has them, the batch fails.
    """
    reader = _Reader(url)
    for number, raw in enumerate(content.split(b"\n"), 1):
        if raw.strip():
            reader.read(number, raw)
        if len(reader.lines) > LINES_MAX or len(reader.errors) >= ERRORS_MAX:
            break
    if not reader.lines and not reader.errors:
        reader.wrong(None, "empty_file", "The input file is empty. It needs one request a line.")
    if len(reader.lines) > LINES_MAX:
        message = f"The input file has more than {LINES_MAX:,} requests."
        reader.wrong(None, "too_many_tasks", message)
    return reader.lines, reader.errors, reader.model


class _Reader:
    def __init__(self, url: str) -> None:
        self.lines: list[Line] = []
        self.errors: list[Body] = []
        self.model = ""
        self._url = url
        self._ids: set[str] = set()

    def wrong(self, line: int | None, code: str, message: str, param: str | None = None) -> None:
        self.errors.append({"code": code, "message": message, "param": param, "line": line})

    def read(self, number: int, raw: bytes) -> None:
        try:
            request = read_object(raw)
        except GateError:
            self.wrong(number, "invalid_json_line", "This line is not parseable as valid JSON.")
            return
        problems = len(self.errors)
        custom_id, body = request.get("custom_id"), request.get("body")
        for name, kind, value in (("custom_id", str, custom_id), ("body", dict, body)):
            if value is None:
                message = f"Missing required parameter: '{name}'."
                self.wrong(number, "missing_required_parameter", message, name)
            elif not isinstance(value, kind):
                expected = "a string" if kind is str else "an object"
                self.wrong(number, "invalid_type", f"'{name}' must be {expected}.", name)
        self._read_address(number, request)
        if isinstance(custom_id, str):
            self._read_id(number, custom_id)
        if isinstance(body, dict):
            self._read_model(number, body.get("model"))
            if len(self.errors) == problems:
                body.pop("stream", None)  # there is nobody to stream to
                body.pop("stream_options", None)
                self.lines.append(Line(number, str(custom_id), orjson.dumps(body)))

    def _read_address(self, number: int, request: Body) -> None:
        if request.get("method") != "POST":
            self.wrong(number, "invalid_method", "The method of each request must be 'POST'.", "method")
        if request.get("url") != self._url:
            message = (
                f"The URL provided for this request ('{request.get('url')}') does not match the batch "
                f"endpoint ('{self._url}')."
            )
            self.wrong(number, "url_mismatch", message, "url")

    def _read_id(self, number: int, custom_id: str) -> None:
        if custom_id in self._ids:
            message = (
                "The custom_id for this request is a duplicate of another request. The custom_id "
                "parameter must be unique for each request in a batch."
            )
            self.wrong(number, "duplicate_custom_id", message, "custom_id")
        self._ids.add(custom_id)

    def _read_model(self, number: int, model: Any) -> None:
        if not isinstance(model, str):
            return  # the answer to that line says so
        self.model = self.model or model
        if model != self.model:
            message = (
                f"The model of this request ('{model}') is not that of the others ('{self.model}'): all "
                "requests of a batch must use the same model."
            )
            self.wrong(number, "model_mismatch", message, "body.model")


# --- what comes of a line --------------------------------------------------------------------------


def answered(line: Line, *, status: int, request_id: str, body: Any) -> Body:
    """The line of the output file, or with a status from 400 that of the error file."""
    response = {"status_code": status, "request_id": request_id, "body": body}
    return {**_line(line), "response": response, "error": None}


def unanswered(line: Line, *, code: str, message: str) -> Body:
    """The line of the error file for a request that was never answered."""
    return {**_line(line), "response": None, "error": {"code": code, "message": message}}


def broken_off(line: Line, fault: str) -> Body | None:
    """The line of the error file for a request whose answer a fault kept from being whole; None of others."""
    row = FAULTS.get(fault)
    if row is None or row.end == CLEAN:
        return None
    if row.end == STALL:
        return unanswered(line, code="request_timeout", message="The answer stalled before it was whole.")
    message = f"The connection was {'reset' if row.end == RESET else 'closed'} before the answer was whole."
    return unanswered(line, code="connection_error", message=message)


def expired(line: Line) -> Body:
    message = "This request could not be executed before the completion window expired."
    return unanswered(line, code="batch_expired", message=message)


def is_good(result: Body) -> bool:
    """Whether a result goes to the output file."""
    response = result["response"]
    return response is not None and 200 <= response["status_code"] < 300


def text_of(results: Iterable[Body]) -> bytes:
    """A file of results, a line each."""
    return b"".join([orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE) for one in results])


def add_usage(usage: Body, result: Body) -> Body:
    """A batch's usage with that of one more answer, whose endpoint has either names for it."""
    body = result["response"]["body"] if result["response"] else None
    used = body.get("usage") if isinstance(body, dict) else None
    if not isinstance(used, dict):
        return usage
    taken = _count(used, "input_tokens", "prompt_tokens")
    given = _count(used, "output_tokens", "completion_tokens")
    return usage | {
        "input_tokens": usage.get("input_tokens", 0) + taken,
        "output_tokens": usage.get("output_tokens", 0) + given,
        "total_tokens": usage.get("total_tokens", 0) + taken + given,
    }


def _count(used: Body, *names: str) -> int:
    found = next((used[name] for name in names if name in used), 0)
    return found if isinstance(found, int) else 0


def _line(line: Line) -> Body:
    return {"id": object_id("batch_req_"), "custom_id": line.custom_id}
