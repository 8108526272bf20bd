"""The log: one line an event, as text or as JSON, with the call's id and without secrets."""

import json
import logging
import socket
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import InterfaceError, OperationalError

from apps.wire.call import serving
from apps.wire.redact import safe_text
from mockopenai.logs import JsonFormatter, TextFormatter
from tests.callers import CALL, callers
from tests.conftest import Server, wait_for


def record(message: str, *args: Any, **fields: Any) -> logging.LogRecord:
    made = logging.LogRecord("apps.x", logging.WARNING, __file__, 1, message, args, None)
    made.__dict__.update(fields)
    return made


def test_a_line_of_json_has_what_is_known() -> None:
    token = serving.set("req_1")
    line = json.loads(JsonFormatter().format(record("It broke:\n%s", "x", caller="ci-7", status=500)))
    serving.reset(token)
    assert line.pop("time").endswith("+00:00")
    assert line.pop("pid") > 0
    assert line == {
        "level": "warning",
        "logger": "apps.x",
        "message": "It broke:\nx",
        "request_id": "req_1",
        "caller": "ci-7",
        "status": 500,
    }


@pytest.mark.parametrize(
    ("logger", "error", "is_said"),
    [
        ("django.request", OperationalError("connection refused"), False),
        ("django.request", InterfaceError("connection already closed"), False),
        ("django.request", ValueError("a bug"), True),
        ("asyncio", socket.gaierror(-3, "Temporary failure in name resolution"), False),
        ("asyncio", OSError("a bug"), True),
    ],
)
def test_what_follows_from_an_outage_is_not_said_each_time(
    logger: str, error: Exception, is_said: bool
) -> None:
    names = settings.LOGGING["loggers"][logger]["filters"]
    filters = [settings.LOGGING["filters"][name]["()"]() for name in names]
    made = logging.LogRecord(logger, logging.ERROR, __file__, 1, "It failed", (), None)
    made.exc_info = (type(error), error, None)
    assert all(one.filter(made) for one in filters) is is_said


def test_an_exception_is_one_field() -> None:
    try:
        raise ValueError("sk-verysecret1234567")
    except ValueError as error:
        made = record("failed", exc_info=(ValueError, error, error.__traceback__))
    text = JsonFormatter().format(made)
    assert "\n" not in text and "verysecret" not in text
    assert json.loads(text)["exception"].startswith("Traceback")


@pytest.mark.parametrize(
    "text",
    [
        "postgres://mock:hunter2hunter2@db:5432/x",
        "Authorization: Bearer hunter2hunter2",
        "key sk-hunter2hunter2 is bad",
        "/join/hunter2hunter2hunter2hunter2hunter2hunter2x",
        "token eyJhunter2hunter2.hunter2hunter2.x",
    ],
)
def test_no_line_has_a_secret(text: str) -> None:
    assert "hunter2" not in safe_text(text)
    assert "hunter2" not in TextFormatter().format(record(text))
    assert "hunter2" not in JsonFormatter().format(record("%s", text))
    assert "hunter2" not in JsonFormatter().format(record("x", path=text, caller=text))


async def test_the_access_log_names_the_call_and_is_off_by_default(
    start: Callable[..., Server], server: Server
) -> None:
    loud = start(
        MOCKOPENAI_LOG_FORMAT="json",
        MOCKOPENAI_ACCESS_LOG="1",
        MOCKOPENAI_LOG_LEVEL="warning",
        MOCKOPENAI_FALLBACK="auto",
    )
    async with callers(loud.url, "ci-7") as [caller]:
        answer = await caller.call(CALL)
    server.api.get("/livez")
    loud.api.get("/livez?token=hunter2")
    lines = wait_for(lambda: _lines(loud, "/livez"))
    [call] = [line for line in lines if line.get("request_id") == answer.headers["x-request-id"]]
    assert (call["caller"], call["endpoint"], call["status"]) == ("ci-7", "chat.completions", 200)
    assert (call["method"], call["path"], call["logger"]) == (
        "POST",
        "/as/ci-7/v1/chat/completions",
        "mockopenai.access",
    )
    assert call["duration_ms"] >= 0
    assert "hunter2" not in loud.log.read_text()
    assert "mockopenai.access" not in server.log.read_text()


def _lines(server: Server, path: str) -> list[dict[str, Any]] | None:
    found = [json.loads(line) for line in server.log.read_text().splitlines() if line.startswith("{")]
    return found if any(line.get("path") == path for line in found) else None
