"""The automatic answer: what a model would do with a request, as a short form; the same for the same."""

from typing import Any

import orjson
import toktok

from apps.wire import usage
from apps.wire.arguments import arguments, structured
from apps.wire.asked import ANY, NONE, REQUIRED, Asked, Tool, one_line
from apps.wire.endpoint import Body
from apps.wire.tool_match import asks_for

CALLS_MAX = 8  # of tools in one answer
LOOKED_AT = 4_000  # characters of a message: its end is what it asks for


def answer(asked: Asked) -> Body:
    """{"tool_calls"} or {"content"}, with "finish_reason" where a limit cuts it."""
    if asked.tools and (called := _called(asked)):
        return {"tool_calls": [_call(tool, index, asked) for index, tool in enumerate(called)]}
    if asked.schema is not None:
        value = structured(asked.schema, asked.text[-LOOKED_AT:])
        return cut(orjson.dumps(value).decode(), asked)
    return cut(_text(asked), asked)


def cut(text: str, asked: Asked) -> Body:
    """The text up to the first stop sequence, and no longer than the limit."""
    for word in asked.stop if isinstance(asked.stop, list) else [asked.stop]:
        if isinstance(word, str) and word:
            text = text.split(word, 1)[0]
    if asked.limit is not None:
        short, tokens = toktok.truncate(text, asked.limit, usage.encoding(asked.model))
        if tokens > asked.limit:
            return {"content": short, "finish_reason": "length"}
    return {"content": text}


def echo(question: str) -> str:
    """The answer in words to a question of one line."""
    return f'This is a mock answer to: "{question}"' if question else "This is a mock answer."


def _text(asked: Asked) -> str:
    text = echo(one_line(asked.text))
    told = [f"{result.tool or 'The tool'} returned: {one_line(result.text)}" for result in asked.results]
    return " ".join([text, *told]) + asked.told


def _called(asked: Asked) -> list[Tool]:
    """The tools that are to be called now."""
    if asked.choice == NONE:
        return []
    if asked.choice not in (ANY, REQUIRED):
        return [tool for tool in asked.tools if tool.name == asked.choice][:1]
    text = asked.text[-LOOKED_AT:]
    answered = {result.tool for result in asked.results}
    wanted = [tool for tool in asked.tools if tool.name not in answered and asks_for(text, tool)]
    if asked.choice == REQUIRED and not wanted:
        wanted = [asked.tools[0]]
    return wanted[: CALLS_MAX if asked.parallel else 1]


def _call(tool: Tool, index: int, asked: Asked) -> Body:
    start = index * 3
    call: dict[str, Any] = {"id": f"call_{(asked.digest[start:] + asked.digest[:start])[:24]}"}
    if tool.is_custom:
        return {**call, "custom": {"name": tool.name, "input": asked.text}}
    return {
        **call,
        "function": {"name": tool.name, "arguments": arguments(tool.schema, asked.text[-LOOKED_AT:])},
    }
