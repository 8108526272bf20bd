"""A call: one request that came in at an OpenAI endpoint."""

from contextvars import ContextVar
from typing import Any, NamedTuple

# The request id of the call that this task serves: the log names it.
serving: ContextVar[str] = ContextVar("serving", default="")


class Call(NamedTuple):
    """One request, read and named; nothing about how it will be answered.

    `headers` are (lower-case name, value) pairs as they came, secrets included: only
    `redact.safe_headers` of them may be kept or shown. `data` is the parsed JSON object of the body
    ({} when there is none, or when the body could not be read). `params` are the placeholders of
    the endpoint's path, such as {"model": "gpt-4o"}. A named tuple, as all values of the hot path:
    made in a third of the time of a frozen dataclass.
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

    @property
    def model(self) -> str:
        model = self.data.get("model") or self.params.get("model")
        return model if isinstance(model, str) else ""

    @property
    def stream(self) -> bool:
        return self.data.get("stream") is True

    def header(self, name: str) -> str:
        """The first header of that lower-case name, or ""."""
        return next((value for key, value in self.headers if key == name), "")
