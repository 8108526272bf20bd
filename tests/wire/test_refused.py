"""What no service could do is refused in OpenAI's words: always, or by automatic answers and where calls are rejected."""

from typing import Any

import orjson
import pytest

from apps.wire import validation
from apps.wire.call import Call
from apps.wire.errors import WireError
from apps.wire.shelf import MemoryShelf
from apps.wire.table import BY_NAME, find

FILE = {"filename": "a", "content_type": "text/plain", "bytes": 1, "sha256": ""}
UPLOAD = {"bytes": 5, "filename": "a", "mime_type": "text/plain", "purpose": "assistants"}
CHAT = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}
RESPONSE = {"model": "gpt-4o", "input": "hi"}
COMPLETION = {"model": "m", "prompt": "hi"}
TOOLS = [{"type": "function", "function": {"name": "f"}}]
OWN = [
    {"type": "function", "name": "f"},
    {"type": "web_search_preview_2025_03_11"},
    {"type": "mcp", "server_label": "s"},
]
NAMED = {"type": "function", "function": {"name": "nope"}}
NOT_FOUND = "Tool choice 'nope' not found in 'tools' parameter."
HOUR = {"anchor": "created_at", "seconds": 3600}


def call_of(endpoint: str, data: dict[str, Any]) -> Call:
    path = BY_NAME[endpoint].path
    params = {name.strip("{}"): "a_1" for name in path.split("/") if name[:1] == "{"}
    return Call(
        id="01", caller="ci", method="POST", path=f"/v1{path}", endpoint=endpoint, params=params,
        body=orjson.dumps(data), data=data, received_at=1769092737.0,
    )  # fmt: skip


def refusal(endpoint: str, data: dict[str, Any]) -> WireError:
    """Why no such call is answered, whatever is queued."""
    with pytest.raises(WireError) as caught:
        BY_NAME[endpoint].check(call_of(endpoint, data))
    return caught.value


@pytest.mark.parametrize(
    ("endpoint", "data", "param"),
    [
        ("conversations.create", {"items": "x", "metadata": 7}, "items"),
        ("conversations.create", {"items": [5]}, "items[0]"),
        ("conversations.create", {"metadata": 7}, "metadata"),
        ("conversations.create", {"metadata": {"run": 7}}, "metadata.run"),
        ("conversations.update", {"metadata": "x"}, "metadata"),
        ("conversations.items.create", {"items": [5]}, "items[0]"),
        ("chat.completions.update", {"metadata": []}, "metadata"),
        ("responses", {"model": "m", "input": "x", "conversation": []}, "conversation"),
        ("responses", {"model": "m", "input": "x", "conversation": {"id": 7}}, "conversation.id"),
        ("responses", {"model": "m", "input": "x", "conversation": {}}, "conversation.id"),
        ("responses", {"model": "m", "input": "x", "metadata": {"run": 7}}, "metadata.run"),
        ("responses", {"model": "m", "input": "x", "tools": [5]}, "tools[0]"),
        ("vector_stores.create", {"name": 5}, "name"),
        ("beta.assistants.create", {"model": "gpt-4o", "temperature": "hot"}, "temperature"),
    ],
)
def test_what_is_kept_has_its_types(endpoint: str, data: dict[str, Any], param: str) -> None:
    error = refusal(endpoint, data)
    assert (error.status, error.param) == (400, param)
    assert error.code in ("invalid_type", "missing_required_parameter") and f"'{param}'" in error.message


def test_a_conversation_takes_20_items_at_once_and_no_empty_list() -> None:
    one = {"type": "message", "role": "user", "content": "hi"}
    BY_NAME["conversations.create"].check(call_of("conversations.create", {"items": [one] * 20}))
    BY_NAME["conversations.create"].check(call_of("conversations.create", {"items": []}))
    for endpoint in ("conversations.create", "conversations.items.create"):
        assert refusal(endpoint, {"items": [one] * 21}).code == "array_above_max_length"
    assert refusal("conversations.items.create", {"items": []}).code == "empty_array"


