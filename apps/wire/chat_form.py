"""A request to any text endpoint in the form of one for a chat completion: for those who read it."""

from typing import Any

import orjson

from apps.wire.endpoint import Body

_CALLS = ("function_call", "custom_tool_call")


def chat_form(data: Body) -> Body:
    """`messages`, `tools` and `response_format` as a chat request has them; data that has messages is as it
    is, and so is what else the request says."""
    if "messages" in data or not data.keys() & {"input", "instructions", "prompt", "text"}:
        return data
    made = {
        key: value for key, value in data.items() if key not in ("input", "instructions", "prompt", "text")
    }
    made["messages"] = messages = []
    instructions = data.get("instructions")
    if instructions:
        messages.append({"role": "developer", "content": instructions})
    for item in _listed(data.get("input")):
        messages.append(_message(item) if isinstance(item, dict) else {"role": "user", "content": item})
    if not isinstance(data.get("prompt"), dict):  # a stored one, of a request for a response
        messages += [{"role": "user", "content": one} for one in _prompts(data.get("prompt"))]
    text = data.get("text")
    if isinstance(text, dict) and isinstance(shape := text.get("format"), dict):
        inner = {key: value for key, value in shape.items() if key != "type"}
        made["response_format"] = {"type": shape.get("type"), **({"json_schema": inner} if inner else {})}
    return made


def _message(item: Body) -> Body:
    """One item of an input."""
    kind = str(item.get("type") or "message")
    if kind == "message":
        return {"role": item.get("role"), "content": item.get("content")}
    if kind.endswith("_output"):
        output = item.get("output")
        content = output if isinstance(output, str | list) else orjson.dumps(output).decode()
        return {"role": "tool", "tool_call_id": item.get("call_id"), "content": content}
    if kind in _CALLS:
        given = item.get("arguments", item.get("input"))
        function = {"name": item.get("name"), "arguments": given}
        return {"role": "assistant", "tool_calls": [{"id": item.get("call_id"), "function": function}]}
    return {"role": "assistant", "content": item.get("summary") or [item]}


def _listed(given: Any) -> list[Any]:
    return given if isinstance(given, list) else [given] if given else []


def _prompts(given: Any) -> list[Any]:
    """The prompts of a text completion: texts; of tokens, their numbers."""
    if not isinstance(given, list):
        return [given] if given else []
    if all(type(one) is int for one in given):
        return [str(given)] if given else []
    return [one if isinstance(one, str) else str(one) for one in given]
