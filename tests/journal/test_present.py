"""The JSON of an exchange."""

from datetime import UTC, datetime, timedelta

import orjson

from apps.journal.models import Body, Exchange
from apps.journal.present import (
    completed_request_data,
    exchange_item,
    new_request_data,
    timing,
    whole_exchange,
)

ROW = Exchange(
    id="01" + "0" * 24,
    caller="ci-42",
    endpoint="chat.completions",
    model="gpt-4o",
    stream=True,
    state="delivered",
    source="person",
    answered_by="bob",
    status_code=200,
    peer_ip="10.0.0.8",
    peer_port=51234,
    retry_count=1,
    duration_ms=1500,
    created_at=datetime(2026, 1, 31, 12, tzinfo=UTC),
    deadline_at=datetime(2026, 1, 31, 12, 4, 50, 500_000, tzinfo=UTC),
)
BODY = Body(
    exchange=ROW,
    request_headers='[["accept","text/event-stream"],["x-tag","a"],["x-tag","b"]]',
    request_body='{"temperature": 1.10, "model": "gpt-4o"}',
    reply_headers='[["x-mock","1"]]',
    reply_body='{"id": "chatcmpl-1"}',
    reply_extras='{"delay_ms":200}',
)


def spelled(data: dict) -> str:
    return orjson.dumps(data).decode()


def test_new_request_has_exactly_the_fields_of_the_contract():
    data = orjson.loads(spelled(new_request_data(ROW, BODY)))
    assert data == {
        "id": ROW.id,
        "ip": "ci-42",
        "port": 51234,
        "body": {"temperature": 1.1, "model": "gpt-4o"},
        "endpoint": "chat.completions",
        "model": "gpt-4o",
        "stream": True,
        "deadline": 1769861090.5,
        "retry_count": 1,
        "headers": {"accept": "text/event-stream", "x-tag": "a, b"},
    }


def test_completed_request_has_exactly_the_fields_of_the_contract():
    data = orjson.loads(spelled(completed_request_data(ROW, BODY)))
    assert data == {
        "id": ROW.id,
        "ip": "ci-42",
        "port": 51234,
        "body": {"temperature": 1.1, "model": "gpt-4o"},
        "response": {"id": "chatcmpl-1"},
        "status_code": 200,
        "state": "delivered",
        "source": "person",
        "answered_by": "bob",
        "duration_ms": 1500,
    }


def test_a_body_keeps_its_spelling():
    for data in (new_request_data(ROW, BODY), completed_request_data(ROW, BODY), whole_exchange(ROW, BODY)):
        assert '"body":{"temperature": 1.10, "model": "gpt-4o"}' in spelled(data)


def test_a_large_body_is_a_link_in_an_event_and_whole_in_the_exchange():
    text = '"' + "x" * 70_000 + '"'
    large = Body(exchange=ROW, request_body=text, reply_body=text)
    link = {"href": f"/api/exchanges/{ROW.id}", "size_bytes": 70_002}
    assert new_request_data(ROW, large)["body"] == link
    assert completed_request_data(ROW, large)["response"] == link
    assert text in spelled(whole_exchange(ROW, large))


def test_a_body_that_is_no_json_is_a_string():
    broken = Body(exchange=ROW, request_body='{"cut', reply_body="plain")
    told = orjson.loads(spelled(whole_exchange(ROW, broken)))
    assert (told["body"], told["response"]) == ('{"cut', "plain")


def test_times_are_unix_seconds():
    item = exchange_item(ROW)
    assert item["created_at"] == 1769860800.0
    assert item["deadline"] == 1769861090.5
    assert item["ended_at"] is None


def test_an_item_carries_no_body_and_nothing_of_our_insides():
    hidden = {"body", "response", "headers", "worker", "reply_channel", "answer_key"}
    assert not hidden & exchange_item(ROW).keys()


def test_timing_says_where_the_time_went():
    came = datetime(2026, 1, 31, 12, tzinfo=UTC)
    answered = came + timedelta(seconds=2)
    left = {"first_byte_ms": 2001, "duration_ms": 2500, "injected_ms": 400, "bytes_sent": 700}
    held = Exchange(created_at=came, deadline_at=came, answered_at=answered, ended_at=came, **left)
    assert timing(held) == {"held_ms": 2000, **left}
    nobody = {"first_byte_ms": None, "duration_ms": None, "injected_ms": None, "bytes_sent": None}
    assert timing(Exchange(created_at=came, deadline_at=came)) == {"held_ms": None, **nobody}
    assert timing(Exchange(created_at=came, deadline_at=came, ended_at=answered))["held_ms"] == 2000
    assert timing(Exchange(created_at=came, ended_at=answered, **left)) == {"held_ms": 0, **left}
    assert orjson.loads(spelled(whole_exchange(ROW, BODY)))["timing"]["duration_ms"] == 1500
