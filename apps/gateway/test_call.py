"""Sends a test call over REST: a real one, that waits on the desk like any other."""

from typing import Any

import orjson
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.rest import RestError
from apps.desk.api import DeskActionView
from apps.gateway import again
from apps.journal.present import href

CALLER = "test"
AT_ONCE_MAX = 20  # such calls under way in this process
CONTENT = "This is a test call. What would you answer?"
CONTENT_MAX = 10_000

_PATH = f"/as/{CALLER}/v1/chat/completions"
_HEADERS = (("content-type", "application/json"), ("user-agent", "mockopenai test call"))
_ONE_PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ"
    "AAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
_TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather in a city.",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string"},
                "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
            },
            "required": ["city"],
        },
    },
}
_SHAPE = {
    "type": "json_schema",
    "json_schema": {
        "name": "verdict",
        "strict": True,
        "schema": {
            "type": "object",
            "properties": {"answer": {"type": "string"}, "sure": {"type": "boolean"}},
            "required": ["answer", "sure"],
            "additionalProperties": False,
        },
    },
}
_SWITCHES = ("stream", "tools", "image", "schema")


class _UnderWay:
    count = 0


class TestCallView(DeskActionView):
    """POST: a call as the caller `test`; 202 with the id of its exchange, as soon as that is opened."""

    async def post(self, request: Request) -> Response:  # type: ignore[override]
        body = orjson.dumps(_call(self.optional_object(request, *_SWITCHES, "content")))
        if _UnderWay.count >= AT_ONCE_MAX:
            raise RestError(429, f"{AT_ONCE_MAX} test calls are under way: answer some of them first.")
        _UnderWay.count += 1
        try:
            new_id = await again.send(
                method="POST", path=_PATH, headers=_HEADERS, body=body, at_end=_one_less
            )
        except BaseException as error:
            _one_less()
            if isinstance(error, again.TooManyError):
                raise RestError(429, str(error)) from None
            raise
        return Response({"id": new_id, "caller": CALLER, "href": href(new_id)}, status=202)


def _one_less() -> None:
    _UnderWay.count -= 1


def _call(fields: dict[str, Any]) -> dict[str, Any]:
    """The body of the call that these fields ask for; raises ParseError."""
    wanted, content = _read(fields)
    text = {"type": "text", "text": content}
    picture = {"type": "image_url", "image_url": {"url": _ONE_PIXEL}}
    call: dict[str, Any] = {
        "model": "gpt-4o",
        "messages": [{"role": "user", "content": [text, picture] if wanted["image"] else content}],
    }
    if wanted["stream"]:
        call["stream"] = True
    if wanted["tools"]:
        call["tools"] = [_TOOL]
    if wanted["schema"]:
        call["response_format"] = _SHAPE
    return call


def _read(fields: dict[str, Any]) -> tuple[dict[str, bool], str]:
    for name, value in fields.items():
        if name != "content" and not isinstance(value, bool):
            raise ParseError(f"{name} must be true or false.")
    content = fields.get("content", CONTENT)
    if not isinstance(content, str) or not 0 < len(content) <= CONTENT_MAX:
        raise ParseError(f"content must be a text of 1 to {CONTENT_MAX:,} characters.")
    return {name: fields.get(name, False) for name in _SWITCHES}, content
