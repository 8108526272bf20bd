"""Drafts: the one validator of what authors write as an answer."""

import re
from typing import Any

import orjson

from apps.wire.faults.read import is_all, read_fault
from apps.wire.jsongate import kind
from apps.wire.pace import read_pace
from apps.wire.rawtext import raw_elements as raw_elements
from apps.wire.rawtext import raw_member as raw_member
from apps.wire.reply import Draft, Fault, Pace

FIELDS = ("response", "status_code", "headers", "delay_ms", "pace", "verbatim", "x_should_retry", "fault")
DELAY_MAX_MS = 600_000
# OpenAI's status by an error's code or type; of all others it is 400.
ERROR_STATUS = {
    "invalid_api_key": 401,
    "authentication_error": 401,
    "permission_error": 403,
    "unsupported_country_region_territory": 403,
    "model_not_found": 404,
    "not_found_error": 404,
    "rate_limit_exceeded": 429,
    "insufficient_quota": 429,
    "requests": 429,
    "tokens": 429,
    "server_error": 500,
    "internal_error": 500,
    "overloaded_error": 503,
}
BODILESS = frozenset({204, 205, 304})  # RFC 9110: these have no content

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.1: a token
_VALUE = re.compile(r"[\t\x20-\x7e]*")
_HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection"}
    | {"te", "trailer", "transfer-encoding", "upgrade", "content-length"}
)
# These act on the browser that also shows the dashboard, not on the SDK.
_BROWSER_ONLY = frozenset(
    {"set-cookie", "clear-site-data", "strict-transport-security"}
    | {"content-security-policy", "x-content-type-options"}
)

Headers = tuple[tuple[str, str], ...]


class DraftError(ValueError):
    """A draft that cannot be used; `errors` has every problem: [{"field": …, "error": …}, …]."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__("; ".join(f"{error['field']}: {error['error']}" for error in errors))
        self.errors = errors


def read_draft(fields: dict[str, Any], *, raw: bytes | None = None) -> Draft:
    """The draft in an author's fields; raises DraftError. Fields of others are left alone; null = not given.

    `raw` is the original text of `fields["response"]`: with it the body is kept byte for byte.
    """
    reader = _Reader(fields)
    body = reader.body(raw)
    draft = Draft(
        body=body,
        status=reader.integer("status_code", low=200, high=599, default=_fitting_status(fields)),
        headers=reader.headers(),
        delay_ms=reader.integer("delay_ms", low=0, high=DELAY_MAX_MS),
        pace=reader.pace(),
        verbatim=reader.boolean("verbatim") or False,
        x_should_retry=reader.boolean("x_should_retry"),
        fault=reader.fault(),
    )
    if reader.errors:
        raise DraftError(reader.errors)
    return draft


def _fitting_status(fields: dict[str, Any]) -> int:
    """The status of an answer whose author named none: SDKs take an error with 200 for an answer."""
    response = fields.get("response")
    if fields.get("verbatim") or not isinstance(response, dict) or response.keys() != {"error"}:
        return 200
    error = response["error"]
    if not isinstance(error, dict):
        return 400 if error and isinstance(error, str) else 200
    names = [name for name in (error.get("code"), error.get("type")) if isinstance(name, str)]
    return next((ERROR_STATUS[name] for name in names if name in ERROR_STATUS), 400)


class _Reader:
    """Reads the fields one by one and gathers what is wrong with them."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self.fields = fields
        self.errors: list[dict[str, str]] = []

    def wrong(self, field: str, error: str) -> None:
        self.errors.append({"field": field, "error": error})

    def body(self, raw: bytes | None) -> bytes:
        if self.fields.get("response") is None and self._stands_alone():
            return b"{}"
        if "response" not in self.fields:
            self.wrong("response", "is required: the JSON object to answer with")
            return b""
        response = self.fields["response"]
        if not isinstance(response, dict):
            self.wrong("response", f"must be a JSON object, not {kind(response)}")
            return b""
        return orjson.dumps(response) if raw is None else raw

    def integer(self, name: str, *, low: int, high: int, default: int = 0) -> int:
        value = self.fields.get(name)
        if value is None:
            return default
        if not isinstance(value, int) or isinstance(value, bool):
            self.wrong(name, f"must be a whole number from {low} to {high}, not {kind(value)}")
        elif not low <= value <= high:
            self.wrong(name, f"must be from {low} to {high}, not {value}")
        else:
            return value
        return default

    def boolean(self, name: str) -> bool | None:
        value = self.fields.get(name)
        if value is None or isinstance(value, bool):
            return value
        self.wrong(name, f"must be true or false, not {kind(value)}")
        return None

    def pace(self) -> Pace:
        pace, wrong = read_pace(self.fields.get("pace"))
        for where, error in wrong:
            self.wrong(f"pace{where}", error)
        return pace

    def fault(self) -> Fault | None:
        fault, wrong = read_fault(self.fields.get("fault"))
        for where, error in wrong:
            self.wrong(f"fault{where}", error)
        return fault

    def _stands_alone(self) -> bool:
        """Whether a fault is all that there is to send."""
        return is_all(read_fault(self.fields.get("fault"))[0])

    def headers(self) -> Headers:
        value = self.fields.get("headers")
        if value is None:
            return ()
        pairs = list(value.items()) if isinstance(value, dict) else value
        if not isinstance(pairs, list):
            self.wrong("headers", f"must be an object or a list of [name, value] pairs, not {kind(value)}")
            return ()
        read = [self.header(index, pair) for index, pair in enumerate(pairs)]
        return tuple([header for header in read if header])

    def header(self, index: int, pair: Any) -> tuple[str, str] | None:
        if not isinstance(pair, (list, tuple)) or len(pair) != 2 or not isinstance(pair[0], str):
            self.wrong(f"headers[{index}]", "must be a [name, value] pair")
            return None
        name, value = pair[0].lower(), pair[1]
        field = f"headers.{name[:100]}"
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        problem = _header_problem(name, value)
        if problem:
            self.wrong(field, problem)
            return None
        return name, value.strip()


def _header_problem(name: str, value: Any) -> str:
    if not _NAME.fullmatch(name):
        return "is not a header name: letters, digits and !#$%&'*+-.^_`|~ only"
    if name in _HOP_BY_HOP:
        return "is set by the server, it cannot be authored"
    if name in _BROWSER_ONLY:
        return "is not allowed: it would act on the browser that shows the dashboard"
    if not isinstance(value, str):
        return f"must be a string or a whole number, not {kind(value)}"
    if not _VALUE.fullmatch(value):
        return "must be visible ASCII with spaces and tabs, without line breaks"
    if name == "content-type" and "html" in value.lower():
        return "must not be HTML: replies are shown to SDKs, not to browsers"
    return ""
