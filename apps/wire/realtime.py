"""Realtime client secrets: a key that a browser may have for a while, and the session that it opens."""

import time
from copy import deepcopy
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
_TURNS = {"create_response": True, "interrupt_response": True}
_SEMANTIC = {"type": "semantic_vad", "eagerness": "auto", **_TURNS}
_SERVER = {
    "type": "server_vad",
    "threshold": 0.5,
    "prefix_padding_ms": 300,
    "silence_duration_ms": 200,
    "idle_timeout_ms": None,
    **_TURNS,
}
_PCM = {"type": "audio/pcm", "rate": 24_000}
_HEARD = {"format": _PCM, "transcription": None, "noise_reduction": None, "turn_detection": _SERVER}
# What a realtime session is where nothing else is asked for.
_DEFAULTS = {
    "output_modalities": ["audio"],
    "instructions": "",
    "tools": [],
    "tool_choice": "auto",
    "max_output_tokens": "inf",
    "tracing": None,
    "truncation": "auto",
    "prompt": None,
    "audio": {"input": _HEARD, "output": {"format": _PCM, "voice": "alloy", "speed": 1.0}},
    "include": None,
}
_OFF = "turn_detection"  # null asks for none; of all else null asks for nothing
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
    """What was asked for, with what the service adds: its id, its end, and how it is where nobody asked."""
    asked = asked if isinstance(asked, dict) else {}
    word = str(asked.get("type") or "realtime")
    about = _KINDS.get(word, _KINDS["realtime"])
    made: Body = {"type": word, "object": about["object"], "id": f"{about['id']}{ids.hexadecimal(24)}"}
    if word != "transcription":
        made["model"] = _MODEL
    made["expires_at"] = now + _SESSION_S
    if word == "realtime":
        made |= deepcopy(_DEFAULTS)
    made = _merged(made, asked, nulls=False)
    return _merged(made, given, nulls=True) if isinstance(given, dict) else made


def _merged(under: Body, over: Body, *, nulls: bool) -> Body:
    """Objects in objects as well; one of another type is taken as it is. With `nulls`, null is a value."""
    made = dict(under)
    for name, value in over.items():
        known = under.get(name)
        if isinstance(value, dict) and isinstance(known, dict):
            if value.get("type", known.get("type")) != known.get("type"):
                known = _SEMANTIC if value.get("type") == "semantic_vad" else {}
            made[name] = _merged(known, value, nulls=nulls)
        else:
            made[name] = known if value is None and not nulls and name != _OFF else value
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
