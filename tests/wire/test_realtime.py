"""Client secrets of the realtime API: valid for a while, with the session that was asked for."""

from typing import Any

import pytest
from openai.types.realtime import RealtimeSessionCreateResponse

from apps.wire.call import Call
from apps.wire.errors import WireError
from apps.wire.realtime import CLIENT_SECRETS
from apps.wire.validators import validator


def call_of(**data: Any) -> Call:
    return Call(id="01", caller="ci", method="POST", path="", data=data, received_at=1769092737.0)


@pytest.mark.parametrize(
    "session", [None, {"type": "realtime", "instructions": "Be kind"}, {"type": "transcription"}]
)
def test_a_secret_is_valid_for_a_while(session: dict[str, Any] | None) -> None:
    call = call_of(session=session, expires_after={"anchor": "created_at", "seconds": 60})
    CLIENT_SECRETS.check(call)
    body = CLIENT_SECRETS.fill({}, call)
    assert body["value"].startswith("ek_") and body["expires_at"] == 1769092797
    assert body["session"].items() >= (session or {}).items()
    checked = validator("realtime.client_secrets.create", "response")
    assert checked is not None and checked.is_valid(body)
    assert CLIENT_SECRETS.is_whole(body)


def test_a_session_is_told_as_it_will_be() -> None:
    asked = {
        "type": "realtime",
        "instructions": "Be kind",
        "audio": {
            "input": {
                "turn_detection": {"type": "server_vad", "threshold": 0.9},
                "format": {"type": "audio/pcmu"},
            },
            "output": {"voice": "cedar"},
        },
        "tools": None,
    }
    session = CLIENT_SECRETS.fill({}, call_of(session=asked))["session"]
    read = RealtimeSessionCreateResponse.model_validate(session, strict=True)
    assert not read.model_extra and set(read.model_fields_set) >= {"include", "prompt", "tracing"}
    assert (session["instructions"], session["tools"], session["tool_choice"]) == ("Be kind", [], "auto")
    assert session["output_modalities"] == ["audio"] and session["max_output_tokens"] == "inf"
    heard, said = session["audio"]["input"], session["audio"]["output"]
    assert heard["format"] == {"type": "audio/pcmu"}
    assert heard["turn_detection"] == {
        "type": "server_vad",
        "threshold": 0.9,
        "prefix_padding_ms": 300,
        "silence_duration_ms": 200,
        "idle_timeout_ms": None,
        "create_response": True,
        "interrupt_response": True,
    }
    assert said == {"format": {"type": "audio/pcm", "rate": 24000}, "voice": "cedar", "speed": 1.0}
    assert CLIENT_SECRETS.fill({}, call_of())["session"]["audio"]["output"]["voice"] == "alloy"


@pytest.mark.parametrize(
    ("turns", "told"),
    [
        (None, None),
        (
            {"type": "semantic_vad", "eagerness": "low"},
            {"type": "semantic_vad", "eagerness": "low", "create_response": True, "interrupt_response": True},
        ),
    ],
)
def test_turns_are_detected_as_asked(turns: Any, told: Any) -> None:
    asked = {"type": "realtime", "audio": {"input": {"turn_detection": turns}}}
    session = CLIENT_SECRETS.fill({}, call_of(session=asked))["session"]
    assert session["audio"]["input"]["turn_detection"] == told
    given = {"session": {"audio": {"output": {"voice": "verse"}}, "tools": None}}
    session = CLIENT_SECRETS.fill(given, call_of(session=asked))["session"]
    assert session["audio"]["input"]["turn_detection"] == told and session["tools"] is None
    assert session["audio"]["output"]["voice"] == "verse"


def test_a_preset_may_name_only_the_secret() -> None:
    body = CLIENT_SECRETS.fill({"value": "ek_mine", "session": {"id": "sess_1"}}, call_of())
    assert (body["value"], body["session"]["id"], body["expires_at"]) == ("ek_mine", "sess_1", 1769093337)


def test_wrong_requests_are_refused() -> None:
    for data, code in (
        ({"session": "x"}, "invalid_type"),
        ({"expires_after": {"seconds": 5}}, "integer_below_min_value"),
        ({"expires_after": {"seconds": 9000}}, "integer_above_max_value"),
    ):
        with pytest.raises(WireError) as caught:
            CLIENT_SECRETS.check(call_of(**data))
        assert caught.value.code == code