@pytest.mark.parametrize(
    ("endpoint", "data", "param", "code"),
    [
        ("uploads.create", {**UPLOAD, "bytes": -5}, "bytes", "integer_below_min_value"),
        ("uploads.create", {**UPLOAD, "bytes": 2**40}, "bytes", "integer_above_max_value"),
        ("uploads.create", {**UPLOAD, "bytes": 5.5}, "bytes", "invalid_type"),
        ("files.create", {"file": FILE, "purpose": "batch", "expires_after": {**HOUR, "seconds": 5}}, "expires_after.seconds", "integer_below_min_value"),
        ("batches.create", {"endpoint": "/v1/responses", "completion_window": "24h", "input_file_id": "a", "output_expires_after": {**HOUR, "seconds": -1}}, "output_expires_after.seconds", "integer_below_min_value"),
        ("containers.create", {"name": "a", "expires_after": {"anchor": "last_active_at", "minutes": 1e300}}, "expires_after.minutes", "invalid_type"),
        ("containers.create", {"name": "a", "expires_after": {"anchor": "last_active_at", "minutes": -3}}, "expires_after.minutes", "integer_below_min_value"),
        ("vector_stores.create", {"expires_after": {"anchor": "last_active_at", "days": 366}}, "expires_after.days", "integer_above_max_value"),
        ("vector_stores.update", {"expires_after": {"anchor": "last_active_at", "days": 0}}, "expires_after.days", "integer_below_min_value"),
        ("vector_stores.files.create", {"file_id": "a", "chunking_strategy": {"type": "static", "static": {"max_chunk_size_tokens": 5000, "chunk_overlap_tokens": 1}}}, "chunking_strategy.static.max_chunk_size_tokens", "integer_above_max_value"),
        ("vector_stores.search", {"query": "a", "max_num_results": 51}, "max_num_results", "integer_above_max_value"),
        ("vector_stores.search", {"query": "a", "ranking_options": {"score_threshold": 1.5}}, "ranking_options.score_threshold", "decimal_above_max_value"),
        ("beta.assistants.create", {"model": "gpt-4o", "temperature": 3}, "temperature", "integer_above_max_value"),
        ("beta.threads.runs.create", {"assistant_id": "a", "max_prompt_tokens": 5}, "max_prompt_tokens", "integer_below_min_value"),
        ("fine_tuning.jobs.create", {"model": "gpt-4o", "training_file": "a", "hyperparameters": {"n_epochs": 0}}, "hyperparameters.n_epochs", "integer_below_min_value"),
        ("fine_tuning.jobs.create", {"model": "gpt-4o", "training_file": "a", "seed": -1}, "seed", "integer_below_min_value"),
        ("images.generate", {"prompt": "a", "output_compression": 101}, "output_compression", "integer_above_max_value"),
        ("chat.completions", {**CHAT, "max_tokens": 0}, "max_tokens", "integer_below_min_value"),
        ("chat.completions", {**CHAT, "max_completion_tokens": -5}, "max_completion_tokens", "integer_below_min_value"),
        ("chat.completions", {**CHAT, "stop": 5}, "stop", "invalid_type"),
        ("chat.completions", {**CHAT, "seed": 2.0**70}, "seed", "invalid_type"),
        ("chat.completions", {**CHAT, "top_p": "x"}, "top_p", "invalid_type"),
        ("chat.completions", {**CHAT, "logit_bias": {"5": "x"}}, "logit_bias.5", "invalid_type"),
        ("chat.completions", {**CHAT, "n": 129}, "n", "integer_above_max_value"),
        ("responses", {**RESPONSE, "max_output_tokens": 0}, "max_output_tokens", "integer_below_min_value"),
        ("completions", {**COMPLETION, "max_tokens": -1}, "max_tokens", "integer_below_min_value"),
        ("completions", {**COMPLETION, "stop": 5}, "stop", "invalid_type"),
        ("embeddings", {"model": "m", "input": [[-1, 1e30]]}, "input[0][0]", "integer_below_min_value"),
        ("embeddings", {"model": "m", "input": [[1, 1e30]]}, "input[0][1]", "invalid_type"),
        ("embeddings", {"model": "m", "input": [[1, 2], "a"]}, "input[1]", "invalid_type"),
        ("embeddings", {"model": "m", "input": ["a", [1, 2]]}, "input[1]", "invalid_type"),
        ("embeddings", {"model": "m", "input": [1, "a"]}, "input[1]", "invalid_type"),
    ],
)  # fmt: skip
def test_a_number_that_cannot_be_is_refused(
    endpoint: str, data: dict[str, Any], param: str, code: str
) -> None:
    error = refusal(endpoint, data)
    assert (error.status, error.param, error.code) == (400, param, code)
    assert "an integer, but got an integer" not in error.message


