"""What a request asks for beside a text, as far as a list shows it: tools, images, a schema."""

from typing import Any, NamedTuple

_IMAGES = ("image_url", "input_image")  # the parts of chat completions, and of responses


class Traits(NamedTuple):
    """`tools`: how many it offers. `has_schema`: the answer has to follow a JSON schema."""

    tools: int
    has_image: bool
    has_schema: bool


def traits(data: dict[str, Any]) -> Traits:
    """The traits of a request's body, whatever it holds."""
    tools, messages = data.get("tools"), data.get("messages") or data.get("input")
    text = data.get("text")
    shape = data.get("response_format") or (text.get("format") if isinstance(text, dict) else None)
    return Traits(
        tools=len(tools) if isinstance(tools, list) else 0,
        has_image=any(_has_image(one) for one in messages) if isinstance(messages, list) else False,
        has_schema=isinstance(shape, dict) and shape.get("type") == "json_schema",
    )


def _has_image(message: Any) -> bool:
    content = message.get("content") if isinstance(message, dict) else None
    return isinstance(content, list) and any(
        isinstance(part, dict) and part.get("type") in _IMAGES for part in content
    )
