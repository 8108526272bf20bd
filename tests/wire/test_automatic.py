"""Automatic answers: deterministic, about the last question, and as the request asks for them."""

import time
from typing import Any

import jsonschema_rs
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.wire.arguments import arguments, structured
from apps.wire.asked import Tool
from apps.wire.call import Call
from apps.wire.chat import COMPLETIONS
from apps.wire.errors import WireError
from apps.wire.pattern import Patterns
from apps.wire.shelf import MemoryShelf
from apps.wire.table import BY_NAME
from apps.wire.tool_match import asks_for

from .samples import chat_call

CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
WEATHER = {"name": "get_weather", "description": "The weather of a city", "parameters": CITY}
MAIL = {"name": "send_email", "description": "Sends an email", "parameters": {"type": "object"}}
TOOLS = [{"type": "function", "function": one} for one in (WEATHER, MAIL)]


def answer(content: Any, *, after: list[Any] | None = None, **data: Any) -> Any:
    messages = [{"role": "user", "content": content}, *(after or [])]
    call = chat_call(messages=messages, **data)
    COMPLETIONS.check(call)
    body = COMPLETIONS.fill(COMPLETIONS.auto(call, MemoryShelf()), call)
    assert COMPLETIONS.is_whole(body)
    return body["choices"][0]


def called(choice: Any) -> list[tuple[str, Any]]:
    calls = choice["message"].get("tool_calls") or []
    return [(one["function"]["name"], orjson.loads(one["function"]["arguments"])) for one in calls]


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What's the weather in Bergen?", ["get_weather"]),
        ("Send Bob an email, and tell me the weather.", ["get_weather", "send_email"]),
        ("Hello!", []),
        ("Tell me about the capital of France.", []),
        ("Call get_weather for me", ["get_weather"]),
    ],
)
def test_a_tool_is_called_when_the_message_clearly_asks_for_it(question: str, names: list[str]) -> None:
    choice = answer(question, tools=TOOLS)
    assert [name for name, _ in called(choice)] == names
    assert choice["finish_reason"] == ("tool_calls" if names else "stop")


def test_arguments_are_what_the_message_says() -> None:
    assert called(answer("What's the weather in Bergen?", tools=TOOLS)) == [
        ("get_weather", {"city": "Bergen"})
    ]


def test_the_choice_of_a_tool_is_obeyed() -> None:
    assert called(answer("Hello!", tools=TOOLS, tool_choice="required"))
    named = {"type": "function", "function": {"name": "send_email"}}
    assert called(answer("Hello!", tools=TOOLS, tool_choice=named)) == [("send_email", {})]
    assert not called(answer("The weather?", tools=TOOLS, tool_choice="none"))
    both = "Send an email about the weather."
    assert len(called(answer(both, tools=TOOLS, parallel_tool_calls=False))) == 1


def test_a_result_is_told_and_ends_the_loop() -> None:
    first = answer("What's the weather in Bergen?", tools=TOOLS)["message"]
    result = {"role": "tool", "tool_call_id": first["tool_calls"][0]["id"], "content": "It rains."}
    choice = answer("What's the weather in Bergen?", after=[first, result], tools=TOOLS)
    assert choice["message"]["content"].endswith("get_weather returned: It rains.")


def test_one_call_at_a_time_comes_to_an_end_as_well() -> None:
    question, after, names = "Send an email about the weather.", [], []
    for _ in range(4):
        message = answer(question, after=after, tools=TOOLS, parallel_tool_calls=False)["message"]
        if not message.get("tool_calls"):
            break
        [call] = message["tool_calls"]
        names.append(call["function"]["name"])
        after += [message, {"role": "tool", "tool_call_id": call["id"], "content": "Done."}]
    assert names == ["get_weather", "send_email"]


def test_the_same_request_gets_the_same_answer() -> None:
    call = chat_call(tools=TOOLS, tool_choice="required")
    assert COMPLETIONS.auto(call, MemoryShelf()) == COMPLETIONS.auto(call, MemoryShelf())


