"""Assistants, threads, and what is kept below a thread: messages, runs, steps of runs."""

from typing import Any

from apps.wire.call import Call
from apps.wire.endpoint import Body
from apps.wire.ids import object_id
from apps.wire.kept_resource import Resource
from apps.wire.row import essential
from apps.wire.shelf import Shelf

MODEL = "gpt-4o"
ACTION_S = 600  # how long a run waits for the outputs of tools
_ASSISTANT = (
    *("name", "description", "model", "instructions", "tools", "tool_resources", "metadata"),
    *("temperature", "top_p", "response_format", "reasoning_effort"),
)


def _fill_assistant(draft: Body, call: Call) -> Body:
    data = call.data
    return {
        "id": call.params.get("assistant_id") or object_id("asst_"),
        "object": "assistant",
        "created_at": int(call.received_at),
        "name": data.get("name"),
        "description": data.get("description"),
        "model": data.get("model") or MODEL,
        "instructions": data.get("instructions"),
        "tools": data.get("tools") or [],
        "tool_resources": data.get("tool_resources"),
        "metadata": data.get("metadata") or {},
        "temperature": data.get("temperature", 1.0),
        "top_p": data.get("top_p", 1.0),
        "response_format": data.get("response_format", "auto"),
    } | draft


def fill_thread(draft: Body, call: Call) -> Body:
    data = call.data.get("thread") if "thread" in call.data else call.data
    about: dict[str, Any] = data if isinstance(data, dict) else {}
    return {
        "id": call.params.get("thread_id") or object_id("thread_"),
        "object": "thread",
        "created_at": int(call.received_at),
        "metadata": about.get("metadata") or {},
        "tool_resources": about.get("tool_resources") or {},
    } | draft


def fill_message(draft: Body, call: Call) -> Body:
    """{"content": "…"} is enough."""
    data, now = call.data, int(call.received_at)
    return {
        "id": call.params.get("message_id") or object_id("msg_"),
        "object": "thread.message",
        "created_at": now,
        "thread_id": call.params.get("thread_id", "thread_unknown"),
        "status": "completed",
        "incomplete_details": None,
        "completed_at": now,
        "incomplete_at": None,
        "role": data.get("role", "user"),
        "assistant_id": None,
        "run_id": None,
        "attachments": data.get("attachments") or [],
        "metadata": data.get("metadata") or {},
    } | {**draft, "content": _parts(draft.get("content", data.get("content", "")))}


def _parts(content: Any) -> list[Any]:
    """The content of a message from that of a request: texts are objects with annotations."""
    items = content if isinstance(content, list) else [{"type": "text", "text": content}]
    parts = []
    for item in items:
        is_text = isinstance(item, dict) and item.get("type") == "text"
        if is_text and isinstance(item["text"], str):
            item = {"type": "text", "text": {"value": item["text"], "annotations": []}}
        parts.append(item)
    return parts


def fill_run(draft: Body, call: Call) -> Body:
    """A run as a request begins it; `runs.fill` adds what it says."""
    data, now = call.data, int(call.received_at)
    return {
        "id": call.params.get("run_id") or object_id("run_"),
        "object": "thread.run",
        "created_at": now,
        "assistant_id": data.get("assistant_id") or "asst_unknown",
        "thread_id": call.params.get("thread_id") or object_id("thread_"),
        "status": "queued",
        "started_at": None,
        "expires_at": now + ACTION_S,
        "cancelled_at": None,
        "failed_at": None,
        "completed_at": None,
        "required_action": None,
        "last_error": None,
        "model": data.get("model") or MODEL,
        "instructions": data.get("instructions") or "",
        "tools": data.get("tools") or [],
        "metadata": data.get("metadata") or {},
        "incomplete_details": None,
        "usage": None,
        "temperature": data.get("temperature", 1.0),
        "top_p": data.get("top_p", 1.0),
        "max_prompt_tokens": data.get("max_prompt_tokens"),
        "max_completion_tokens": data.get("max_completion_tokens"),
        "truncation_strategy": data.get("truncation_strategy") or {"type": "auto", "last_messages": None},
        "response_format": data.get("response_format") or "auto",
        "tool_choice": data.get("tool_choice") or "auto",
        "parallel_tool_calls": data.get("parallel_tool_calls") is not False,
    } | draft


def _see_run(kept: Body, call: Call, shelf: Shelf) -> Body:
    is_late = kept["status"] == "requires_action" and (kept["expires_at"] or 0) <= call.received_at
    if is_late:
        return kept | {"status": "expired", "required_action": None}
    return kept | {"status": "cancelled"} if kept["status"] == "cancelling" else kept


def fill_step(draft: Body, call: Call) -> Body:
    now = int(call.received_at)
    return {
        "id": call.params.get("step_id") or object_id("step_"),
        "object": "thread.run.step",
        "created_at": now,
        "run_id": call.params.get("run_id", "run_unknown"),
        "assistant_id": call.data.get("assistant_id") or "asst_unknown",
        "thread_id": call.params.get("thread_id", "thread_unknown"),
        "type": "message_creation",
        "status": "completed",
        "cancelled_at": None,
        "completed_at": now,
        "expired_at": None,
        "failed_at": None,
        "last_error": None,
        "step_details": {
            "type": "message_creation",
            "message_creation": {"message_id": "msg_unknown"},
        },
        "metadata": None,
        "usage": None,
    } | draft


ASSISTANTS = Resource(
    name="beta.assistants",
    label="No assistant found with id '{id}'.",
    path="/assistants",
    param="assistant_id",
    fill=_fill_assistant,
)
THREADS = Resource(
    name="beta.threads",
    label="No thread found with id '{id}'.",
    path="/threads",
    param="thread_id",
    fill=fill_thread,
)
_THREAD = "/threads/{thread_id}"
MESSAGES = Resource(
    name="beta.threads.messages",
    label="No message found with id '{id}'.",
    path=f"{_THREAD}/messages",
    param="message_id",
    fill=fill_message,
    above=THREADS,
)
RUNS = Resource(
    name="beta.threads.runs",
    label="No run found with id '{id}'.",
    path=f"{_THREAD}/runs",
    param="run_id",
    fill=fill_run,
    seen=_see_run,
    above=THREADS,
)
STEPS = Resource(
    name="beta.threads.runs.steps",
    label="No run step found with id '{id}'.",
    path=f"{_THREAD}/runs/{{run_id}}/steps",
    param="step_id",
    fill=fill_step,
    above=RUNS,
)

ENDPOINTS = (
    ASSISTANTS.create(check=essential("beta.assistants.create", r"model|tools.*")),
    ASSISTANTS.list(),
    ASSISTANTS.retrieve(),
    ASSISTANTS.update(*_ASSISTANT),
    ASSISTANTS.delete("assistant.deleted"),
    STEPS.list(),
    STEPS.retrieve(),
)
