"""Faults that answer instead of any reply: OpenAI's errors, in its words."""

from apps.wire import errors
from apps.wire.call import Call
from apps.wire.errors import WireError
from apps.wire.rate_limit import REQUESTS, TOKENS, Level, limit_headers, reached

_KEY = "You can find your API key at https://platform.openai.com/account/api-keys."
_SERVER = "server_error"


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


def too_many_requests(call: Call) -> WireError:
    return _reached(call, Level(REQUESTS, 3, 3.0), 1)


def too_many_tokens(call: Call) -> WireError:
    return _reached(call, Level(TOKENS, 30_000, 29_500.0), 1500)


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
    message = (
        "This model's maximum context length is 128000 tokens. However, your messages resulted in 128417 "
        "tokens. Please reduce the length of the messages."
    )
    return WireError(400, message, param="messages", code="context_length_exceeded")


def filtered(call: Call) -> WireError:
    message = (
        "The response was filtered due to the prompt triggering OpenAI's content management policy. Please "
        "modify your prompt and retry."
    )
    return WireError(400, message, param="prompt", code="content_filter")


def _model(call: Call) -> str:
    return call.model or "gpt-4o"


def _reached(call: Call, level: Level, needed: int) -> WireError:
    """As of a limit that is in force: the headers say the same as the words."""
    return reached(level, model=_model(call), needed=needed, headers=limit_headers([level]))
