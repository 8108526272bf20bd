"""The events of a streamed run."""

from collections.abc import Iterator
from typing import Any

import orjson

from apps.wire import sse
from apps.wire.assistants.objects import fill_thread
from apps.wire.assistants.runs import ended, message_of, step_of, visible
from apps.wire.call import Call
from apps.wire.endpoint import Body
from apps.wire.pieces import pieces

_DONE = b"event: done\ndata: [DONE]\n\n"


def frames(body: Body, call: Call) -> Iterator[bytes]:
    """From thread.run.created to done; that of a thread which is created with its run begins earlier."""
    run = visible(body)
    if "thread" in call.data or call.path.endswith("/threads/runs"):
        yield _event("thread.created", fill_thread({"id": run["thread_id"]}, call))
    if not call.path.endswith("/submit_tool_outputs"):
        yield _event("thread.run.created", run)
    yield _event("thread.run.queued", run)
    yield _event("thread.run.in_progress", run | {"status": "in_progress"})
    step, message = step_of(body, call), message_of(body, call)
    if step is not None:
        begun = step | {"status": "in_progress", "completed_at": None, "usage": None}
        if message is None:  # the calls come piece by piece
            begun["step_details"] = {"type": "tool_calls", "tool_calls": []}
        yield _event("thread.run.step.created", begun)
        yield _event("thread.run.step.in_progress", begun)
        yield from _message(message) if message is not None else _calls(step)
        if message is not None:
            yield _event("thread.run.step.completed", step)
    last = ended(body, call)
    yield _event(f"thread.run.{last['status']}", last)
    yield _DONE


def _message(message: Body) -> Iterator[bytes]:
    begun = message | {"status": "in_progress", "completed_at": None, "content": []}
    yield _event("thread.message.created", begun)
    yield _event("thread.message.in_progress", begun)
    part = message["content"][0]
    text = part["text"]["value"] if part["type"] == "text" else part["refusal"]
    for number, piece in enumerate(pieces(text)):
        said: Any = {"index": 0, "type": part["type"]}
        if part["type"] == "text":
            said["text"] = {"value": piece} | ({} if number else {"annotations": []})
        else:
            said["refusal"] = piece
        delta = {"id": message["id"], "object": "thread.message.delta", "delta": {"content": [said]}}
        yield _event("thread.message.delta", delta)
    yield _event("thread.message.completed", message)


def _calls(step: Body) -> Iterator[bytes]:
    for index, call in enumerate(step["step_details"]["tool_calls"]):
        function = call["function"]
        begun = {**call, "index": index, "function": {**function, "arguments": ""}}
        yield _step_delta(step, begun)
        for piece in pieces(function["arguments"]):
            yield _step_delta(step, {"index": index, "type": "function", "function": {"arguments": piece}})


def _step_delta(step: Body, call: Body) -> bytes:
    details = {"type": "tool_calls", "tool_calls": [call]}
    delta = {"id": step["id"], "object": "thread.run.step.delta", "delta": {"step_details": details}}
    return _event("thread.run.step.delta", delta)


def _event(name: str, payload: Body) -> bytes:
    return sse.event(orjson.dumps(payload), name=name)
