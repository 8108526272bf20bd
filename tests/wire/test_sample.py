"""Sampled answers are valid by their schemas, and the real SDK's types read them."""

from typing import Any

import jsonschema_rs
import pytest
from pydantic import TypeAdapter

from apps.wire.catalogue import OPERATIONS
from apps.wire.findings import unreadable
from apps.wire.sample import instance, sample
from apps.wire.validators import validator

NOW = 1_700_000_000


def test_every_sample_is_valid() -> None:
    for operation in OPERATIONS.values():
        for part in operation.parts:
            value, check = sample(operation.name, part, seed=b"s", now=NOW), validator(operation.name, part)
            assert check is not None
            assert check.is_valid(value), (operation.name, part, unreadable(value, operation.name))


def test_the_sdks_own_types_read_every_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(".")
    from tools.catalogue_source import operations

    for found in operations():
        if found.response not in (None, bytes):
            value = sample(found.name, seed=b"s", now=NOW)
            TypeAdapter(found.response).validate_python(value)


def test_the_same_request_gets_the_same_answer_and_another_one_another() -> None:
    first, again, other = (sample("files.create", seed=seed, now=NOW) for seed in (b"a", b"a", b"b"))
    assert first == again
    assert first["id"] != other["id"]


@pytest.mark.parametrize(
    ("operation", "prefix"),
    [
        ("files.create", "file-"),
        ("batches.create", "batch_"),
        ("vector_stores.create", "vs_"),
        ("beta.assistants.create", "asst_"),
        ("beta.threads.create", "thread_"),
        ("beta.threads.messages.create", "msg_"),
        ("beta.threads.runs.create", "run_"),
        ("fine_tuning.jobs.create", "ftjob-"),
        ("responses.create", "resp_"),
        ("conversations.create", "conv_"),
        ("evals.create", "eval_"),
        ("evals.runs.create", "evalrun_"),
        ("containers.create", "cntr_"),
        ("videos.create", "video_"),
        ("uploads.create", "upload_"),
        ("chat.completions.create", "chatcmpl-"),
        ("completions.create", "cmpl-"),
        ("moderations.create", "modr-"),
    ],
)
def test_an_id_says_what_it_is_of(operation: str, prefix: str) -> None:
    assert sample(operation, seed=b"s", now=NOW)["id"].startswith(prefix)


def test_a_sample_takes_over_what_the_request_says() -> None:
    given = {"id": "vs_mine", "name": "mine", "metadata": {"a": "b"}, "usage_bytes": "many", "strange": 1}
    made = sample("vector_stores.create", seed=b"s", now=NOW, given=given)
    assert (made["id"], made["name"], made["metadata"]) == ("vs_mine", "mine", {"a": "b"})
    assert isinstance(made["usage_bytes"], int)
    assert "strange" not in made


def test_a_page_has_its_cursors() -> None:
    page = sample("batches.list", seed=b"s", now=NOW)
    assert (page["object"], page["has_more"], page["first_id"]) == ("list", False, page["data"][0]["id"])


def test_an_answer_without_json_has_no_sample() -> None:
    assert sample("responses.delete", seed=b"s", now=NOW) is None
    assert sample("files.content", seed=b"s", now=NOW) is None


TREE = {"type": "object", "required": ["next", "list"], "properties": {"list": {"type": "array", "items": {"$ref": "#"}}, "next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}}}  # fmt: skip


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "format": "date-time"},
        {"type": "string", "minLength": 30, "maxLength": 40},
        {"type": "integer", "minimum": 200, "maximum": 300, "multipleOf": 7},
        {"type": "integer", "exclusiveMinimum": -3, "exclusiveMaximum": -1},
        {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.1},
        {"type": "number", "maximum": -5},
        {"type": ["null", "string"]},
        {"type": "array", "items": {"type": "integer"}, "minItems": 3},
        {"enum": [5, 6]},
        {"allOf": [{"$ref": "#/definitions/a"}, {"required": ["x"], "properties": {"x": {"const": 1}}}], "definitions": {"a": {"type": "object", "required": ["y"], "properties": {"y": {"oneOf": [{"type": "object"}, {"type": "string"}]}}}}},
        {"$defs": {"day": {"type": "string", "format": "date"}}, "type": "object", "required": ["day"], "properties": {"day": {"$ref": "#/$defs/day"}}},
        TREE,
        {},
    ],
    ids=str,
)  # fmt: skip
def test_a_callers_schema_gets_an_instance(schema: dict[str, Any]) -> None:
    assert jsonschema_rs.is_valid(schema, instance(schema, seed=b"s", now=NOW))


@pytest.mark.parametrize(
    "schema",
    [{"type": "odd"}, {"properties": []}, {"required": 5}, {"anyOf": []}, {"enum": []}, {"$ref": 5}, {"items": 5}, {"type": []}, {"$ref": "#/nowhere"}, {"$ref": "https://example.com/other"}, {"properties": {"a": True}, "required": ["a", "b"], "type": "object"}],
    ids=str,
)  # fmt: skip
def test_an_odd_schema_is_no_reason_to_fail(schema: dict[str, Any]) -> None:
    instance(schema, seed=b"s", now=NOW)


def test_a_schema_without_end_ends() -> None:
    doubling = {f"l{i}": {"type": "object", "required": ["a", "b"], "properties": {"a": {"$ref": f"#/$defs/l{i + 1}"}, "b": {"$ref": f"#/$defs/l{i + 1}"}}} for i in range(40)}  # fmt: skip
    for schema in (
        {"$ref": "#"},
        {"allOf": [{"$ref": "#"}]},
        {"anyOf": [{"$ref": "#"}]},
        {"type": "object", "required": ["a"], "properties": {"a": {"$ref": "#"}}},
        {"$ref": "#/$defs/l0", "$defs": doubling},
    ):
        instance(schema, seed=b"s", now=NOW)
