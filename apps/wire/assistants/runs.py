"""What a run says: from any draft of a text endpoint to the run's body, and what is kept of it."""

from typing import Any

import orjson

from apps.wire import chat_fill
from apps.wire.assistants.messages import put_messages
from apps.wire.assistants.objects import ASSISTANTS, MESSAGES, RUNS, STEPS, THREADS, fill_run
from apps.wire.call import Call
from apps.wire.endpoint import Body, Raw
from apps.wire.ids import object_id
from apps.wire.row import is_readable
from apps.wire.said import as_chat
from apps.wire.shelf import Shelf

_TEXT = ("content", "tool_calls", "refusal", "choices", "message", "text", "output", "output_text")
_OTHER_FORMS = ("chat.completion", "response", "text_completion")
_INHERITED = ("model", "instructions", "tools", "temperature", "top_p", "response_format")


def fill(draft: Body, call: Call) -> Body:
    """The run as it leaves, with what it `said`: None of one whose author says how it ended."""
    if "said" in draft:
        return fill_run(draft, call)
    says = any(name in draft for name in _TEXT)
    own = {} if draft.get("object") in _OTHER_FORMS else draft
    own = {name: value for name, value in own.items() if name not in (*_TEXT, "usage", "finish_reason")}
    if not says and "status" in own:
        return fill_run({**own, "usage": draft.get("usage")}, call) | {"said": None}
    run = fill_run(own, call)
    spoken = chat_fill.fill(as_chat(draft), call._replace(data=_chat_data(call)))
    choice = spoken["choices"][0] if spoken["choices"] else {"message": {"content": ""}}
    usage = {name: spoken["usage"].get(name, 0) for name in _USAGE} if spoken.get("usage") else None
    return run | {
        "said": {
            "message": choice["message"],
            "finish_reason": choice.get("finish_reason"),
            "usage": usage,
            "message_id": object_id("msg_"),
            "step_id": object_id("step_"),
        }
    }


_USAGE = ("prompt_tokens", "completion_tokens", "total_tokens")


def _chat_data(call: Call) -> Body:
    """The request as one for a chat completion, as far as it counts for how an answer is written."""
    return {"model": call.data.get("model") or "gpt-4o", "messages": []}


def is_whole(body: Body) -> bool:
    return "said" in body and is_readable("beta.threads.runs.create", body)


def raw(body: Body, call: Call) -> Raw | None:
    """The run alone."""
    return Raw("application/json", orjson.dumps(visible(body))) if "said" in body else None


def visible(body: Body) -> Body:
    return {name: value for name, value in body.items() if name != "said"}


def tool_calls(said: Any) -> list[Body]:
    """The functions that a run wants called, with their ids and arguments."""
    calls = said["message"].get("tool_calls") if isinstance(said, dict) else None
    return [one for one in calls or () if one.get("type") == "function"]


def ended(body: Body, call: Call) -> Body:
    """The run as it is found from then on."""
    run, said, now = visible(body), body.get("said"), int(call.received_at)
    if not isinstance(said, dict):
        return run
    run |= {"started_at": now, "usage": said.get("usage")}
    if calls := tool_calls(said):
        wanted = {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": calls}}
        return run | {"status": "requires_action", "required_action": wanted, "usage": None}
    run |= {"expires_at": None, "required_action": None, "completed_at": now}
    if said.get("finish_reason") == "length":
        why = {"reason": "max_completion_tokens"}
        return run | {"status": "incomplete", "incomplete_details": why}
    return run | {"status": "completed"}


def message_of(body: Body, call: Call) -> Body | None:
    """The message that a run has written, if it wrote one."""
    said = body.get("said")
    if not isinstance(said, dict) or tool_calls(said):
        return None
    text, refusal = said["message"].get("content"), said["message"].get("refusal")
    part = {"type": "text", "text": {"value": text or "", "annotations": []}}
    return MESSAGES.fill(
        {
            "id": said["message_id"],
            "thread_id": body["thread_id"],
            "role": "assistant",
            "assistant_id": body["assistant_id"],
            "run_id": body["id"],
            "content": [{"type": "refusal", "refusal": refusal} if refusal else part],
            "attachments": [],
            "metadata": {},
        },
        call,
    )


def step_of(body: Body, call: Call) -> Body | None:
    """The step that a run has taken, if it said anything."""
    said = body.get("said")
    if not isinstance(said, dict):
        return None
    details: Body = {"type": "message_creation", "message_creation": {"message_id": said["message_id"]}}
    calls = tool_calls(said)
    if calls:
        asked = [one | {"function": one["function"] | {"output": None}} for one in calls]
        details = {"type": "tool_calls", "tool_calls": asked}
    return STEPS.fill(
        {
            "id": said["step_id"],
            "run_id": body["id"],
            "assistant_id": body["assistant_id"],
            "thread_id": body["thread_id"],
            "type": details["type"],
            "status": "in_progress" if calls else "completed",
            "completed_at": None if calls else int(call.received_at),
            "step_details": details,
            "usage": said.get("usage"),
        },
        call,
    )


def keep(call: Call, body: Body, shelf: Shelf) -> None:
    """The run, its step and its message; before them the messages that came with the request."""
    thread_id = body["thread_id"]
    inside = call._replace(params={"thread_id": thread_id, "run_id": body["id"]})
    put_messages(call.data.get("additional_messages"), thread_id, call, shelf)
    assistant = shelf.get(ASSISTANTS.name, body["assistant_id"]) or {}
    asked = [name for name in _INHERITED if call.data.get(name) is None and assistant.get(name) is not None]
    run = ended(body, call) | {
        name: assistant[name] for name in asked if name not in ("tools",) or assistant[name]
    }
    if not shelf.get(THREADS.name, thread_id):
        return  # an author answered for a thread that is not there
    if not shelf.update(RUNS.name, RUNS.key(inside), run):
        RUNS.put(inside, run, shelf)
    if step := step_of(body, call):
        STEPS.put(inside, step, shelf)
    if message := message_of(body, call):
        MESSAGES.put(inside, message, shelf)
