"""What a request asks for, whichever text endpoint it came to: all that an automatic answer is made from."""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Any, NamedTuple

import orjson

from apps.wire.call import Call
from apps.wire.endpoint import Body

ANY = "auto"  # a tool may be called
NONE = "none"  # none may
REQUIRED = "required"  # one must

SUMMARY_MAX = 200


class Tool(NamedTuple):
    """A tool that is offered; a custom one takes a text, so that `schema` is {}."""

    name: str
    description: str
    schema: Body
    is_custom: bool = False


class Result(NamedTuple):
    """What a tool answered since the user's last words."""

    tool: str
    text: str


class Asked(NamedTuple):
    """`text` is what the user said last. `choice` is ANY, NONE, REQUIRED, or the name of the tool to call.
    `schema` is that of a structured answer ({} for any JSON object), None where the answer is a text.
    `limit` is in tokens. `told` is what the text says in the end, beside that. `digest` tells the request
    from others, in 40 hexadecimal digits."""

    text: str
    results: tuple[Result, ...] = ()
    tools: tuple[Tool, ...] = ()
    choice: str = ANY
    parallel: bool = True
    schema: Body | None = None
    limit: int | None = None
    stop: Any = None
    model: str = ""
    digest: str = ""
    told: str = ""


def digest_of(call: Call) -> str:
    """The same for the same request."""
    return blake2b(orjson.dumps(call.data, option=orjson.OPT_SORT_KEYS), digest_size=20).hexdigest()


def read_tools(offered: Any) -> tuple[Tool, ...]:
    """The tools that an answer can call, in either endpoint's form; hosted ones are not among them."""
    if not isinstance(offered, list):
        return ()
    return tuple(tool for one in offered if isinstance(one, dict) and (tool := _tool(one)))


def _tool(given: Body) -> Tool | None:
    kind = given.get("type", "function")
    if kind not in ("function", "custom"):
        return None
    inner = given.get(kind)
    about = inner if isinstance(inner, dict) else given
    name, description, schema = about.get("name"), about.get("description"), about.get("parameters")
    if not isinstance(name, str) or not name:
        return None
    description = description if isinstance(description, str) else ""
    schema = schema if isinstance(schema, dict) else {}
    return Tool(name, description, schema, is_custom=kind == "custom")


def read_choice(given: Any) -> str:
    """A request's tool_choice, in either endpoint's form."""
    if isinstance(given, str):
        return {"auto": ANY, "none": NONE, "required": REQUIRED}.get(given, ANY)
    if not isinstance(given, dict):
        return ANY
    allowed = given.get("allowed_tools", given)
    if given.get("type") == "allowed_tools" and isinstance(allowed, dict):
        return REQUIRED if allowed.get("mode") == REQUIRED else ANY
    inner = given.get("function", given.get("custom", given))
    name = inner.get("name") if isinstance(inner, dict) else None
    return name if isinstance(name, str) else ANY


def read_shape(given: Any) -> Body | None:
    """The schema in a response_format, or in a text.format."""
    if not isinstance(given, dict):
        return None
    if given.get("type") == "json_object":
        return {}
    if given.get("type") != "json_schema":
        return None
    inner = given.get("json_schema", given)
    schema = inner.get("schema") if isinstance(inner, dict) else None
    return schema if isinstance(schema, dict) else {}


def read_limit(*given: Any) -> int | None:
    """The first limit that is one."""
    return next((one for one in given if type(one) is int and one > 0), None)


def read_results(found: Iterable[tuple[str, Any]], names: dict[str, str]) -> tuple[Result, ...]:
    """(id of the call, what came of it), with the name that each call had."""
    return tuple(Result(names.get(call_id, ""), content_text(content)) for call_id, content in found)


def content_text(content: Any) -> str:
    """A message's content as one text: its parts that are none are named, like [image]."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return " ".join([_part(part) for part in parts if isinstance(part, dict)])


def _part(part: Body) -> str:
    text = part.get("text", part.get("refusal"))
    if isinstance(text, str):
        return text
    name = str(part.get("type", "part"))
    return f"[{name.removesuffix('_url').removeprefix('input_')}]"


def one_line(text: str) -> str:
    """The text's beginning on one line, at most 200 characters."""
    head = text[:SUMMARY_MAX].strip()
    if head.isprintable() and "  " not in head:
        return head if len(text) <= SUMMARY_MAX else head[: SUMMARY_MAX - 1] + "…"
    # The head of a huge text is enough, and splitting all of it would take long.
    line = " ".join(text[: 3 * SUMMARY_MAX].split())
    return line if len(line) <= SUMMARY_MAX else line[: SUMMARY_MAX - 1] + "…"
