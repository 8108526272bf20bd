"""What a snippet needs to know of a call: where it goes, as whom, and with what."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

import orjson

from apps.journal.models import Body, Exchange
from apps.wire.call import read_address
from apps.wire.form_fields import is_form, parts_of
from apps.wire.jsongate import GateError, read_object
from apps.wire.redact import is_masked

PLACEHOLDER = "PLACEHOLDER"
_CALLER = "x-mock-caller"
_QUERY = "/:@!$&()*+,;=~?%[]"
_KEY = ("authorization", "api-key")

# What a client says by itself, or what belongs to the connection that was.
_LEFT_OUT = frozenset(
    {"accept", "accept-encoding", "accept-language", "connection", "content-length", "content-type", "cookie"}
    | {"expect", "host", "idempotency-key", "keep-alive", "origin", "priority", "referer", "te"}
    | {"traceparent", "transfer-encoding", "upgrade", "user-agent", "via", "x-real-ip"}
)
_LEFT_OUT_PREFIXES = ("proxy-", "sec-", "x-forwarded-", "x-stainless-")


@dataclass(frozen=True)
class Sketch:
    """A call to be written down: `base_url` ends with /v1 and `path` is what follows, percent-encoded.

    `key` is the API key that names the same caller, wherever the snippet is run. `headers` are those
    that matter, with a placeholder for each secret.
    """

    method: str
    origin: str
    path: str
    key: str
    headers: tuple[tuple[str, str], ...]
    body: str
    endpoint: str
    stream: bool

    is_form: bool = False  # its body came as multipart/form-data, and is kept as the JSON that it stood for

    @property
    def url(self) -> str:
        return self.origin + self.path

    @property
    def base_url(self) -> str:
        """Where an SDK has to point to, or "" for a path that no SDK would make."""
        base, found, _ = self.path.partition("/v1/")
        return f"{self.origin}{base}/v1" if found else ""

    @property
    def below(self) -> str:
        """The path as an SDK is told it, below the base URL."""
        return "/" + self.path.partition("/v1/")[2]

    @cached_property
    def parts(self) -> list[tuple[str, Any]] | None:
        """The fields of a form: (name, text), or (name, {"filename", "content_type", …}) for a file."""
        return parts_of(self.data) if self.is_form and self.data is not None else None

    @cached_property
    def data(self) -> dict[str, Any] | None:
        """The body as an object, numbers as exact as Python has them; None when it is none."""
        try:
            found = read_object(self.body.encode())
            return dict(json.loads(self.body))
        except GateError:
            return None
        except ValueError:  # an integer of more digits than Python reads
            return found


def sketch(row: Exchange, body: Body, *, origin: str) -> Sketch:
    """The call of an exchange, to be sent to `origin` (scheme and host, without a slash at the end)."""
    stored = [(str(name), str(value)) for name, value in orjson.loads(body.request_headers)]
    names_caller = row.path.startswith("/as/") or any(name == _CALLER and value for name, value in stored)
    return Sketch(
        method=row.method,
        origin=origin,
        path=_quoted(row.path),
        key="sk-mock-placeholder" if names_caller else f"sk-mock-{row.caller}",
        headers=tuple(
            (name, PLACEHOLDER if is_masked(name, value) else value)
            for name, value in stored
            if _matters(name, value)
        ),
        body=body.request_body,
        endpoint=row.endpoint,
        stream=row.stream,
        is_form=any(name == "content-type" and is_form(value) for name, value in stored),
    )


def _quoted(address: str) -> str:
    """The path percent-encoded, its query as it came."""
    path, query = read_address(address)
    return quote(path, safe="/:@!$&()*+,;=~") + (f"?{quote(query, safe=_QUERY)}" if query else "")


def _matters(name: str, value: str) -> bool:
    if name in _LEFT_OUT or name in _KEY or name.startswith(_LEFT_OUT_PREFIXES):
        return False
    return is_masked(name, value) or (bool(value) and value.isascii() and value.isprintable())