def test_functions_of_old_are_called_too() -> None:
    choice = answer("The weather in Oslo?", functions=[WEATHER])
    assert choice["message"]["function_call"] == {"name": "get_weather", "arguments": '{"city":"Oslo"}'}
    assert choice["finish_reason"] == "function_call"


def test_an_answer_in_json_is_json() -> None:
    assert orjson.loads(answer("Hi", response_format={"type": "json_object"})["message"]["content"])


def test_pictures_and_sound_are_understood() -> None:
    parts = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}},
        {"type": "input_audio", "input_audio": {"data": "AAAA" * 4000, "format": "wav"}},
    ]
    assert "What is this?" in answer(parts)["message"]["content"]


@pytest.mark.parametrize(
    ("name", "data", "param", "words"),
    [
        (
            "chat.completions",
            {"messages": [{"role": "user", "content": "word " * 9000}]},
            "messages",
            "resulted in",
        ),
        (
            "chat.completions",
            {"messages": [{"role": "user", "content": "hi"}], "max_tokens": 8192},
            "messages",
            "in the completion",
        ),
        ("responses", {"input": "word " * 9000}, "input", "exceeds the context window"),
        ("completions", {"prompt": "word " * 9000}, "prompt", "in your prompt"),
    ],
)
def test_what_the_model_cannot_take_in_is_refused(name: str, data: Any, param: str, words: str) -> None:
    data = {"model": "gpt-4", **data}
    call = Call(id="1", caller="ci", method="POST", path="/", body=orjson.dumps(data), data=data)
    with pytest.raises(WireError, match=words) as caught:
        BY_NAME[name].auto(call, MemoryShelf())
    assert (caught.value.code, caught.value.param) == ("context_length_exceeded", param)


@pytest.mark.parametrize(
    ("question", "name", "wanted"),
    [
        ("Where is my order 17? I want its status.", "get_order_status", True),
        ("What is the status of my life?", "get_order_status", False),
        ("Search", "search", True),
        ("List all invoices", "listInvoices", True),
    ],
)
def test_most_words_of_a_name_have_to_be_said(question: str, name: str, wanted: bool) -> None:
    assert asks_for(question, Tool(name, "", {})) is wanted


LEAVES = st.sampled_from(
    [
        {"type": "string"},
        {"type": "string", "minLength": 3, "maxLength": 5},
        {"type": "string", "pattern": r"^\d{3}-[A-Z]{2}$"},
        {"type": "string", "format": "date"},
        {"type": ["string", "null"]},
        {"enum": ["a", "b", None]},
        {"const": 7},
        {"type": "integer", "minimum": 5, "maximum": 9},
        {"type": "integer", "exclusiveMinimum": 0, "multipleOf": 3},
        {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
        {"type": "boolean"},
        {"$ref": "#/$defs/tree"},
        {"anyOf": [{"type": "null"}, {"type": "string"}]},
    ]
)
SCHEMAS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(
            lambda items, least: {"type": "array", "items": items, "minItems": least},
            inner,
            st.integers(0, 3),
        ),
        st.builds(
            lambda given: {
                "type": "object",
                "properties": given,
                "required": list(given),
                "additionalProperties": False,
            },
            st.dictionaries(st.sampled_from(["city", "count", "tags", "email", "is_new"]), inner, max_size=4),
        ),
    ),
    max_leaves=8,
)
TREE = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "next": {"anyOf": [{"$ref": "#/$defs/tree"}, {"type": "null"}]},
        "more": {"type": "array", "items": {"$ref": "#/$defs/tree"}},
    },
    "required": ["name", "next", "more"],
}


@given(SCHEMAS, st.sampled_from(["", 'Say "yes" to Bob Smith, 7 times and 0.5 more.', "Oslo 12"]))
def test_what_is_made_follows_its_schema(schema: Any, text: str) -> None:
    whole = {"type": "object", "properties": {"it": schema}, "required": ["it"], "$defs": {"tree": TREE}}
    check = jsonschema_rs.validator_for(whole)
    check.validate(structured(whole, text))
    check.validate(orjson.loads(arguments(whole, text)))


