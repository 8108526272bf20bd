"""Completing a draft: the one way from what an author wrote to what goes back."""

from typing import Any
from zlib import crc32

import orjson

from apps.wire.call import Call
from apps.wire.draft import BODILESS
from apps.wire.endpoint import Body, Endpoint
from apps.wire.errors import envelope
from apps.wire.latency import drawn
from apps.wire.reply import Draft, Reply
from apps.wire.table import ENDPOINTS

# OpenAI's type and code by status, for errors whose author wrote only a message.
_DEFAULTS: dict[int, tuple[str, str | None]] = {
    400: ("invalid_request_error", None),
    401: ("invalid_request_error", "invalid_api_key"),
    403: ("invalid_request_error", "unsupported_country_region_territory"),
    404: ("invalid_request_error", "model_not_found"),
    429: ("requests", "rate_limit_exceeded"),
}
_MESSAGES = {
    400: "The request is invalid.",
    401: "Incorrect API key provided. You can find your API key at https://platform.openai.com/account/api-keys.",
    403: "Country, region, or territory not supported",
    404: "The model does not exist or you do not have access to it.",
    429: "Rate limit reached for requests. Please try again later.",
    500: "The server had an error while processing your request. Sorry about that!",
    502: "Bad gateway.",
    503: "The engine is currently overloaded, please try again later",
    504: "The server took too long to answer.",
}
_SERVER_ERROR = ("server_error", None)
# Whose bodies are large, and queued by the thousand.
_FORESEEN = tuple(one for one in ENDPOINTS if one.family == "text")


def foresee(draft: Draft) -> Draft:
    """The draft with what can be said of its body before any call: a queued one is then not read again."""
    body = _read(draft.body)
    whole_for = next((one.name for one in _FORESEEN if body is not None and one.is_whole(body)), "")
    if not whole_for:
        return draft
    prompt_tokens, completion_tokens = tokens(body or {})
    return draft._replace(
        whole_for=whole_for, prompt_tokens=prompt_tokens, completion_tokens=completion_tokens
    )


def complete(draft: Draft, call: Call, endpoint: Endpoint) -> Reply:
    """The reply that a draft becomes for this call; never raises.

    A body that is whole already goes out as the very bytes that its author wrote.
    """
    if draft.whole_for == endpoint.name and draft.status < 400 and draft.status not in BODILESS:
        text, prompt_tokens, completion_tokens = draft.body, draft.prompt_tokens, draft.completion_tokens
    else:
        text, body = _completed(draft, call, endpoint)
        prompt_tokens, completion_tokens = tokens(body)
    # What a reply has of its draft stands in the same order in both.
    reply = Reply(text, *draft[1:8], prompt_tokens, completion_tokens)
    if draft.pace.spread:
        return reply._replace(pace=drawn(draft.pace, crc32(call.id.encode())))
    return reply


def effort(draft: Draft, call: Call, endpoint: Endpoint) -> int:
    """Roughly how many bytes have to be made to complete the draft for this call; 0 when it is whole."""
    if draft.whole_for == endpoint.name or draft.verbatim:
        return 0
    return len(draft.body) * endpoint.breadth(call)


def _completed(draft: Draft, call: Call, endpoint: Endpoint) -> tuple[bytes, Body]:
    if draft.status in BODILESS:
        return b"", {}
    if draft.verbatim:
        return draft.body, {}
    body = _read(draft.body)
    if body is None:
        return draft.body, {}
    if draft.status >= 400:
        return _completed_error(draft, body), body
    if endpoint.is_whole(body):
        return draft.body, body
    if isinstance(body.get("error"), (dict, str)) and body["error"] and body.get("status") != "failed":
        return _completed_error(draft, body), body
    filled = endpoint.fill(body, call)
    return orjson.dumps(filled), filled


def _read(text: bytes) -> Body | None:
    """The body, or None for what is no JSON object (only a row edited by hand could hold that)."""
    try:
        body = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return body if isinstance(body, dict) else None


def _completed_error(draft: Draft, body: Body) -> bytes:
    """As written when it is more than a message, or something else than a short form; else completed."""
    error = body.get("error")
    if isinstance(error, dict):
        if isinstance(error.get("message"), str) and len(error) > 1:
            return draft.body
        return _error_text(draft.status, error)
    if isinstance(error, str) and body.keys() <= {"error"}:
        return _error_text(draft.status, {"message": error})
    if not body or body.keys() == {"content"}:
        return _error_text(draft.status, {"message": body.get("content")})
    return draft.body


def _error_text(status: int, error: Body) -> bytes:
    """The error with what is missing of the four keys; what its author set stays."""
    kind, code = _DEFAULTS.get(status, _SERVER_ERROR if status >= 500 else _DEFAULTS[400])
    message = error.get("message")
    if message is None:
        message = _MESSAGES.get(status, f"The mock server answered with status {status}.")
    if not isinstance(message, str):
        message = orjson.dumps(message).decode()
    whole: Body = orjson.loads(envelope(message, type=kind, code=code))
    whole["error"].update({key: value for key, value in error.items() if key != "message"})
    return orjson.dumps(whole)


def tokens(body: Body) -> tuple[int | None, int | None]:
    """Prompt and completion tokens, under either of the names that OpenAI uses for them."""
    usage = body.get("usage")
    if not isinstance(usage, dict):
        return None, None
    prompt = usage.get("prompt_tokens", usage.get("input_tokens"))
    completion = usage.get("completion_tokens", usage.get("output_tokens"))
    return _count(prompt), _count(completion)


def _count(value: Any) -> int | None:
    """A number that the journal's columns can hold."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31:
        return value
    return None
