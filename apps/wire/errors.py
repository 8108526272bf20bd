"""Errors under /v1: OpenAI's envelope, made in one place, with messages that say what to do."""

from collections.abc import Iterable

import orjson

from apps.wire.nearest import nearest
from apps.wire.reply import Reply

INVALID_REQUEST = "invalid_request_error"
_BASE = "This is the base URL, which SDKs are given; calls go below it, such as POST /v1/chat/completions."


def envelope(
    message: str,
    *,
    type: str = INVALID_REQUEST,  # noqa: A002 - OpenAI's word
    param: str | None = None,
    code: str | None = None,
) -> bytes:
    """OpenAI's error body; all four keys are always there."""
    error = {"message": message, "type": type, "param": param, "code": code}
    # Text that came from a request may hold what UTF-8 cannot: it is shown, not lost.
    error = {key: value and value.encode("utf-8", "replace").decode() for key, value in error.items()}
    return orjson.dumps({"error": error})


class WireError(Exception):
    """A call that ends as an error in OpenAI's shape."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        type: str = INVALID_REQUEST,  # noqa: A002 - OpenAI's word
        param: str | None = None,
        code: str | None = None,
        headers: tuple[tuple[str, str], ...] = (),
        x_should_retry: bool | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.type = type
        self.param = param
        self.code = code
        self.headers = headers
        self.x_should_retry = x_should_retry

    def reply(self) -> Reply:
        return Reply(
            body=envelope(self.message, type=self.type, param=self.param, code=self.code),
            status=self.status,
            headers=self.headers,
            x_should_retry=self.x_should_retry,
        )


# --- the request cannot be read ----------------------------------------------------------------


def unparseable(reason: str = "") -> WireError:
    """The body is not JSON. The first sentence and the hint are the real service's words."""
    message = (
        "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your "
        "HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON."
    )
    return WireError(400, f"{message} {reason})" if reason else f"{message})")


def body_too_large(limit_bytes: int) -> WireError:
    limit_mb = limit_bytes / 1024 / 1024
    message = (
        f"The request body is larger than {limit_mb:g} MB ({limit_bytes} bytes). Send less, or raise "
        "MOCKOPENAI_MAX_BODY_MB."
    )
    return WireError(413, message, code="request_too_large")


def bad_caller(name: str) -> WireError:
    shown = name if len(name) <= 40 else name[:40] + "…"
    message = (
        f"Invalid caller name: '{shown}'. A caller name is 1 to 100 characters of A-Z a-z 0-9 . _ : - "
        "(in the path /as/NAME/v1, the header X-Mock-Caller, or the API key sk-mock-NAME)."
    )
    return WireError(400, message, code="invalid_caller")


def invalid_api_key(key: str) -> WireError:
    """The real service's words for a key that it does not know, or for none; the key is masked as there."""
    if not key:
        message = (
            "You didn't provide an API key. You need to provide your API key in an Authorization header "
            "using Bearer auth (i.e. Authorization: Bearer YOUR_KEY). This server takes issued keys only: "
            "ask its admin."
        )
        return WireError(401, message)
    shown = f"{key[:3]}{'*' * 8}{key[-4:]}" if len(key) > 12 else "*" * len(key)
    message = (
        f"Incorrect API key provided: {shown}. This server takes issued keys only (MOCKOPENAI_REQUIRE_KEY): "
        "ask its admin for one."
    )
    return WireError(401, message, code="invalid_api_key")


# --- the request's parameters ------------------------------------------------------------------


def missing_parameter(param: str) -> WireError:
    message = f"Missing required parameter: '{param}'."
    return WireError(400, message, param=param, code="missing_required_parameter")


def invalid_type(param: str, *, expected: str, got: str) -> WireError:
    """`expected` and `got` with their article: "a decimal", "a string"."""
    message = f"Invalid type for '{param}': expected {expected}, but got {got} instead."
    return WireError(400, message, param=param, code="invalid_type")


def invalid_value(param: str, value: str, supported: Iterable[str]) -> WireError:
    names = [f"'{name}'" for name in supported]
    comma = "," if len(names) > 2 else ""
    listed = f"{', '.join(names[:-1])}{comma} and {names[-1]}" if len(names) > 1 else "".join(names)
    message = f"Invalid value: '{value[:100]}'. Supported values are: {listed}."
    return WireError(400, message, param=param, code="invalid_value")


def out_of_range(param: str, problem: str, *, code: str) -> WireError:
    """A value of the right type that no answer can be made for; `problem` follows "Invalid 'n': "."""
    return WireError(400, f"Invalid '{param}': {problem}", param=param, code=code)


# --- where the call went -----------------------------------------------------------------------


def unknown_url(method: str, path: str, known: Iterable[str] = ()) -> WireError:
    """`path` with its /v1; `known` are all endpoints as "POST /v1/chat/completions"."""
    asked = f"{method} {path}"[:300]
    if path in ("/v1", "/v1/"):
        return WireError(404, f"Invalid URL ({asked}). {_BASE}")
    near = nearest(asked, known)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    return WireError(404, f"Invalid URL ({asked}).{hint}" if hint else f"Invalid URL ({asked})")


def method_not_allowed(method: str, path: str, allowed: Iterable[str]) -> WireError:
    methods = sorted(allowed)
    message = f"Not allowed to {method} on {path}. (HINT: Use {' or '.join(methods)}.)"
    headers = (("allow", ", ".join(methods)),)
    return WireError(405, message, code="method_not_supported", headers=headers)


def model_not_found(model: str) -> WireError:
    message = f"The model '{model[:200]}' does not exist or you do not have access to it."
    return WireError(404, message, code="model_not_found", param="model")


# --- nobody answers ----------------------------------------------------------------------------


def no_preset(message: str) -> WireError:
    """The fallback is to refuse; `message` says what the queues hold and why nothing fitted."""
    return WireError(404, message, code="no_preset", x_should_retry=False)


def too_many_waiting(limit: int, *, caller: str = "") -> WireError:
    whose = f"of caller '{caller}' " if caller else ""
    name = "MOCKOPENAI_MAX_WAITING_PER_CALLER" if caller else "MOCKOPENAI_MAX_WAITING"
    message = (
        f"{limit} calls {whose}are waiting for an answer already. Answer some on the desk, queue presets, "
        f"or raise {name}."
    )
    return WireError(429, message, type="requests", code="too_many_waiting", x_should_retry=False)


def timed_out(message: str) -> WireError:
    """Nobody answered in time. Not to be retried: a retry would wait as long again."""
    return WireError(504, message, type="server_error", code="timeout", x_should_retry=False)


def aborted() -> WireError:
    """Where a server cannot drop a connection, this is the nearest thing to it."""
    return WireError(500, "The connection was dropped on purpose.", type="server_error", x_should_retry=False)


def shutting_down() -> WireError:
    message = "The mock server is shutting down. Ask again in a moment."
    headers = (("retry-after", "1"),)
    return WireError(503, message, type="server_error", code="shutting_down", headers=headers)


def database_away() -> WireError:
    message = "The mock server cannot use its database now. Ask again in a moment."
    headers = (("retry-after", "1"),)
    return WireError(503, message, type="server_error", code="database_unavailable", headers=headers)


def server_error(message: str = "The mock server failed while answering; its log says why.") -> WireError:
    return WireError(500, message, type="server_error", code="internal_error")
