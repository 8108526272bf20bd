"""Every error is OpenAI's envelope with all four keys, and says what to do."""

import inspect

import orjson
import pytest

from apps.wire import errors
from apps.wire.errors import WireError, envelope

MADE = [
    (errors.unparseable("line 1"), 400, None),
    (errors.body_too_large(20 * 1024 * 1024), 413, "request_too_large"),
    (errors.bad_caller("a b"), 400, "invalid_caller"),
    (errors.invalid_api_key("sk-proj-abcdefghijkl"), 401, "invalid_api_key"),
    (errors.invalid_api_key(""), 401, None),
    (errors.missing_parameter("messages"), 400, "missing_required_parameter"),
    (errors.invalid_type("n", expected="an integer", got="a string"), 400, "invalid_type"),
    (errors.invalid_value("messages[0].role", "x", ("user", "tool")), 400, "invalid_value"),
    (errors.out_of_range("n", "too many", code="integer_above_max_value"), 400, "integer_above_max_value"),
    (errors.unknown_url("POST", "/v1/x"), 404, None),
    (errors.method_not_allowed("GET", "/v1/x", ["POST"]), 405, "method_not_supported"),
    (errors.model_not_found("gpt-9"), 404, "model_not_found"),
    (errors.no_preset("nothing queued"), 404, "no_preset"),
    (errors.too_many_waiting(500, caller="ci"), 429, "too_many_waiting"),
    (errors.timed_out("nobody answered"), 504, "timeout"),
    (errors.aborted(), 500, None),
    (errors.shutting_down(), 503, "shutting_down"),
    (errors.database_away(), 503, "database_unavailable"),
    (errors.server_error(), 500, "internal_error"),
]


@pytest.mark.parametrize(("error", "status", "code"), MADE, ids=[str(error.code) for error, _, _ in MADE])
def test_each_error_is_a_reply_in_openais_shape(error: WireError, status: int, code: str | None) -> None:
    reply = error.reply()
    body = orjson.loads(reply.body)
    assert reply.status == status
    assert list(body) == ["error"]
    assert list(body["error"]) == ["message", "type", "param", "code"]
    assert body["error"]["code"] == code
    assert body["error"]["message"] == str(error)


def test_this_list_has_every_error_there_is() -> None:
    makers = [f for _, f in inspect.getmembers(errors, inspect.isfunction) if f.__module__ == errors.__name__]
    assert len(makers) - 1 == len(MADE) - 1  # all but envelope; one is made in two ways


def test_the_texts_are_those_of_the_service() -> None:
    assert str(errors.unparseable()).startswith("We could not parse the JSON body of your request. (HINT: ")
    assert str(errors.missing_parameter("messages")) == "Missing required parameter: 'messages'."
    assert str(errors.unknown_url("POST", "/v1/x")) == "Invalid URL (POST /v1/x)"
    wrong = errors.invalid_type("temperature", expected="a decimal", got="a string")
    assert str(wrong) == "Invalid type for 'temperature': expected a decimal, but got a string instead."
    wrong = errors.invalid_value("role", "x", ("a", "b", "c"))
    assert str(wrong) == "Invalid value: 'x'. Supported values are: 'a', 'b', and 'c'."


def test_what_must_not_be_asked_again_says_so() -> None:
    assert errors.timed_out("").reply().x_should_retry is False
    assert errors.too_many_waiting(1).reply().x_should_retry is False
    assert errors.shutting_down().reply().x_should_retry is None
    assert errors.shutting_down().reply().headers == (("retry-after", "1"),)
    assert errors.method_not_allowed("GET", "/v1/x", ["POST"]).reply().headers == (("allow", "POST"),)


def test_the_limits_name_their_settings() -> None:
    assert "MOCKOPENAI_MAX_BODY_MB" in str(errors.body_too_large(1))
    assert "MOCKOPENAI_MAX_WAITING_PER_CALLER" in str(errors.too_many_waiting(1, caller="ci"))


def test_an_unprintable_message_is_still_json() -> None:
    assert orjson.loads(envelope("a\ud800b"))["error"]["message"] == "a?b"