@pytest.mark.parametrize(
    ("endpoint", "data", "words"),
    [
        ("chat.completions", {**CHAT, "tool_choice": "required"}, "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified."),
        ("chat.completions", {**CHAT, "tool_choice": NAMED, "tools": []}, "'tool_choice' is only allowed when 'tools' are specified."),
        ("chat.completions", {**CHAT, "parallel_tool_calls": False}, "'parallel_tool_calls' is only allowed when 'tools' are specified."),
        ("chat.completions", {**CHAT, "tool_choice": NAMED, "tools": TOOLS}, NOT_FOUND),
        ("chat.completions", {**CHAT, "tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": [NAMED]}}, "tools": TOOLS}, NOT_FOUND),
        ("responses", {**RESPONSE, "tool_choice": "required"}, "Tool choice 'required' must be specified with 'tools' parameter."),
        ("responses", {**RESPONSE, "tool_choice": {"type": "function", "name": "nope"}, "tools": OWN}, NOT_FOUND),
        ("responses", {**RESPONSE, "tool_choice": {"type": "function", "name": "nope"}}, NOT_FOUND),
        ("responses", {**RESPONSE, "tool_choice": {"type": "image_generation"}, "tools": OWN}, "Tool choice 'image_generation' not found"),
        ("chat.completions", {**CHAT, "temperature": 2.5}, "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 2.5 instead."),
        ("chat.completions", {**CHAT, "top_p": -1}, "Invalid 'top_p': integer below"),
        ("chat.completions", {**CHAT, "presence_penalty": 3}, "Invalid 'presence_penalty'"),
        ("chat.completions", {**CHAT, "frequency_penalty": -3}, "Invalid 'frequency_penalty'"),
        ("chat.completions", {**CHAT, "logprobs": True, "top_logprobs": 21}, "Invalid 'top_logprobs'"),
        ("chat.completions", {**CHAT, "logit_bias": {"50256": 101}}, "Invalid 'logit_bias.50256'"),
        ("responses", {**RESPONSE, "top_logprobs": 21}, "Invalid 'top_logprobs'"),
        ("responses", {**RESPONSE, "temperature": -1}, "Invalid 'temperature'"),
        ("completions", {**COMPLETION, "best_of": 10**9}, "Invalid 'best_of'"),
    ],
)  # fmt: skip
def test_what_no_model_could_do_is_refused_by_automatic_answers_and_where_calls_are_rejected(
    endpoint: str, data: dict[str, Any], words: str
) -> None:
    call, row = call_of(endpoint, data), BY_NAME[endpoint]
    row.check(call)  # what is queued is answered
    assert any(words in finding.message for finding in validation.told(call))
    with pytest.raises(WireError) as caught:
        row.auto(call, MemoryShelf())
    assert caught.value.status == 400 and words in caught.value.message and caught.value.param
    validation.configure("reject")
    try:
        with pytest.raises(WireError) as rejected:
            validation.refuse_wrong(call)
    finally:
        validation.configure("warn")
    assert rejected.value.status == 400
    if endpoint != "responses":  # whose tools lack what the package's types want of them
        assert (rejected.value.message, rejected.value.param) == (caught.value.message, caught.value.param)


