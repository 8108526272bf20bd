"""Realtime client secrets: a key that a browser may have for a while, and the session that it opens."""

import time
from typing import Any

from apps.wire import ids
from apps.wire.bounds import check_integer
from apps.wire.call import Call
from apps.wire.endpoint import Body, Endpoint
from apps.wire.findings import misshapen
from apps.wire.first_line import first_line

DEFAULT_S, MIN_S, MAX_S = 600, 10, 7200
_SESSION_S = 1800  # a session ends by itself
_MODEL = "gpt-realtime"
_KINDS = {
    "realtime": {"object": "realtime.session", "id": "sess_"},
    "transcription": {"object": "realtime.transcription_session", "id": "sess_"},
    "translation": {"object": "realtime.translation_session", "id": "sess_"},
}


def check(call: Call) -> None:
    """Raise WireError for a request that no answer can be made for."""
    if wrong := misshapen(call.data, "realtime.client_secrets.create"):
        raise wrong
    after = call.data.get("expires_after") or {}
    check_integer("expires_after.seconds", after.get("seconds"), MIN_S, MAX_S)


def fill(draft: Body, call: Call) -> Body:
    """The whole body; {"value": "ek_…"} is enough."""
    now = int(call.received_at or time.time())
    after = call.data.get("expires_after")
    seconds = after.get("seconds") if isinstance(after, dict) else None
    made: Body = {
        "value": f"ek_{ids.hexadecimal(32)}",
        "expires_at": now + (seconds if type(seconds) is int else DEFAULT_S),
        "session": _session(call.data.get("session"), draft.get("session"), now),
    }
    made.update({name: value for name, value in draft.items() if name != "session"})
    return made


def _session(asked: Any, given: Any, now: int) -> Body:
    """What was asked for, with the id and the end that the service adds."""
    asked = asked if isinstance(asked, dict) else {}
    word = str(asked.get("type") or "realtime")
    about = _KINDS.get(word, _KINDS["realtime"])
    made: Body = {"type": word, "object": about["object"], "id": f"{about['id']}{ids.hexadecimal(24)}"}
    if word != "transcription":
        made["model"] = _MODEL
    made["expires_at"] = now + _SESSION_S
    made.update(asked)
    made.update(given if isinstance(given, dict) else {})
    return made


def is_whole(body: Body) -> bool:
    session = body.get("session")
    return (
        isinstance(body.get("value"), str)
        and type(body.get("expires_at")) is int
        and isinstance(session, dict)
        and all(isinstance(session.get(name), str) for name in ("type", "object", "id"))
    )


def summary(call: Call) -> str:
    session = call.data.get("session")
    session = session if isinstance(session, dict) else {}
    return first_line(f"{session.get('type') or 'realtime'} session {session.get('model') or ''}")


CLIENT_SECRETS = Endpoint(
    name="realtime.client_secrets.create",
    method="POST",
    path="/realtime/client_secrets",
    family="realtime",
    check=check,
    fill=fill,
    is_whole=is_whole,
    auto=lambda call, shelf: {},
    summary=summary,
    bodiless=True,
    short_forms=('{"value": "ek_…"}',),
)
