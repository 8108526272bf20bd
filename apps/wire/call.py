"""A call: one request that came in at an OpenAI endpoint."""

from contextvars import ContextVar
from typing import Any, NamedTuple

# The request id of the call that this task serves: the log names it.
serving: ContextVar[str] = ContextVar("serving", default="")


class Upload(NamedTuple):
    """A file of a multipart request."""

    filename: str
    content_type: str
    data: bytes


class Call(NamedTuple):
    """One request, read and named; nothing about how it will be answered.

    `headers` are (lower-case name, value) pairs as they came, secrets included: only
    `redact.safe_headers` of them may be kept or shown. `data` is the parsed JSON object of the body
    ({} when there is none, or when the body could not be read). `params` are the placeholders of
    the endpoint's path, such as {"model": "gpt-4o"}. `path` is decoded and without its query, which is in
    `query_text` as it came, and in `query` by name (`include[]` is "include").

    Of a multipart request `data` has the fields, and of each file what `form_fields.describe` says;
    `body` is the JSON text of that. `files` has the bytes by field: the journal does not keep them.

    A named tuple, as all values of the hot path: made in a third of the time of a frozen dataclass.
    """

    id: str
    caller: str
    method: str
    path: str
    endpoint: str = ""
    params: dict[str, str] = {}
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    data: dict[str, Any] = {}
    received_at: float = 0.0  # unix seconds
    peer_ip: str = ""
    peer_port: int = 0
    request_id: str = ""
    query: dict[str, list[str]] = {}
    files: dict[str, list[Upload]] = {}
    query_text: str = ""

    @property
    def model(self) -> str:
        model = self.data.get("model") or self.params.get("model")
        return model if isinstance(model, str) else ""

    @property
    def stream(self) -> bool:
        data = self.data
        if data.get("stream") is True or data.get("stream_format") == "sse":
            return True
        return bool(self.query) and self.asked("stream") == "true"

    @property
    def address(self) -> str:
        """The path with its query, as it is shown and kept; `read_address` reads it."""
        path = self.path.replace("?", "%3F") if "?" in self.path else self.path
        return f"{path}?{self.query_text}" if self.query_text else path

    def asked(self, name: str, default: str = "") -> str:
        """The first value of the query by that name."""
        found = self.query.get(name)
        return found[0] if found else default

    def header(self, name: str) -> str:
        """The first header of that lower-case name, or ""."""
        return next((value for key, value in self.headers if key == name), "")


def read_address(address: str) -> tuple[str, str]:
    """(path, query text) of what `Call.address` gave."""
    path, _, query_text = address.partition("?")
    return path.replace("%3F", "?"), query_text