@pytest.mark.parametrize(
    ("endpoint", "data"),
    [
        ("chat.completions", {**CHAT, "tool_choice": {"type": "function", "function": {"name": "f"}}, "tools": TOOLS}),
        ("chat.completions", {**CHAT, "tool_choice": "none", "tools": TOOLS, "temperature": 2, "top_p": 0.5, "seed": -1}),
        ("responses", {**RESPONSE, "tool_choice": "auto"}),
        ("responses", {**RESPONSE, "tool_choice": {"type": "web_search_preview"}, "tools": OWN}),
        ("responses", {**RESPONSE, "tool_choice": {"type": "mcp", "server_label": "s", "name": "x"}, "tools": OWN}),
        ("responses", {**RESPONSE, "tool_choice": {"type": "function", "name": "x"}, "tools": [{"type": "tool_search"}]}),
        ("responses", {**RESPONSE, "tool_choice": "required", "prompt": {"id": "pmpt_1"}}),
        ("completions", {**COMPLETION, "max_tokens": 0, "best_of": 20}),
    ],
)  # fmt: skip
def test_what_can_be_done_is_answered(endpoint: str, data: dict[str, Any]) -> None:
    BY_NAME[endpoint].check(call_of(endpoint, data))
    BY_NAME[endpoint].auto(call_of(endpoint, data), MemoryShelf())


@pytest.mark.parametrize("given", [{}, {"input": ""}, {"input": []}, {"input": None, "instructions": "x"}])
def test_a_response_needs_something_to_answer(given: dict[str, Any]) -> None:
    error = refusal("responses", {"model": "gpt-4o", **given})
    assert (error.param, error.code) == ("input", "missing_required_parameter")
    for name, value in {"previous_response_id": "r", "conversation": "c", "prompt": {"id": "p"}}.items():
        BY_NAME["responses"].check(call_of("responses", {"model": "gpt-4o", **given, name: value}))


def test_what_is_made_in_the_background_is_stored() -> None:
    error = refusal("responses", {**RESPONSE, "background": True, "store": False})
    assert (error.status, error.param) == (400, "background")


def test_a_reference_is_to_an_item_that_is_kept() -> None:
    shelf, row = MemoryShelf(), BY_NAME["responses"]
    said = {
        "id": "resp_1",
        "output": [{"id": "msg_out", "type": "message", "role": "assistant", "content": []}],
    }
    shelf.put("responses", "resp_1", said)
    shelf.put("responses.input_items", "resp_1/msg_in", {"id": "msg_in"}, parent="resp_1")
    shelf.put("conversations.items", "msg_conv", {"id": "msg_conv"}, parent="conv_1")
    for name in ("msg_out", "msg_in", "msg_conv"):
        row.auto(call_of("responses", {**RESPONSE, "input": [{"type": "item_reference", "id": name}]}), shelf)
    with pytest.raises(WireError, match=r"Item with id 'msg_no' not found\.$") as caught:
        row.auto(
            call_of("responses", {**RESPONSE, "input": [{"type": "item_reference", "id": "msg_no"}]}), shelf
        )
    assert (caught.value.status, caught.value.param) == (404, "input")


@pytest.mark.parametrize(
    ("method", "path", "meant"),
    [
        ("GET", "//models", "Did you mean GET /v1/models?"),
        ("POST", "/chat/completion", "Did you mean POST /v1/chat/completions?"),
        ("GET", "/xyz", "Invalid URL (GET /v1/xyz)"),
    ],
)
def test_only_what_is_near_to_a_wrong_path_is_suggested(method: str, path: str, meant: str) -> None:
    with pytest.raises(WireError) as caught:
        find(method, path)
    assert caught.value.message.endswith(meant)
