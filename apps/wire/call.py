"""A call: one request that came in at an OpenAI endpoint."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, read and named; nothing about how it will be answered.

    `headers` are (lower-case name, value) pairs as they came, secrets included: only
    `redact.safe_headers` of them may be kept or shown. `data` is the parsed JSON object of the body
    ({} when there is none, or when the body could not be read). `params` are the placeholders of
    the endpoint's path, such as {"model": "gpt-4o"}.
    """

    id: str
    caller: str
    method: str
    path: str
    endpoint: str = ""
    params: dict[str, str] = field(default_factory=dict)
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    data: dict[str, Any] = field(default_factory=dict)
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
