"""Client secrets of the realtime API: valid for a while, with the session that was asked for."""

from typing import Any

import pytest

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
