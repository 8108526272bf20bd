"""What a person has to see of a run that waits for an answer: the thread, and what the assistant is told."""

from typing import Any

from apps.wire.assistants.objects import ASSISTANTS, MESSAGES, MODEL, RUNS, STEPS
from apps.wire.assistants.run_auto import outputs_of, rules
from apps.wire.call import Call
from apps.wire.endpoint import Body
from apps.wire.shelf import Shelf

_MESSAGES_BACK = 200
_SETTINGS = ("tool_choice", "response_format", "temperature", "top_p")


def of_run(call: Call, shelf: Shelf) -> Body:
    """The request as one for a chat completion, which takes over what it does not say from its assistant."""
    kept = shelf.page(MESSAGES.name, parent=call.params["thread_id"], limit=_MESSAGES_BACK).items[::-1]
    return _told(call.data, _assistant(call.data, shelf), [*kept, *_listed(call.data, "additional_messages")])


def of_both(call: Call, shelf: Shelf) -> Body:
    """The same of a run whose thread comes along."""
    thread = call.data.get("thread")
    messages = _listed(thread, "messages") if isinstance(thread, dict) else []
    return _told(call.data, _assistant(call.data, shelf), messages)


def of_outputs(call: Call, shelf: Shelf) -> Body:
    """The same of a run that goes on: the thread, the calls of tools, and what they gave."""
    run = shelf.get(RUNS.name, RUNS.key(call)) or {}
    kept = shelf.page(MESSAGES.name, parent=call.params["thread_id"], limit=_MESSAGES_BACK).items[::-1]
    steps = shelf.page(STEPS.name, parent=RUNS.key(call), limit=_MESSAGES_BACK).items[::-1]
    outputs = outputs_of(call)
    messages = [*kept]
    for step in steps:
        calls = _listed(step.get("step_details"), "tool_calls")
        messages.append({"role": "assistant", "tool_calls": calls})
        messages += [_output(one, outputs) for one in calls]
    return _told(call.data, run, [one for one in messages if one.get("content") or one.get("tool_calls")])


def _assistant(data: Body, shelf: Shelf) -> Body:
    return shelf.get(ASSISTANTS.name, str(data.get("assistant_id"))) or {}


def _listed(holder: Any, name: str) -> list[Any]:
    value = holder.get(name) if isinstance(holder, dict) else None
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _output(called: Body, outputs: dict[str, str]) -> Body:
    function = called.get("function") or {}
    output = outputs.get(str(called.get("id")), function.get("output"))
    return {"role": "tool", "tool_call_id": called.get("id"), "content": output}


def _told(data: Body, about: Body, messages: list[Body]) -> Body:
    given = {name: value for name, value in data.items() if value is not None}
    merged = {**{name: value for name, value in about.items() if value is not None}, **given}
    settings = {name: merged[name] for name in _SETTINGS if name in merged and merged[name] != "auto"}
    told = [{**one, "content": _content(one.get("content"))} for one in messages]
    own = {name: value for name, value in given.items() if name not in ("thread", "additional_messages")}
    return {
        **own,
        **settings,
        "model": merged.get("model") or MODEL,
        "tools": merged.get("tools") or [],
        "messages": [*rules(merged), *told],
    }


def _content(content: Any) -> Any:
    """Of a message's texts with annotations, the texts."""
    parts = content if isinstance(content, list) else []
    return [_part(part) for part in parts] or content


def _part(part: Any) -> Any:
    text = part.get("text") if isinstance(part, dict) else None
    return {"type": "text", "text": text.get("value")} if isinstance(text, dict) else part
