"""What OpenAI refuses beyond the types of its package: told by default, refused on demand, never wrongly."""

import copy
import time
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from openai import BadRequestError, OpenAI

from apps.wire import validation
from apps.wire.beyond_types import beyond_types
from apps.wire.call import Call
from apps.wire.names import operation_name
from apps.wire.shelf import MemoryShelf
from apps.wire.table import find
from tests.conftest import Server, start_server

CHAT, RESPONSES, ASSISTANTS = "/chat/completions", "/responses", "/assistants"
USER = {"role": "user", "content": "hi"}


def calls(*ids: str) -> dict[str, Any]:
    made = [{"id": one, "type": "function", "function": {"name": "f", "arguments": "{}"}} for one in ids]
    return {"role": "assistant", "content": None, "tool_calls": made}


def answer(call_id: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": call_id, "content": "5"}


def said(*messages: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"model": "gpt-4o", "messages": [USER, *messages], **more}


def given(*items: Any, **more: Any) -> dict[str, Any]:
    return {"model": "gpt-4o", "input": [USER, *items], **more}


def called(call_id: str) -> dict[str, Any]:
    return {"type": "function_call", "call_id": call_id, "name": "f", "arguments": "{}"}


def output(call_id: str) -> dict[str, Any]:
    return {"type": "function_call_output", "call_id": call_id, "output": "5"}


def function(**about: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": "f", **about}}


def flat(**about: Any) -> dict[str, Any]:
    return {"type": "function", "name": "f", "parameters": None, "strict": None, **about}


def shape(schema: dict[str, Any], *, strict: bool | None = True) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "n", "strict": strict, "schema": schema}}


def text_shape(schema: dict[str, Any]) -> dict[str, Any]:
    return {"format": {"type": "json_schema", "name": "n", "strict": True, "schema": schema}}


