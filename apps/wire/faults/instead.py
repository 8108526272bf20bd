"""Faults that answer instead of any reply: OpenAI's errors, in its words."""

from apps.wire import errors
from apps.wire.call import Call
from apps.wire.context import context_of, too_long
from apps.wire.errors import WireError
from apps.wire.rate_limit import REQUESTS, TOKENS, Level, duration, limit_headers, reached

_KEY = "You can find your API key at https://platform.openai.com/account/api-keys."
_SERVER = "server_error"
_CONTEXT, _MORE = 128_000, 417  # tokens: of a model that is not known, and what is too much
_PROMPTS = {"responses": "input", "completions": "prompt"}  # where an endpoint has what is too long
_WAIT_MS = 1000  # where a fault was kept before it had that number


def unauthorized(call: Call) -> WireError:
    return WireError(401, f"Incorrect API key provided: sk-mock*****. {_KEY}", code="invalid_api_key")


def forbidden(call: Call) -> WireError:
    message = "Country, region, or territory not supported"
    code = "unsupported_country_region_territory"
    return WireError(403, message, type="request_forbidden", code=code)


def no_model(call: Call) -> WireError:
    return errors.model_not_found(_model(call))


def request_timeout(call: Call) -> WireError:
    return WireError(408, "Request timed out.", type=_SERVER, code="timeout")


def conflict(call: Call) -> WireError:
    message = "The resource was updated by another request. Please try again."
    return WireError(409, message, code="conflict")


def unprocessable(call: Call) -> WireError:
    return WireError(
        422, "The request was well-formed but could not be processed.", code="unprocessable_entity"
    )


def too_many_requests(call: Call, wait_ms: int) -> WireError:
    return _reached(call, REQUESTS, 3, 1, wait_ms or _WAIT_MS)


def too_many_tokens(call: Call, wait_ms: int) -> WireError:
    wait_ms = wait_ms or _WAIT_MS
    return _reached(call, TOKENS, 30_000, max(1, wait_ms // 2), wait_ms)  # 30,000 a minute: one in 2 ms


def no_quota(call: Call) -> WireError:
    message = (
        "You exceeded your current quota, please check your plan and billing details. For more information "
        "on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors."
    )
    return WireError(429, message, type="insufficient_quota", code="insufficient_quota")


def server_error(call: Call) -> WireError:
    message = (
        "The server had an error while processing your request. Sorry about that! You can retry your "
        "request, or contact us through our help center at help.openai.com if the error persists. (Please "
        f"include the request ID {call.request_id} in your message.)"
    )
    return WireError(500, message, type=_SERVER)


def overloaded(call: Call) -> WireError:
    message = "The engine is currently overloaded, please try again later"
    return WireError(503, message, type=_SERVER)


def context_too_long(call: Call) -> WireError:
    context = context_of(call.model) or _CONTEXT
    return too_long(context, context + _MORE, 0, _PROMPTS.get(call.endpoint, "messages"))


def filtered(call: Call) -> WireError:
    message = (
        "The response was filtered due to the prompt triggering OpenAI's content management policy. Please "
        "modify your prompt and retry."
    )
    return WireError(400, message, param="prompt", code="content_filter")


def _model(call: Call) -> str:
    return call.model or "gpt-4o"


def _reached(call: Call, kind: str, limit: int, needed: int, wait_ms: int) -> WireError:
    """As of a limit in force that is full for so long: every header says the same wait as the words."""
    level = Level(kind, limit, limit - needed + wait_ms * limit / 60_000)
    reset = (f"x-ratelimit-reset-{kind}", duration(wait_ms / 1000))
    headers = (*(header for header in limit_headers([level]) if header[0] != reset[0]), reset)
    return reached(level, model=_model(call), needed=needed, headers=headers)
