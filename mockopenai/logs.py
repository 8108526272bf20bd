"""The lines of the log, as text or as JSON; what a line knows beside its message comes from `extra`."""

import logging
import os
import socket
from datetime import UTC, datetime
from typing import Any

import orjson

from apps.wire.call import serving
from apps.wire.redact import safe_text

FIELDS = ("request_id", "caller", "endpoint", "method", "path", "status", "duration_ms", "peer_ip")


def configuration(*, level: str, form: str) -> dict[str, Any]:
    """Django's LOGGING: everything to standard error, each line as `form` ("text" or "json") has it."""
    formatter = JsonFormatter if form == "json" else TextFormatter
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter}},
        "filters": {"outage": {"()": NoOutage}, "refusal": {"()": NoRefusal}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        # A 4xx is the client's business, and the journal has it.
        "loggers": {
            "django.request": {"level": "ERROR", "filters": ["outage"]},
            "asyncio": {"filters": ["outage"]},
            "uvicorn.error": {"filters": ["refusal"]},
            "django.security": {"level": "CRITICAL"},  # it would tell each wrong address with a traceback
            "django.security.csrf": {"level": "WARNING"},
            "django.channels.server": {"level": "WARNING"},
            "channels_redis": {"level": "CRITICAL"},  # a traceback a second while it is away; we say it once
            "mockopenai.access": {"level": "INFO"},  # it has a switch of its own
        },
        "root": {"handlers": ["stderr"], "level": level.upper()},
    }


class NoOutage(logging.Filter):
    """Leaves out what follows from the database, or the name of a host, being away: that has its one line.

    asyncio tells of a name that was not found long after whoever asked for it has given up.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        from django.db import InterfaceError, OperationalError  # needs the settings, which need this module

        error = record.exc_info[1] if record.exc_info else None
        return not isinstance(error, (OperationalError, InterfaceError, socket.gaierror))


class NoRefusal(logging.Filter):
    """Leaves out what uvicorn 0.54 says of each WebSocket that was answered by HTTP, as ASGI allows."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.msg != "ASGI callable returned without completing handshake."


class TextFormatter(logging.Formatter):
    """2026-01-31 12:00:00,000 INFO name: message [req_…]"""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        line = super().formatMessage(record)
        known = getattr(record, "request_id", "") or serving.get()
        return f"{line} [{known}]" if known else line

    def format(self, record: logging.LogRecord) -> str:
        return safe_text(super().format(record))


class JsonFormatter(logging.Formatter):
    """One object a line: time, level, logger, message, pid, what is known of FIELDS, the exception."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": safe_text(record.getMessage()),
            "pid": os.getpid(),
        }
        for name in FIELDS:
            if (value := getattr(record, name, None)) not in (None, ""):
                line[name] = safe_text(value) if isinstance(value, str) else value
        if (known := serving.get()) and "request_id" not in line:
            line["request_id"] = known
        if record.exc_info:
            line["exception"] = safe_text(self.formatException(record.exc_info))
        return orjson.dumps(line, default=str).decode()
