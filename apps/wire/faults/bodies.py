"""Faults of a body: each changes the completed JSON, or gives None where it finds nothing to change."""

from collections.abc import Iterator

from apps.wire.call import Call
from apps.wire.endpoint import Body

NOBODY_OFFERED = "tool_that_nobody_offered"
_LISTS = ("choices", "output", "data")


def empty_choices(body: Body, call: Call, family: str) -> Body | None:
    """Nothing in the list that holds the answers."""
    name = next((name for name in _LISTS if isinstance(body.get(name), list)), None)
    return None if name is None else {**body, name: []}


def no_usage(body: Body, call: Call, family: str) -> Body | None:
    if "usage" not in body:
        return None
    return {key: value for key, value in body.items() if key != "usage"}


def wrong_finish(body: Body, call: Call, family: str) -> Body | None:
    """A whole answer that says it was cut off, a tool call that says it is none."""
    if isinstance(body.get("output"), list):
        return {**body, "status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
    choices = [one for one in body.get("choices") or () if isinstance(one, dict)]
    for choice in choices:
        choice["finish_reason"] = "length" if choice.get("finish_reason") == "stop" else "stop"
    return body if choices else None


def broken_arguments(body: Body, call: Call, family: str) -> Body | None:
    """The arguments of every tool call end in the middle."""
    found = False
    for tool in _tools(body):
        arguments = tool.get("arguments")
        if isinstance(arguments, str):
            cut = arguments.rstrip()[:-1]
            tool["arguments"], found = cut or "{", True
    return body if found else None


def unknown_tool(body: Body, call: Call, family: str) -> Body | None:
    found = False
    for tool in _tools(body):
        tool["name"], found = NOBODY_OFFERED, True
    return body if found else None


def uncalled_for(body: Body, call: Call, family: str) -> Body | None:
    """A call of a tool instead of the answer, though no such tool was offered."""
    called = {"name": NOBODY_OFFERED, "arguments": '{"reason":"nobody asked"}'}
    tail = "".join(character for character in call.id if character.isalnum())[-24:].rjust(24, "0")
    if isinstance(body.get("output"), list):
        ids = {"id": f"fc_{tail}", "call_id": f"call_{tail}", "status": "completed"}
        return {**body, "output": [{"type": "function_call", **ids, **called}]}
    choices = [one for one in body.get("choices") or () if isinstance(one, dict) and "message" in one]
    for choice in choices:
        tool = {"id": f"call_{tail}", "type": "function", "function": dict(called)}
        choice["message"] = {**choice["message"], "content": None, "tool_calls": [tool]}
        choice["finish_reason"] = "tool_calls"
    return body if choices else None


def _tools(body: Body) -> Iterator[Body]:
    """Every function that the body calls, as the object that has its name."""
    for choice in body.get("choices") or ():
        message = choice.get("message") if isinstance(choice, dict) else None
        for one in (message or {}).get("tool_calls") or ():
            if isinstance(one, dict) and isinstance(one.get("function"), dict):
                yield one["function"]
    for item in body.get("output") or ():
        if isinstance(item, dict) and item.get("type") == "function_call":
            yield item
