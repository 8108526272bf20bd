"""What a filter selects, as URL parameters and as one line of text."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from apps.journal.filters import TERMS_MAX, VALUE_MAX, FilterError, read_params, read_query
from apps.journal.models import Exchange

pytestmark = pytest.mark.django_db(transaction=True)


def found(line: str) -> list[str]:
    """The callers of what the line selects."""
    rows = read_query(line).apply(Exchange.objects.all()).order_by("caller")
    return list(rows.values_list("caller", flat=True))


@pytest.fixture
def shop(add):
    now = datetime.now(UTC)
    add(caller="a", model="gpt-4o", status_code=200, duration_ms=100, summary="Refund order 17", stream=True)
    add(
        caller="b",
        model="o3",
        status_code=429,
        duration_ms=2500,
        source="auto",
        created_at=now - timedelta(hours=3),
    )
    add(caller="c", model="gpt-4o", status_code=503, state="timed_out", source="timeout", duration_ms=290_000)
    add(caller="d", endpoint="embeddings", status_code=None, state="waiting", source="", model="my model")


@pytest.mark.parametrize(
    ("line", "callers"),
    [
        ("", "abcd"),
        ("caller:b", "b"),
        ("caller:a caller:b", "ab"),
        ("endpoint:embeddings", "d"),
        ("model:gpt-4o", "ac"),
        ('model:"my model"', "d"),
        ("status:429", "b"),
        ("status:4xx status:5xx", "bc"),
        ("status:>=400", "bc"),
        ("status:<400", "a"),
        ("state:waiting", "d"),
        ("state:delivered source:auto", "b"),
        ("stream:true", "a"),
        ("stream:false", "bcd"),
        ("latency:>2s", "bc"),
        ("latency:>2s latency:<=10s", "b"),
        ("latency:<500ms", "a"),
        ("since:2h", "acd"),
        ("until:2h", "b"),
        ("since:2020-01-01", "abcd"),
        ("until:2020-01-01T00:00:00Z", ""),
        ("since:0001-01-01T00:00:00-14:00", "abcd"),
        ("until:9999-12-31T23:59:59+14:00", "abcd"),
        ("refund", "a"),
        ('"order 17"', "a"),
        ("model:gpt-4o refund", "a"),
        ("caller:nobody", ""),
        ("-caller:b", "acd"),
        ("-caller:a -caller:b", "cd"),
        ("-status:4xx -status:5xx", "ad"),
        ("-status:200 model:gpt-4o", "c"),
        ("-state:waiting", "abc"),
        ("-latency:>2s", "ad"),
        ("-since:2h", "b"),
        ("-stream:true", "bcd"),
        ("-text:refund", "bcd"),
        ("-tool:get_weather", "abcd"),
        ("refund -model:gpt-4o", ""),
        ("-refund", ""),
    ],
)
def test_a_line_selects(shop, line, callers):
    assert found(line) == list(callers)


def test_a_time_may_be_unix_seconds(shop):
    hour_ago = datetime.now(UTC).timestamp() - 3600
    assert found(f"since:{hour_ago}") == ["a", "c", "d"]


def test_text_is_found_in_both_bodies_whatever_its_case(add):
    add(caller="request", request_body='{"messages": [{"content": "Where is the PARCEL?"}]}')
    add(caller="reply", reply_body='{"choices": [{"message": {"content": "the parcel is lost"}}]}')
    add(caller="neither", request_body="{}")
    assert found("parcel") == ["reply", "request"]


def test_text_is_found_however_json_spells_it(add):
    add(caller="plain", request_body='{"content": "crème \\"brûlée\\""}')
    add(caller="escaped", request_body='{"content": "cr\\u00e8me \\"br\\u00fbl\\u00e9e\\""}')
    assert found(r'"crème \"brûlée\""') == ["escaped", "plain"]


def test_a_tool_is_found_by_its_whole_name(add):
    add(caller="a", request_body='{"tools":[{"function":{"name":"get_weather"}}]}')
    add(caller="b", request_body='{"tools":[{"function":{"name": "get_weather_map"}}]}')
    add(caller="c", request_body='{"tools":[{"function":{"name": "Get_Weather"}}]}')
    assert found("tool:get_weather") == ["a"]


@pytest.mark.parametrize(
    "body",
    [
        {"tools": [{"type": "function", "function": {"parameters": {"type": "object"}, "name": "météo"}}]},
        {"tools": [{"type": "function", "name": "météo"}]},
        {"tools": [{"type": "custom", "custom": {"name": "météo"}}]},
        {"functions": [{"name": "other"}, {"name": "météo"}]},
        {"messages": [{"role": "assistant", "tool_calls": [{"function": {"name": "météo"}}]}]},
        {"messages": [{"role": "assistant", "function_call": {"name": "météo"}}]},
        {"choices": [{"message": {"tool_calls": [{"id": "c", "function": {"name": "météo"}}]}}]},
        {"choices": [{"message": {"function_call": {"name": "météo"}}}]},
        {"tool_calls": [{"function": {"name": "météo"}}]},
    ],
)
@pytest.mark.parametrize("where", ["request_body", "reply_body"])
def test_a_tool_is_found_where_it_was_offered_and_where_it_was_called(add, body, where):
    add(caller="a", **{where: json.dumps(body)})
    add(caller="b", **{where: json.dumps(body, ensure_ascii=False, indent=1)})
    assert found("tool:météo") == ["a", "b"]


@pytest.mark.parametrize(
    "body",
    [
        '{"messages": [{"role": "user", "name": "bob", "content": "function"}]}',
        '{"messages": [], "tools": [{"function": {"name": "other", "parameters": {"name": "user"}}}]}',
        '{"messages": [{"role": "user", "content": "{\\"tools\\": [{\\"name\\": \\"user\\"}]}"}]}',
        '{"tools": "user", "functions": {"name": "user"}, "messages": "user"}',
        '{"tools": [null, "user", ["user"], {"function": "user"}, {"function": {"name": ["user"]}}]}',
        '{"choices": [{"message": null}, 3, {"message": {"tool_calls": {"name": "user"}}}], "tools": 1}',
        '{"tools": [{"function": {"name": "user"}}]',
        '["tools", {"name": "user"}]',
    ],
)
def test_what_only_holds_the_word_is_no_tool(add, body):
    add(caller="a", request_body=body, reply_body=body)
    assert found("tool:user") == []
    assert found("tool:bob") == []
    assert found("-tool:user") == ["a"]


def test_one_of_several_tools_is_enough(add):
    add(caller="a", request_body='{"tools":[{"function":{"name":"one"}}]}')
    add(caller="b", reply_body='{"choices":[{"message":{"tool_calls":[{"function":{"name":"two"}}]}}]}')
    add(caller="c", request_body='{"tools":[{"function":{"name":"three"}}]}')
    assert found("tool:one tool:two") == ["a", "b"]
    assert found("-tool:one -tool:two") == ["c"]
    assert found("tool:one caller:b") == []


def test_percent_and_underscore_stand_for_themselves(add):
    add(caller="a", summary="100% sure")
    add(caller="b", summary="100 times sure")
    assert found("100%") == ["a"]
    assert found("1_0") == []


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("colour:red", "colour"),
        ("-colour:red", "-colour"),
        ("-status:4x", "-status"),
        ("status:4x", "status"),
        ("status:>4xx", "status"),
        ("status:\u0664\u0662\u0669", "status"),
        ("state:lost", "state"),
        ("fault:nope", "fault: 'nope' is not one of .*overloaded"),
        ("source:nobody", "source"),
        ("latency:2s", "latency"),
        ("latency:>2", "latency"),
        ("since:yesterday", "since"),
        ("since:1767225600000", "since"),
        ("until:2026-13-01", "until"),
        ("since:99999999999d", "since"),
        ("since:0001-01-01T00:00:00+14:00", "since"),
        ("-until:9999-12-31T23:59:59-14:00", "until"),
        ("stream:maybe", "stream"),
        ('"no end', "quotation mark"),
        ('caller:a"b"', "quotation mark"),
    ],
)
def test_what_cannot_be_understood_is_named(line, names):
    with pytest.raises(FilterError, match=names):
        read_query(line)


@pytest.mark.parametrize(
    ("line", "position"),
    [
        ("colour:red", 0),
        ("caller:a  status:many", 10),
        ('caller:a "no end', 9),
        ("\U0001f389 -state:lost", 3),
        ("a " * TERMS_MAX + "b", 2 * TERMS_MAX),
    ],
)
def test_a_mistake_is_told_with_its_position(line, position):
    with pytest.raises(FilterError) as told:
        read_query(line)
    assert told.value.position == position


def test_a_parameter_has_no_position():
    with pytest.raises(FilterError) as told:
        read_params({"status": ["many"]})
    assert told.value.position is None


def test_a_tool_is_not_there_where_another_is(add):
    add(caller="a", request_body='{"tools":[{"function":{"name":"get_weather"}}]}')
    add(caller="b", reply_body="{}")
    assert found("-tool:get_weather") == ["b"]
    assert found("-text:get_weather") == ["b"]


def test_url_parameters_and_a_line_narrow_each_other(shop):
    both = read_params({"model": ["gpt-4o"], "q": ["status:5xx"]})
    assert [row.caller for row in both.apply(Exchange.objects.all())] == ["c"]
    disjoint = read_params({"caller": ["a"], "q": ["caller:b"]})
    assert not disjoint.apply(Exchange.objects.all()).exists()


def test_a_filter_without_conditions_is_false():
    assert not read_params({})
    assert not read_params({"q": [" "]})
    assert read_params({"caller": ["a"]})


@pytest.mark.parametrize("name", ["text", "tool", "caller"])
def test_as_much_as_is_allowed_is_no_trouble_for_the_database(shop, name):
    values = [f"{number:02}" + 'ä"' * ((VALUE_MAX - 2) // 2) for number in range(TERMS_MAX)]
    assert not read_params({name: values}).apply(Exchange.objects.all()).exists()
    assert not found(" ".join(f"{name}:ä" for _ in range(TERMS_MAX)))


@pytest.mark.parametrize("name", ["text", "tool", "caller", "since"])
def test_a_value_that_is_too_long_or_holds_nul_is_refused(name):
    with pytest.raises(FilterError, match=f"^{name}: .* 1,000 characters"):
        read_params({name: ["x" * (VALUE_MAX + 1)]})
    with pytest.raises(FilterError, match=name):
        read_params({name: ["a\0"]})


@pytest.mark.parametrize(
    "params",
    [
        {"caller": ["a"] * (TERMS_MAX + 1)},
        {"q": ["a " * (TERMS_MAX + 1)]},
        {"q": ["a"] * (TERMS_MAX + 1)},
        {"q": [""] * (TERMS_MAX + 1)},
        {"caller": ["a"] * TERMS_MAX, "q": ["b"]},
    ],
)
def test_too_many_conditions_are_refused(params):
    with pytest.raises(FilterError, match="At most 50"):
        read_params(params)
