"""Generated answers of runs: what a chat completion of the same messages would say."""

from typing import Any

from apps.wire import chat
from apps.wire.assistants.messages import must_be_idle
from apps.wire.assistants.objects import ASSISTANTS, MESSAGES, RUNS, THREADS
from apps.wire.call import Call
from apps.wire.endpoint import Body
from apps.wire.errors import WireError
from apps.wire.shelf import Shelf
from apps.wire.usage import chat_prompt_tokens

_HISTORY = 100  # the newest messages of a thread that a generated answer looks at


def create(call: Call, shelf: Shelf) -> Body:
    THREADS.kept(call, shelf)
    about = _about(call, shelf)
    must_be_idle(call, shelf, "Thread {thread} already has an active run {run}.")
    return _answer(call, shelf, about, _history(call, shelf))


def create_both(call: Call, shelf: Shelf) -> Body:
    return _answer(call, shelf, _about(call, shelf), given_messages(call))


def submit(call: Call, shelf: Shelf) -> Body:
    run = RUNS.now(call, shelf)
    if run["status"] != "requires_action" and shelf.get(RUNS.name, RUNS.key(call)):
        raise WireError(400, f'Runs in status "{run["status"]}" do not accept tool outputs.')
    wanted = [one["id"] for one in _wanted(run)]
    outputs = outputs_of(call)
    if set(wanted) - set(outputs):
        raise WireError(400, f"Expected tool outputs for call_ids {wanted}, got {list(outputs)}")
    draft = _answer(call, shelf, run, _continued(call, shelf, run))
    return draft | {"assistant_id": run["assistant_id"], "created_at": run["created_at"]}


def asked_by_create(call: Call, shelf: Shelf) -> Body:
    """What such a call asks for, as a chat completion: with the thread's messages, the assistant's tools."""
    return _asked(_about(call, shelf), _history(call, shelf))


def asked_by_both(call: Call, shelf: Shelf) -> Body:
    return _asked(_about(call, shelf), given_messages(call))


def asked_by_submit(call: Call, shelf: Shelf) -> Body:
    run = RUNS.now(call, shelf)
    return _asked(run, _continued(call, shelf, run))


def _about(call: Call, shelf: Shelf) -> Body:
    """The assistant, with what the request has instead."""
    return {**_assistant(call, shelf), **_given(call)}


def given_messages(call: Call) -> list[Body]:
    thread = call.data.get("thread")
    return plain(thread.get("messages")) if isinstance(thread, dict) else []


def _wanted(run: Body) -> list[Body]:
    """The tool calls that a run waits for."""
    found: list[Body] = (run["required_action"] or {}).get("submit_tool_outputs", {}).get("tool_calls", [])
    return found


def _continued(call: Call, shelf: Shelf, run: Body) -> list[Body]:
    """The thread, the run's tool calls, and what they gave."""
    wanted = _wanted(run)
    asked = [{"role": "assistant", "content": None, "tool_calls": wanted}] if wanted else []
    outputs = outputs_of(call).items()
    told = [{"role": "tool", "tool_call_id": name, "content": text} for name, text in outputs]
    return [*_history(call, shelf), *asked, *told]


def _assistant(call: Call, shelf: Shelf) -> Body:
    return ASSISTANTS.kept(call, shelf, str(call.data.get("assistant_id")))


def _given(call: Call) -> Body:
    return {name: value for name, value in call.data.items() if value is not None}


def _asked(about: Body, messages: list[Body]) -> Body:
    """The chat completion that asks for the same."""
    more = about.get("additional_instructions")
    system = "\n".join([one for one in (about.get("instructions"), more) if isinstance(one, str) and one])
    asked = {
        "model": about.get("model") or "gpt-4o",
        "messages": [*([{"role": "system", "content": system}] if system else []), *messages],
        "tools": [one for one in about.get("tools") or () if one.get("type") == "function"],
        "tool_choice": about.get("tool_choice"),
        "response_format": about.get("response_format"),
        "max_completion_tokens": about.get("max_completion_tokens"),
    }
    return {name: value for name, value in asked.items() if value not in (None, "auto", [])}


def _answer(call: Call, shelf: Shelf, about: Body, messages: list[Body]) -> Body:
    """The draft that a chat completion of the same messages gets, with what the run takes over."""
    data = _asked(about, messages)
    draft = chat.COMPLETIONS.auto(call._replace(data=data), shelf)
    taken = {name: about[name] for name in ("model", "instructions", "tools") if about.get(name)}
    said = {name: value for name, value in draft.items() if name != "id"}
    return {**said, **taken, "usage": {"prompt_tokens": chat_prompt_tokens(data)}}


def _history(call: Call, shelf: Shelf) -> list[Body]:
    """The messages of the thread, and those that come with the request, the oldest first."""
    kept = shelf.page(MESSAGES.name, parent=call.params["thread_id"], limit=_HISTORY).items[::-1]
    return plain([*kept, *(call.data.get("additional_messages") or [])])


def plain(messages: Any) -> list[Body]:
    """Of a list of messages, their roles and texts."""
    listed = [one for one in messages if isinstance(one, dict)] if isinstance(messages, list) else []
    return [{"role": one.get("role", "user"), "content": _text(one.get("content"))} for one in listed]


def _text(content: Any) -> str:
    if not isinstance(content, list):
        return content if isinstance(content, str) else ""
    texts = [part.get("text") for part in content if isinstance(part, dict)]
    values = [text.get("value") if isinstance(text, dict) else text for text in texts]
    return "\n".join([value for value in values if isinstance(value, str)])


def outputs_of(call: Call) -> dict[str, str]:
    given = call.data.get("tool_outputs")
    listed = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    return {str(one.get("tool_call_id")): str(one.get("output") or "") for one in listed}
