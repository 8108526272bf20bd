"""Conditions: what they look at, what they say, and what they refuse."""

import random
import re
import time
from typing import Any

import orjson
import pytest

from apps.wire.call import Call
from apps.wire.match import (
    Condition,
    Costly,
    Index,
    MatchError,
    Need,
    Subject,
    match_of,
    read_match,
    while_others_wait,
)
from apps.wire.match.reader import CONDITIONS_MAX, DEPTH_MAX, NAMES
from tests.conftest import ROOT

CHAT: dict[str, Any] = {
    "model": "gpt-4o-mini",
    "messages": [
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": "What is the weather in Oslo?"},
        {
            "role": "assistant",
            "tool_calls": [{"id": "c1", "function": {"name": "get_weather", "arguments": "{}"}}],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "Rain, 4 °C"},
    ],
    "tools": [{"type": "function", "function": {"name": name}} for name in ("get_weather", "get_time")],
    "response_format": {"type": "json_object"},
    "metadata": {"case": "7"},
    "stream": True,
}
RESPONSE: dict[str, Any] = {
    "model": "gpt-4o-mini",
    "instructions": "Be brief.",
    "input": [
        {"role": "user", "content": [{"type": "input_text", "text": "What is the weather in Oslo?"}]},
        {"type": "function_call", "call_id": "c1", "name": "get_weather", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c1", "output": "Rain, 4 °C"},
    ],
    "tools": [{"type": "function", "name": name} for name in ("get_weather", "get_time")],
    "text": {"format": {"type": "json_object"}},
    "metadata": {"case": "7"},
    "stream": True,
}
HEADERS = (("x-team", "blue"), ("authorization", "Bearer sk-secret"))
BOTH = pytest.mark.parametrize("data", [CHAT, RESPONSE], ids=["chat.completions", "responses"])


def subject(data: dict[str, Any], endpoint: str = "chat.completions") -> Subject:
    return Subject(
        Call(id="x", caller="a", method="POST", path="/v1", endpoint=endpoint, headers=HEADERS, data=data)
    )


def condition(match: Any) -> Condition:
    return match_of(read_match(match))


@BOTH
@pytest.mark.parametrize(
    ("match", "otherwise"),
    [
        ({"last_user": "weather"}, {"last_user": "Weather"}),
        ({"last_user": {"contains": "WEATHER", "case": False}}, {"last_user": {"contains": "WEATHER"}}),
        ({"last_user": {"equals": "What is the weather in Oslo?"}}, {"last_user": {"equals": "Oslo"}}),
        ({"last_user": {"regex": r"\bOslo\?$"}}, {"last_user": {"regex": "^Oslo"}}),
        ({"last_user": {"regex": "^what", "case": False}}, {"last_user": {"regex": "^what"}}),
        ({"any_message": "Rain"}, {"any_message": "snow"}),
        ({"any_message": "brief"}, {"last_user": "brief"}),
        ({"system": {"regex": "[Bb]rief"}}, {"system": "weather"}),
        ({"model": "gpt-4o*"}, {"model": "gpt-4o"}),
        ({"model": ["o1", "gpt-?o-mini"]}, {"model": ["o1", "gpt-[4]o-mini"]}),
        ({"endpoint": ["chat.completions", "embeddings"]}, {"endpoint": "embeddings"}),
        ({"endpoint": "chat.*"}, {"endpoint": "files.*"}),
        ({"tools": ["get_time", "get_weather"]}, {"tools": ["get_time", "get_date"]}),
        ({"tool_result": True}, {"tool_result": False}),
        ({"tool_result": "Rain"}, {"tool_result": "Snow"}),
        ({"tool_result": {"tool": "get_weather"}}, {"tool_result": {"tool": "get_time"}}),
        (
            {"tool_result": {"tool": "get_weather", "regex": r"\d"}},
            {"tool_result": {"tool": "get_time", "contains": "4"}},
        ),
        ({"turn": 1}, {"turn": 2}),
        ({"turn": {"at_least": 1, "at_most": 3}}, {"turn": {"at_least": 2}}),
        ({"response_format": "json_object"}, {"response_format": ["text", "json_schema"]}),
        ({"stream": True}, {"stream": False}),
        ({"header": {"X-Team": "blue"}}, {"header": {"x-team": "red"}}),
        ({"metadata": {"case": {"equals": "7"}}}, {"metadata": {"place": "7"}}),
        ({"jmespath": "stream"}, {"jmespath": "temperature"}),
        (
            {"jmespath": {"expression": "length(tools)", "equals": 2}},
            {"jmespath": {"expression": "length(tools)", "equals": 3}},
        ),
        ({"any": [{"turn": 9}, {"stream": True}]}, {"any": [{"turn": 9}, {"stream": False}]}),
        ({"all": [{"turn": 1}, {"stream": True}]}, {"all": [{"turn": 1}, {"stream": False}]}),
        ({"not": {"turn": 9}}, {"not": {"turn": 1}}),
        ({"turn": 1, "stream": True}, {"turn": 1, "stream": False}),
    ],
)
def test_a_condition_holds_for_one_call_and_says_why_not_for_another(
    data: dict[str, Any], match: Any, otherwise: Any
) -> None:
    call = subject(data)
    assert condition(match).accepts(call)
    other = condition(otherwise)
    assert not other.accepts(call)
    assert other.why_not(call)
    assert "\n" not in other.why_not(call) + other.line


@pytest.mark.parametrize(
    "data",
    [
        {"prompt": "a cat"},
        {"prompt": ["a dog", "a cat"]},
        {"input": "a cat"},
        {"input": ["a dog", "a cat"]},
        {"input": [{"type": "text", "text": "a cat"}]},
        {"role": "user", "content": "a cat"},
    ],
)
def test_other_endpoints_are_matched_by_what_they_have(data: dict[str, Any]) -> None:
    assert condition({"last_user": {"equals": "a cat"}}).accepts(subject(data))


def test_what_is_said_names_what_was_asked_and_what_was_found() -> None:
    call = subject(CHAT)
    told = {
        'last_user does not contain "refund": it is "What is the weather in Oslo?"': {"last_user": "refund"},
        "turn should be at least 2: it is 1": {"turn": {"at_least": 2}},
        "model should be o1 or o3*: it is gpt-4o-mini": {"model": ["o1", "o3*"]},
        "tools should be send: it is get_time, get_weather": {"tools": "send"},
        'header x-team does not equal "red": it is "blue"': {"header": {"x-team": {"equals": "red"}}},
        'metadata place does not contain "x": the call has none': {"metadata": {"place": "x"}},
        "it must not be so, but is: stream true": {"not": {"stream": True}},
        'none of these: turn should be 3: it is 1; system does not match /x/: it is "Be brief."': {
            "any": [{"turn": 3}, {"system": {"regex": "x"}}]
        },
    }
    assert {condition(match).why_not(call): match for match in told.values()} == told
    line = condition({"last_user": "refund", "model": "gpt-4*"}).line
    assert line == 'last_user contains "refund" · model gpt-4*'


@pytest.mark.parametrize(
    ("match", "path"),
    [
        (3, "match"),
        ({"last_users": "x"}, "match.last_users"),
        ({"last_user": 3}, "match.last_user"),
        ({"last_user": ""}, "match.last_user.contains"),
        ({"last_user": {"contains": "a", "equals": "b"}}, "match.last_user"),
        ({"last_user": {"contains": "a", "cases": True}}, "match.last_user.cases"),
        ({"last_user": {"contains": "a" * 2001}}, "match.last_user.contains"),
        ({"last_user": {"regex": "(a"}}, "match.last_user.regex"),
        ({"last_user": {"regex": r"(a)\1"}}, "match.last_user.regex"),
        ({"any": [{"turn": 1}, {"model": 3}]}, "match.any[1].model"),
        ({"any": []}, "match.any"),
        ({"not": {"all": [{"not": []}]}}, "match.not.all[0].not"),
        ({"turn": {"at_leas": 1}}, "match.turn.at_leas"),
        ({"turn": True}, "match.turn"),
        ({"turn": {"at_least": 3, "at_most": 1}}, "match.turn"),
        ({"endpoint": "chat.completion"}, "match.endpoint"),
        ({"endpoint": ["files.*", "text"]}, "match.endpoint[1]"),
        ({"not": {"endpoint": "chats.*"}}, "match.not.endpoint"),
        ({"response_format": "xml"}, "match.response_format"),
        ({"tool_result": {"tool": 3}}, "match.tool_result.tool"),
        ({"header": {"Authorization": "sk-x"}}, "match.header.Authorization"),
        ({"header": {"x": {"regex": "["}}}, "match.header.x.regex"),
        ({"jmespath": "a["}, "match.jmespath"),
        ({"jmespath": "nothing_such(@)"}, "match.jmespath"),
        ({"jmespath": "messages[?contains(content)]"}, "match.jmespath"),
        ({"jmespath": "not_null()"}, "match.jmespath"),
        ({"jmespath": "messages[::0]"}, "match.jmespath"),
        ({"jmespath": " | ".join(["[@, @][]"] * 30)}, "match.jmespath"),
        ({"jmespath": " | ".join(["[@, @, @]"] * 4)}, "match.jmespath"),
        ({"jmespath": "to_string([to_string([to_string(@)])])"}, "match.jmespath"),
        ({"jmespath": "join(messages[0].content, messages[].content)"}, "match.jmespath"),
        ({"any": [{"turn": 1}] * (CONDITIONS_MAX + 1)}, "match.any"),
        ({"any": [{"turn": 1}] * CONDITIONS_MAX}, "match"),
    ],
)
def test_what_is_wrong_is_told_with_its_path(match: Any, path: str) -> None:
    with pytest.raises(MatchError) as refused:
        read_match(match)
    assert [error["field"] for error in refused.value.errors] == [path]


def test_a_match_is_nested_within_bounds() -> None:
    match: dict[str, Any] = {"turn": 1}
    for _ in range(DEPTH_MAX):
        match = {"not": match}
    with pytest.raises(MatchError, match="nested too deeply"):
        read_match(match)
    with pytest.raises(MatchError, match=r"too large when it is unrolled \([\d,]+ steps of at most 2,000\)"):
        read_match({"last_user": {"regex": "(.{0,900}){1}x"}})
    assert read_match({"last_user": {"regex": r"\bfoo\b.{0,200}\bbar\b"}})
    assert read_match({}) == read_match(None) == ""


@pytest.mark.parametrize("pattern", [r"(a+)+$", r"(a|aa)+$", r"(a*)*b", r"(?:a?){200}a{200}b"])
def test_a_catastrophic_pattern_does_no_harm(pattern: str) -> None:
    call = subject({"messages": [{"role": "user", "content": "a" * 150_000 + "!"}]})
    began_s = time.thread_time()
    assert not condition({"last_user": {"regex": pattern}}).accepts(call)
    assert time.thread_time() - began_s < 1


def test_what_takes_long_in_all_is_refused_while_others_wait_and_known_afterwards() -> None:
    text = "".join(random.Random(3).choices("ab", k=2000))
    call = subject({"messages": [{"role": "user", "content": text}]})
    conditions = [condition({"last_user": {"regex": f"a[ab]{{{n}}}c"}}) for n in range(800, 820)]
    refused, is_over = 0, False
    while not is_over:
        try:
            with while_others_wait():
                assert not any(one.accepts(call) for one in conditions)
            is_over = True
        except Costly as costly:
            refused += 1
            costly.work_out()
    assert 0 < refused < len(conditions)  # some were short enough to be worked out at once


class _Thing:
    def __init__(self, place: int, asked: Condition) -> None:
        self.place = place
        self.asked = asked
        self.needs: tuple[Need, ...] | None = asked.needs


@pytest.mark.parametrize(
    "text",
    [
        "Order 4711 of STRASSE, order-17 (aaa) ſ K",
        "the order 7",
        "colour",
        "color",
        "",
        "xyzxyz tail",
    ],
)
def test_the_index_misses_nothing_that_accepts_a_call(text: str) -> None:
    """Whatever of an expression its author wrote: groups, choices, repeats, classes, flags."""
    patterns = [
        "order",
        "(?i)ORDER",
        r"order[ -]?\d+",
        "colou?r",
        "colo(u|)r",
        "(xyz)+ tail",
        "(?:xyz){2} tail",
        "x{0}order",
        "(?:zzzz)?order",
        "^the order",
        "order 7$",
        r"[[:alpha:]]{5} 7",
        "[[:alpha:]]rder 7",
        "[^x[:digit:]]rder",
        r"\Qorder 7\E",
        "straße|order",
        "s K",
        "(?P<a>or)der",
        "ord(?i:ER)",
        ".*",
        "abc|xyz",
    ]
    every = [
        *({"last_user": {"regex": one, "case": case}} for one in patterns for case in (True, False)),
        *(
            {"last_user": {"contains": one, "case": case}}
            for one in ("straße", "k", "Order")
            for case in (0, 1)
        ),
        *({"last_user": {"equals": one, "case": case}} for one in ("COLOUR", text) for case in (0, 1)),
        {"any": [{"last_user": "tail"}, {"last_user": "olo"}]},
        {"model": "gpt-4o"},
        {"model": "o1"},
    ]
    for match in every:
        if isinstance(about := match.get("last_user"), dict):
            about["case"] = bool(about["case"])
    things = [_Thing(place, condition(match)) for place, match in enumerate(every)]
    call = subject({"model": "gpt-4o", "messages": [{"role": "user", "content": text}]})
    found = [thing for thing in Index(things).candidates(call) if thing.asked.accepts(call)]
    assert sorted({one.place for one in found}) == [one.place for one in things if one.asked.accepts(call)]


def test_every_condition_is_documented_and_every_example_can_be_used() -> None:
    page = (ROOT / "docs" / "matching.md").read_text()
    documented = re.findall(r"`(\w+)`", "".join(re.findall(r"(?m)^\| ((?:`\w+`(?:, )?)+) \|", page)))
    assert documented == list(NAMES)
    examples = re.findall(r"```json\n(.*?)```", page, re.S)
    assert len(examples) > 4 and all(read_match(orjson.loads(one)) for one in examples)


def test_what_an_earlier_version_took_and_this_one_does_not_accepts_no_call() -> None:
    for gone in ({"astrology": "leo"}, {"any": [{"astrology": "leo"}]}, {"not": {"astrology": "leo"}}):
        assert not match_of(orjson.dumps(gone).decode()).accepts(subject(CHAT))