def closed(**properties: Any) -> dict[str, Any]:
    """A schema that leaves nothing open."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


TEXT = {"type": "string"}
OPEN = {"type": "object", "properties": {"a": TEXT}, "required": ["a"]}
HALF = {**closed(a=TEXT, b=TEXT), "required": ["a"]}
IS_OPEN = "'additionalProperties' is required to be supplied and to be false."
LACKS_B = (
    "'required' is required to be supplied and to be an array including every key in properties. Missing 'b'."
)
OBJECT = {"type": "json_object"}
NO_CALL = "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'."
NOT_ANSWERED = (
    "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. "
    "The following tool_call_ids did not have response messages: "
)
PATTERN = "string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'."
NO_OBJECT = (
    "Invalid schema for function 'f': schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{}\"'."
)
PAIRS = {f"k{number}": "v" for number in range(17)}


def long_array(name: str, most: int, length: int) -> str:
    return (
        f"Invalid '{name}': array too long. Expected an array with maximum length {most}, but got an array with "
        f"length {length} instead."
    )


def long_text(name: str, most: int, length: int) -> str:
    return (
        f"Invalid '{name}': string too long. Expected a string with maximum length {most}, but got a string with "
        f"length {length} instead."
    )


def many_pairs(place: str = "metadata") -> str:
    return (
        f"Invalid '{place}': too many properties. Expected an object with at most 16 properties, but got an object "
        "with 17 properties instead."
    )


def only_1(value: str) -> str:
    return (
        f"Unsupported value: 'temperature' does not support {value} with this model. Only the default (1) value is "
        "supported."
    )


WRONG: list[tuple[str, dict[str, Any], str, str | None, str | None]] = [
    (CHAT, said(answer("a")), NO_CALL, "messages.[1].role", None),
    (CHAT, said(calls("a"), answer("a"), USER, answer("a")), NO_CALL, "messages.[4].role", None),
    (CHAT, said(calls("a"), answer("a"), answer("b")), "Invalid parameter: 'tool_call_id' of 'b' not found in 'tool_calls' of previous message.", "messages.[3].tool_call_id", None),
    (CHAT, said(calls("call_a", "call_b"), USER), f"{NOT_ANSWERED}call_a, call_b", "messages.[2].role", None),
    (CHAT, said(calls("a", "b"), answer("b"), USER), f"{NOT_ANSWERED}a", "messages.[3].role", None),
    (CHAT, said(calls("a", "b"), answer("b")), f"{NOT_ANSWERED}a", "messages", None),
    (CHAT, said(calls("a"), calls("b"), answer("b")), f"{NOT_ANSWERED}a", "messages.[2].role", None),
    (RESPONSES, given(output("a")), "No tool call found for function call output with call_id a.", "input", None),
    (RESPONSES, given(called("a"), called("b"), output("b")), "No tool output found for function call a.", "input", None),
    (CHAT, said(tools=[function()] * 200), long_array("tools", 128, 200), "tools", "array_above_max_length"),
    (RESPONSES, given(tools=[flat()] * 129), long_array("tools", 128, 129), "tools", "array_above_max_length"),
    (ASSISTANTS, {"model": "gpt-4o", "tools": [function()] * 129}, long_array("tools", 128, 129), "tools", "array_above_max_length"),
    (ASSISTANTS, {"model": "gpt-4o", "instructions": "x" * 256_001}, long_text("instructions", 256_000, 256_001), "instructions", "string_above_max_length"),
    (CHAT, said(stop=["a"] * 5), long_array("stop", 4, 5), "stop", "array_above_max_length"),
    ("/completions", {"model": "m", "prompt": "x", "stop": ["a"] * 5}, long_array("stop", 4, 5), "stop", "array_above_max_length"),
    (RESPONSES, given(max_output_tokens=5), "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got 5 instead.", "max_output_tokens", "integer_below_min_value"),
    (CHAT, said(model="o3-mini", max_tokens=5), "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", "max_tokens", "unsupported_parameter"),
    (CHAT, said(model="gpt-5.1", max_tokens=5), "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", "max_tokens", "unsupported_parameter"),
    (CHAT, said(model="gpt-5-mini", temperature=0.2), only_1("0.2"), "temperature", "unsupported_value"),
    (CHAT, said(model="o4-mini", temperature=0), only_1("0"), "temperature", "unsupported_value"),
    (CHAT, said(model="gpt-5.2", temperature=0.2, reasoning_effort="low"), only_1("0.2"), "temperature", "unsupported_value"),
    (RESPONSES, given(model="gpt-5", temperature=0.2), "Unsupported parameter: 'temperature' is not supported with this model.", "temperature", None),
    (CHAT, said(response_format=OBJECT), "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.", "messages", None),
    (RESPONSES, given(text={"format": OBJECT}), "Response input messages must contain the word 'json' in some form to use 'text.format' of type 'json_object'.", "input", None),
    (CHAT, said(response_format=shape(OPEN)), f"Invalid schema for response_format 'n': In context=(), {IS_OPEN}", "response_format", None),
    (CHAT, said(response_format=shape(closed(a=HALF))), f"Invalid schema for response_format 'n': In context=('properties', 'a'), {LACKS_B}", "response_format", None),
    (RESPONSES, given(text=text_shape(closed(a={"type": "array", "items": OPEN}))), f"Invalid schema for response_format 'n': In context=('properties', 'a', 'items'), {IS_OPEN}", "text.format.schema", "invalid_json_schema"),
    (RESPONSES, given(text=text_shape(closed(a={"anyOf": [OPEN, {"type": "null"}]}))), f"Invalid schema for response_format 'n': In context=('properties', 'a', 'anyOf', '0'), {IS_OPEN}", "text.format.schema", "invalid_json_schema"),
    (CHAT, said(response_format=shape(closed(a={**OPEN, "type": ["null", "object"]}))), f"Invalid schema for response_format 'n': In context=('properties', 'a', 'type', '1'), {IS_OPEN}", "response_format", None),
    (CHAT, said(response_format=shape({**closed(a={"$ref": "#/$defs/x"}), "$defs": {"x": HALF}})), f"Invalid schema for response_format 'n': In context=('$defs', 'x'), {LACKS_B}", "response_format", None),
    (CHAT, said(response_format=shape({"type": "array", "items": TEXT})), "Invalid schema for response_format 'n': schema must be a JSON Schema of 'type: \"object\"', got 'type: \"array\"'.", "response_format", None),
    (CHAT, said(tools=[function(strict=True, parameters=OPEN)]), f"Invalid schema for function 'f': In context=(), {IS_OPEN}", "tools[0].function.parameters", "invalid_function_parameters"),
    (RESPONSES, given(tools=[flat(strict=True, parameters=HALF)]), f"Invalid schema for function 'f': In context=(), {LACKS_B}", "tools[0].parameters", "invalid_function_parameters"),
    (CHAT, said(tools=[function(), function(parameters=TEXT)]), NO_OBJECT.format("string"), "tools[1].function.parameters", "invalid_function_parameters"),
    (CHAT, said(tools=[function(parameters={"anyOf": [OPEN]})]), NO_OBJECT.format("None"), "tools[0].function.parameters", "invalid_function_parameters"),
    (RESPONSES, given(tools=[flat(parameters={"type": "array"})]), NO_OBJECT.format("array"), "tools[0].parameters", "invalid_function_parameters"),
    (CHAT, said(tools=[function(name="a.b")]), f"Invalid 'tools[0].function.name': {PATTERN}", "tools[0].function.name", "invalid_value"),
    (RESPONSES, given(tools=[flat(name="a b")]), f"Invalid 'tools[0].name': {PATTERN}", "tools[0].name", "invalid_value"),
    (RESPONSES, given(tools=[flat(name="")]), "Invalid 'tools[0].name': empty string. Expected a string with minimum length 1, but got an empty string instead.", "tools[0].name", "empty_string"),
    (ASSISTANTS, {"model": "gpt-4o", "tools": [function(name="a\n")]}, f"Invalid 'tools[0].function.name': {PATTERN}", "tools[0].function.name", "invalid_value"),
    (CHAT, said(metadata=PAIRS), many_pairs(), "metadata", "object_above_max_properties"),
    (RESPONSES, given(metadata={"k": "v" * 513}), long_text("metadata.k", 512, 513), "metadata.k", "string_above_max_length"),
    ("/conversations", {"metadata": {"k" * 70: "v"}}, "Invalid property name in 'metadata': 'kkk...kkk' is too long. Expected a string with maximum length 64, but got a string with length 70 instead.", "metadata." + "k" * 70, "property_name_above_max_length"),
    ("/vector_stores", {"metadata": PAIRS}, many_pairs(), "metadata", "object_above_max_properties"),
    ("/threads", {"messages": [USER, {**USER, "metadata": PAIRS}]}, many_pairs("messages[1].metadata"), "messages[1].metadata", "object_above_max_properties"),
    ("/threads/runs", {"assistant_id": "a", "thread": {"metadata": {"k": "v" * 513}}}, long_text("thread.metadata.k", 512, 513), "thread.metadata.k", "string_above_max_length"),
    (CHAT, said(top_logprobs=2), "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.", "top_logprobs", None),
    (CHAT, said(stream_options={"include_usage": True}), "The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options", None),
    ("/containers", {"name": "c", "memory_limit": "3g"}, "Invalid value: '3g'. Supported values are: '1g', '4g', '16g', and '64g'.", "memory_limit", "invalid_value"),
]  # fmt: skip

RIGHT: list[tuple[str, dict[str, Any]]] = [
    (CHAT, said(calls("a", "b", "c"), answer("c"), answer("a"), answer("b"), USER)),
    (CHAT, said(calls("a"), answer("a"), calls("b", "c"), answer("b"), answer("c"))),
    (CHAT, said(calls("a"), answer("a"), {"role": "developer", "content": "x"}, {"role": "system", "content": "x"}, {"role": "assistant", "content": "x"}, USER)),
    (CHAT, said({"role": "assistant", "content": "x", "tool_calls": None}, USER)),
    (CHAT, said({"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}}, {"role": "function", "name": "f", "content": "5"})),
    (RESPONSES, given(called("a"), called("b"), output("b"), {"role": "developer", "content": "x"}, output("a"))),
    (RESPONSES, {"model": "gpt-4o", "input": "hi"}),
    (CHAT, said(stop="longer than 4", tools=[function()] * 128)),
    (CHAT, said(stop=["a"] * 4, stream=True, stream_options={"include_usage": True}, logprobs=True, top_logprobs=2)),
    (CHAT, said(stream_options=None, top_logprobs=None, stop=None, metadata=None, tools=None, response_format=None)),
    (RESPONSES, given(max_output_tokens=16, temperature=0.2, metadata={"k" * 64: "v" * 512})),
    (CHAT, said(model="o3", max_completion_tokens=50, temperature=1)),
    (CHAT, said(model="o3", max_tokens=None, temperature=1.0)),
    *((CHAT, said(model=model, max_tokens=5, temperature=0.2)) for model in ("gpt-4o", "gpt-5-chat-latest", "gpt-5.9-chat-latest", "own-o3", "o")),
    *((CHAT, said(model=model, temperature=0.2)) for model in ("gpt-5.1", "gpt-5.9")),
    (CHAT, said(model="gpt-5.2", temperature=0.2, reasoning_effort="none")),
    (CHAT, said(model="gpt-4o", temperature=0.2, reasoning_effort="low")),
    (RESPONSES, given(model="gpt-5.1", temperature=0.2, reasoning={"effort": "none"})),
    (RESPONSES, given(model="o4-mini", temperature=1, reasoning={"effort": "low"})),
    (CHAT, said({"role": "user", "content": [{"type": "text", "text": "As JSON, please."}]}, response_format=OBJECT)),
    (CHAT, said({"role": "system", "content": "Answer in Json."}, response_format=OBJECT)),
    (RESPONSES, given({"role": "user", "content": [{"type": "input_text", "text": "jsonl"}]}, text={"format": OBJECT})),
    (RESPONSES, given(instructions="Answer in JSON.", text={"format": OBJECT})),
    (RESPONSES, {"model": "gpt-4o", "input": "json", "text": {"format": OBJECT}}),
    (CHAT, said(response_format=shape(OPEN, strict=False))),
    (CHAT, said(response_format=shape(OPEN, strict=None))),
    (CHAT, said(response_format=shape({**closed(a={"$ref": "#/$defs/x"}, b={"type": ["string", "null"]}), "$defs": {"x": closed(type=TEXT, properties=TEXT), "y": {"enum": ["a"]}}}))),
    (CHAT, said(response_format=shape(closed(steps={"type": "array", "items": {"anyOf": [closed(), {"$ref": "#"}, {"type": "null"}]}})))),
    (RESPONSES, given(text=text_shape({"type": "object", "additionalProperties": False}))),
    (CHAT, said(tools=[function(parameters=OPEN), function(strict=False, parameters=HALF), function(strict=True, parameters=closed(a=TEXT)), function(parameters={}), function(strict=True)])),
    (CHAT, said(tools=[function(parameters={"type": ["object"]}), {"type": "custom", "custom": {"name": "a.b"}}, function(name="-_aZ0")])),
    (RESPONSES, given(tools=[flat(parameters=OPEN), flat(strict=True, parameters=closed()), {"type": "web_search"}])),
    (ASSISTANTS, {"model": "gpt-4o", "tools": [function()] * 128, "instructions": "x" * 256_000}),
    ("/conversations", {"metadata": dict(list(PAIRS.items())[:16])}),
    ("/containers", {"name": "c", "memory_limit": "64g"}),
]  # fmt: skip

# Of what is said elsewhere nothing is known: over HTTP there would have to be such objects.
UNSEEN: list[dict[str, Any]] = [
    given(*more["items"], **more["named"])
    for named in ({"previous_response_id": "resp_1"}, {"conversation": "conv_1"}, {"prompt": {"id": "p"}})
    for more in ({"items": (output("a"), called("b")), "named": {**named, "text": {"format": OBJECT}}},)
] + [
    given(item, output("a"), text={"format": OBJECT})
    for item in ({"type": "item_reference", "id": "fc_1"}, {"id": "fc_1"}, {"type": "compaction", "encrypted_content": "x"})
]  # fmt: skip


@pytest.fixture(scope="module")
def strict_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("reject")
    server = start_server(folder, MOCKOPENAI_VALIDATE="reject", MOCKOPENAI_FALLBACK="auto")
    yield server
    server.stop()


def call_of(path: str, data: dict[str, Any]) -> Call:
    row, params = find("POST", path)
    return Call(
        id="01", caller="ci", method="POST", path=f"/v1{path}", endpoint=row.name, params=params,
        body=orjson.dumps(data), data=data, received_at=1769092737.0,
    )  # fmt: skip


@pytest.mark.parametrize(("path", "data", "message", "param", "code"), WRONG)
def test_it_is_told_and_answered_by_default(
    path: str, data: dict[str, Any], message: str, param: str | None, code: str | None
) -> None:
    call = call_of(path, data)
    find("POST", path)[0].check(call)
    validation.refuse_wrong(call)
    assert [(one.message, one.path, one.code or None) for one in validation.told(call)] == [
        (message, param, code)
    ]
    validation.configure("off")
    try:
        assert validation.told(call) == []
    finally:
        validation.configure("warn")


@pytest.mark.parametrize(("path", "data", "message", "param", "code"), WRONG)
def test_it_is_refused_on_demand(
    strict_server: Server, path: str, data: dict[str, Any], message: str, param: str, code: str | None
) -> None:
    refused = strict_server.api.post(f"/v1{path}", json=data)
    assert refused.status_code == 400
    error = {"message": message, "type": "invalid_request_error", "param": param, "code": code}
    assert refused.json() == {"error": error}


@pytest.mark.parametrize(("path", "data"), RIGHT)
def test_what_is_right_is_answered(strict_server: Server, path: str, data: dict[str, Any]) -> None:
    answered = strict_server.api.post(f"/v1{path}", json=data)
    assert answered.status_code == 200, answered.text


@pytest.mark.parametrize("data", UNSEEN)
def test_nothing_is_said_of_what_is_not_seen(data: dict[str, Any]) -> None:
    assert validation.told(call_of(RESPONSES, data)) == []


@pytest.mark.parametrize(("path", "data"), [case[:2] for case in WRONG if case[0] in (CHAT, RESPONSES)])
def test_automatic_answers_refuse_nothing_of_it(path: str, data: dict[str, Any]) -> None:
    assert find("POST", path)[0].auto(call_of(path, data), MemoryShelf())


def test_it_stands_with_the_call(server: Server) -> None:
    server.queue("beyond", {"content": "all the same"})
    client = OpenAI(base_url=server.base_url, api_key="sk-mock-beyond", max_retries=0)
    answered = client.chat.completions.create(**said(answer("a"), stop=["a"] * 5))
    assert answered.choices[0].message.content == "all the same"
    [row] = server.api.get("/api/exchanges", params={"q": "caller:beyond"}).json()["items"]
    found = server.exchange(row["id"])["findings"]
    assert [(one["param"], one["code"]) for one in found] == [
        ("messages.[1].role", None),
        ("stop", "array_above_max_length"),
    ]
    assert NO_CALL.replace("'", "&#x27;") in server.api.get(f"/journal/{row['id']}").text


def test_the_sdk_gets_the_refusal_as_from_openai(strict_server: Server) -> None:
    client = OpenAI(base_url=strict_server.base_url, api_key="sk-mock-ci", max_retries=0)
    with pytest.raises(BadRequestError, match="must be followed by tool messages") as refused:
        client.chat.completions.create(**said(calls("a"), USER))
    assert (refused.value.param, refused.value.code) == ("messages.[2].role", None)
    conversation = client.conversations.create()
    with pytest.raises(BadRequestError, match="Invalid value: 'nonsense'") as refused:
        client.conversations.items.create(conversation.id, items=[{"type": "nonsense"}])  # type: ignore[list-item]
    assert refused.value.param == "items[0].type"


ODD: list[Any] = [
    None,
    True,
    5,
    1.5,
    "odd",
    [],
    ["odd"],
    [[]],
    {},
    {"type": "object"},
    {"a": {}},
    [{}],
    [None],
]


@pytest.mark.parametrize(("path", "data", "message", "param", "code"), WRONG)
def test_no_type_of_any_part_makes_it_fail(
    path: str, data: dict[str, Any], message: str, param: str | None, code: str | None
) -> None:
    operation = operation_name(find("POST", path)[0].name)
    small = {name: value[-3:] if isinstance(value, list | str) else value for name, value in data.items()}
    for way in [way for way in _ways(small) if way]:
        for odd in ODD:
            changed = copy.deepcopy(small)
            box: Any = changed
            for step in way[:-1]:
                box = box[step]
            box[way[-1]] = odd
            list(beyond_types(changed, operation))


def _ways(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each part of a value."""
    yield above
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield from _ways(inner, (*above, key))


def test_a_long_conversation_is_looked_at_in_no_time() -> None:
    ids = [f"call_{number}" for number in range(10_000)]
    turns = [message for one in ids for message in (calls(one), {**answer(one), "content": "x" * 900})]
    items = [item for one in ids for item in (called(one), {**output(one), "output": "x" * 900})]
    bodies = [
        (CHAT, said(*turns, response_format=OBJECT)),
        (CHAT, said(calls(*ids), *map(answer, ids))),
        (CHAT, said(*map(answer, ids))),
        (RESPONSES, given(*items, text={"format": OBJECT})),
        (CHAT, said(response_format=shape(closed(**{one: closed(a=TEXT) for one in ids})))),
        (CHAT, said(metadata=dict.fromkeys(ids, "x" * 600), logit_bias=dict.fromkeys(ids, 200))),
    ]
    for path, data in bodies:
        call = call_of(path, data)
        validation.told(call)  # compiles
        began = time.process_time()
        assert len(validation.told(call)) <= 20
        assert time.process_time() - began < 1
