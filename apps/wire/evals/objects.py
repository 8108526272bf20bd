"""Evals, as they are kept and shown."""

from hashlib import blake2b
from typing import Any
from uuid import UUID

from apps.wire.call import Call
from apps.wire.endpoint import Body
from apps.wire.ids import hexadecimal
from apps.wire.kept_resource import Resource

ROLES = ("system", "developer", "user", "assistant")
# What an eval's criteria may refer to of an answer.
_SAMPLE: Body = {
    "type": "object",
    "properties": {
        "model": {"type": "string"},
        "choices": {"type": "array", "items": {"type": "object"}},
        "output_text": {"type": "string"},
        "output_json": {"type": "object"},
        "output_tools": {"type": "array", "items": {"type": "object"}},
    },
    "required": ["model", "choices"],
}


def _fill(draft: Body, call: Call) -> Body:
    data = call.data
    made: Body = {
        "object": "eval",
        "id": call.params.get("eval_id") or f"eval_{hexadecimal(32)}",
        "data_source_config": _config(data.get("data_source_config")),
        "testing_criteria": [],
        "name": data.get("name") or "My eval",
        "created_at": int(call.received_at),
        "metadata": data.get("metadata") or {},
    } | draft
    if "testing_criteria" not in draft:
        made["testing_criteria"] = _criteria(data.get("testing_criteria"), str(made["id"]))
    return made


def _config(given: Any) -> Body:
    """An eval's source has one schema of all that its criteria may refer to."""
    asked: Body = given if isinstance(given, dict) else {"type": "custom"}
    properties: Body = {"item": asked.get("item_schema") or {"type": "object"}}
    if asked.get("type") != "custom" or asked.get("include_sample_schema"):
        properties["sample"] = _SAMPLE
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    metadata = {} if asked.get("type") == "custom" else {"metadata": asked.get("metadata") or {}}
    return {"type": asked.get("type"), **metadata, "schema": schema}


def _criteria(given: Any, eval_id: str) -> list[Body]:
    """Each with the id that results name it by: its name and a UUID, the same for the same eval."""
    listed = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    return [
        {**_told(one), "id": f"{one.get('name')}-{UUID(bytes=_digest(f'{eval_id}{index}'))}"}
        for index, one in enumerate(listed)
    ]


def _told(criterion: Body) -> Body:
    """The messages of a grader have types, and roles that there are."""
    given = criterion.get("input")
    if not isinstance(given, list):
        return criterion
    messages = [one for one in given if isinstance(one, dict)]
    roles = [one["role"] if one.get("role") in ROLES else "user" for one in messages]
    told = [{"type": "message", **one, "role": role} for one, role in zip(messages, roles, strict=True)]
    return {**criterion, "input": told}


def _digest(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=16).digest()


EVALS = Resource(
    name="evals",
    label="Eval with id '{id}' not found.",
    path="/evals",
    param="eval_id",
    fill=_fill,
)