def nested(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", "minLength": 40}
    for _ in range(levels):
        schema = {"type": "array", "items": schema, "minItems": 50}
    return schema


def unlike(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "uniqueItems": True, "minItems": 50, "items": items}


DEEP: dict[str, Any] = {"default": orjson.loads("[" * 90 + "]" * 90), "items": {"$ref": "#/items"}}
MANY_TEXTS = {f"p{n}": {"type": "string"} for n in range(100)}
MANY = {name: {"$ref": "#"} for name in "abcdefgh"}
DEFAULT = {"type": "string", "default": "d" * 100_000}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "minLength": 2_000_000_000},
        {"type": "string", "pattern": "(((((a{64}){64}){64}){64}){64}){64}"},
        {"type": "string", "pattern": "^(a+)+$"},
        nested(6),
        {"type": "object", "properties": MANY, "required": list(MANY)},
        {"type": "array", "minItems": 50, "items": {"type": "array", "minItems": 50, "items": DEFAULT}},
        {"type": "array", "prefixItems": [{"$ref": "#"}, {"$ref": "#"}]},
        {"allOf": [{"$ref": "#"}] * 10},
        {"type": "integer", "multipleOf": 1e308},
        {"type": "string", "pattern": "^a+$", "minLength": 2_000_000_000},
        {"type": "string", "pattern": "(){4294967294}"},
        unlike(unlike({"type": "string", "pattern": "^[^a-z]{4000}$"})),
        unlike(unlike({"type": "string", "pattern": "(){4000}(?=a)"})),
        unlike(unlike({"type": "object", "properties": MANY_TEXTS})),
        unlike(unlike(DEFAULT)),
        {"anyOf": [{"const": 1}, unlike({"$ref": "#"})]},
        unlike({"anyOf": [{"const": 1}, {"$ref": "#"}, {"$ref": "#/items"}]}),
        unlike(DEEP),
        {"type": "object", "minProperties": 2_000_000_000, "additionalProperties": {"$ref": "#"}},
        {"type": "array", "contains": {"$ref": "#"}, "minContains": 2_000_000_000},
    ],
    ids=[
        *(
            "a long text",
            "repeats",
            "backtracking",
            "arrays",
            "objects",
            "defaults",
            "first",
            "all",
            "number",
        ),
        *("a long pattern", "empty groups", "unlike patterns", "unlike nothing", "unlike objects"),
        *("unlike defaults", "unlike itself", "alternatives", "deep", "names", "contained"),
    ],
)
def test_a_schema_without_end_gets_an_answer_that_has_one(schema: Any) -> None:
    text = f'Say "{"a" * 60}!"'
    began = time.process_time()
    assert len(orjson.dumps(structured(schema, text))) < 500_000
    assert time.process_time() - began < 1


