"""What no service could do is refused in OpenAI's words: always, or by automatic answers and where calls are rejected."""

from typing import Any

import orjson
import pytest

from apps.wire.call import Call
from apps.wire.errors import WireError
from apps.wire.table import BY_NAME

FILE = {"filename": "a", "content_type": "text/plain", "bytes": 1, "sha256": ""}
UPLOAD = {"bytes": 5, "filename": "a", "mime_type": "text/plain", "purpose": "assistants"}
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
