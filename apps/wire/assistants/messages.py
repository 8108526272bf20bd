"""Threads and their messages."""

from typing import Any

from apps.wire.assistants.objects import MESSAGES, RUNS, THREADS
from apps.wire.call import Call
from apps.wire.endpoint import Body
from apps.wire.errors import WireError
from apps.wire.row import essential
from apps.wire.shelf import Shelf


def put_messages(given: Any, thread_id: str, call: Call, shelf: Shelf) -> None:
    """Puts what a request has as messages into a thread, in their order."""
    for one in given if isinstance(given, list) else ():
        if isinstance(one, dict):
            inside = call._replace(params={"thread_id": thread_id}, data=one)
            MESSAGES.put(inside, MESSAGES.fill({}, inside), shelf)


def put_thread(call: Call, body: Body, shelf: Shelf, about: Any) -> None:
    """Keeps a new thread with the messages that the request, or its member `thread`, has for it."""
    if THREADS.put(call, body, shelf) and isinstance(about, dict):
        put_messages(about.get("messages"), body["id"], call, shelf)


def must_be_idle(call: Call, shelf: Shelf, message: str) -> None:
    """Raises WireError while a run of the thread waits for outputs; `message` has {thread} and {run}."""
    thread_id = call.params["thread_id"]
    for kept in shelf.page(RUNS.name, parent=thread_id, limit=1).items:
        run = RUNS.shown(kept, call, shelf)
        if run["status"] == "requires_action":
            raise WireError(400, message.format(thread=thread_id, run=run["id"]))


def _create(call: Call, shelf: Shelf) -> Body:
    THREADS.kept(call, shelf)
    must_be_idle(call, shelf, "Can't add messages to {thread} while a run {run} is active.")
    return {}


def _of_run(call: Call) -> Body:
    run_id = call.asked("run_id")
    return {"where": {"run_id": run_id}} if run_id else {}


ENDPOINTS = (
    THREADS.create(
        check=essential("beta.threads.create", r"messages.*"),
        keep=lambda call, body, shelf: put_thread(call, body, shelf, call.data),
        bodiless=True,
    ),
    THREADS.retrieve(),
    THREADS.update("metadata", "tool_resources"),
    THREADS.delete("thread.deleted"),
    MESSAGES.create(
        check=essential("beta.threads.messages.create", r"role|content"),
        auto=_create,
        summary=lambda call: str(call.data.get("content")),
    ),
    MESSAGES.list(page=_of_run),
    MESSAGES.retrieve(),
    MESSAGES.update("metadata"),
    MESSAGES.delete("thread.message.deleted"),
)