STRING, ONES = {"type": "string"}, {"type": "string", "maxLength": 1}
THREE = {"type": "array", "uniqueItems": True, "minItems": 3}
NAMED = {
    "type": "object",
    "properties": {"city": STRING, "is_new": {"type": "boolean"}},
    "required": ["city"],
}
EXACT = [
    {**THREE, "items": {"enum": ["a", "b", "c"]}},
    {**THREE, "items": {"anyOf": [{"const": "a"}, {"const": 7}, {"type": "boolean"}]}},
    {**THREE, "items": {"type": "string", "maxLength": 2}},
    {**THREE, "items": ONES, "minItems": 30},
    {**THREE, "items": {"type": "string", "pattern": r"^[A-Z]{2}-\d+$"}, "minItems": 40},
    {**THREE, "items": {"type": "string", "pattern": "^(red|green|blue)$"}},
    {**THREE, "items": {"type": "string", "format": "date"}, "minItems": 40},
    {**THREE, "items": {"type": "string", "format": "date-time"}},
    {**THREE, "items": {"type": "string", "format": "email"}},
    {**THREE, "items": {"type": "string", "format": "uuid"}},
    {**THREE, "items": {"type": "integer", "minimum": 0, "maximum": 2}},
    {**THREE, "items": {"type": "integer", "multipleOf": 5, "maximum": 10}},
    {**THREE, "items": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}},
    {**THREE, "items": {"type": ["boolean", "null"]}},
    {**THREE, "items": NAMED},
    {**THREE, "items": {"type": "array", "items": {"type": "boolean"}, "minItems": 2}},
    {**THREE, "prefixItems": [{"const": "a"}], "items": {"enum": ["a", "b", "c"]}},
    {"type": "array", "contains": {"const": "z"}},
    {
        "type": "array",
        "contains": {"type": "integer"},
        "minContains": 2,
        "items": {"type": ["string", "integer"]},
    },
    {**THREE, "contains": {"enum": ["y", "z"]}, "minContains": 2, "items": STRING},
    {"type": "string", "pattern": r"^\d+$", "minLength": 5, "maxLength": 5},
    {"type": "string", "pattern": "^[a-z]{3,200}$", "minLength": 150},
    {"type": "string", "pattern": "^x{100}$"},
    {"type": "string", "pattern": r"^\w+@(\w+\.)+com$", "minLength": 30, "maxLength": 32},
    {"type": "string", "pattern": "^a?b?c?[de]*$", "maxLength": 2},
    {"type": "string", "pattern": "^[A-Z]", "minLength": 4},
    {"type": "string", "pattern": "[0-9]$", "minLength": 4},
    {"type": "object", "minProperties": 2, "additionalProperties": {"type": "integer"}},
    {
        "type": "object",
        "minProperties": 2,
        "properties": {"a": ONES, "b": {"type": "null"}},
        "required": ["b"],
    },
    {**NAMED, "minProperties": 5, "additionalProperties": {"type": "boolean"}},
    {
        "type": "object",
        "minProperties": 2,
        "propertyNames": {"enum": ["x", "y"]},
        "additionalProperties": {"type": "integer"},
    },
    {
        "type": "object",
        "minProperties": 2,
        "patternProperties": {"^k[0-9]$": {"type": "integer"}},
        "additionalProperties": False,
    },
]


@pytest.mark.parametrize("schema", EXACT, ids=lambda schema: orjson.dumps(schema).decode())
@pytest.mark.parametrize("text", ["", 'Say "z" to 1 and 1.0, "12345", and "12345" again.'])
def test_what_can_be_followed_is(schema: Any, text: str) -> None:
    whole = {"type": "object", "properties": {"it": schema}, "required": ["it"]}
    check = jsonschema_rs.validator_for(whole, validate_formats=True)
    check.validate(structured(whole, text))
    check.validate(orjson.loads(arguments(whole, text)))


def test_a_list_ends_where_no_other_value_is_possible() -> None:
    for items, made in (
        ({"type": "boolean"}, [True, False]),
        ({"enum": ["a", "b"]}, ["a", "b"]),
        ({"const": 7}, [7]),
        ({"type": "string", "pattern": "^[ab]$"}, ["a", "b"]),
        ({"type": "string", "maxLength": 0}, [""]),
        ({"type": "integer", "minimum": 3, "maximum": 4}, [3, 4]),
    ):
        assert structured({**THREE, "items": items}, "") == made


@pytest.mark.parametrize(
    "pattern", [r"^\d{3}-[A-Z]{2}$", "^(foo|bar)+$", "[^abc]{2}", r"^[\w.]+@\w+\.com$", r"\D\S"]
)
def test_a_simple_pattern_is_matched(pattern: str) -> None:
    jsonschema_rs.validator_for({"type": "string", "pattern": pattern}).validate(
        Patterns().matching(pattern)[0]
    )


def test_a_pattern_that_looks_around_is_left_alone() -> None:
    assert not any(Patterns().matching(pattern) for pattern in ("(?=a)b", "("))
