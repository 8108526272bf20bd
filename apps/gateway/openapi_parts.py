"""The schemas of which the OpenAPI description of our REST is made."""

from typing import Any

from apps.journal.verdicts import KINDS

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
WHOLE: Schema = {"type": "integer"}
SWITCH: Schema = {"type": "boolean"}
ANY: Schema = {"type": "object", "additionalProperties": True}


def thing(required: tuple[str, ...] = (), **fields: Schema) -> Schema:
    """An object with these fields, and maybe others."""
    made: Schema = {"type": "object", "properties": fields, "additionalProperties": True}
    return {**made, "required": list(required)} if required else made


def listed(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


_WAIT: Schema = {"anyOf": [WHOLE, thing(uniform=ANY), thing(normal=ANY), thing(lognormal=ANY)]}
_PACE: Schema = {"anyOf": [TEXT, thing(first_token_ms=_WAIT, token_ms=_WAIT, total_ms=_WAIT)]}
_FAULT: Schema = {"anyOf": [TEXT, thing(("name",), name=TEXT, probability_pct=NUMBER), {"type": "null"}]}
_PER_MINUTE: Schema = {"type": ["integer", "null"], "minimum": 1}
ENTRY_FIELDS: dict[str, Schema] = {
    "status_code": {"type": "integer", "minimum": 200, "maximum": 599, "default": 200},
    "headers": {"type": "object", "additionalProperties": TEXT},
    "delay_ms": {"type": "integer", "minimum": 0},
    "pace": _PACE,
    "endpoint": {"type": "string", "default": "text"},
    "match": {"type": ["object", "null"], "description": "conditions by name; see docs/matching.md"},
    "uses": {"type": ["integer", "null"], "minimum": 1, "default": 1},
    "on_undelivered": {"type": "string", "enum": ["drop", "requeue"]},
    "label": TEXT,
    "verbatim": SWITCH,
    "x_should_retry": {"type": ["boolean", "null"]},
    "fault": _FAULT,
}
_CONTENT: dict[str, Schema] = {
    "response": {"type": ["object", "null"]},
    "render": SWITCH,
    "template": TEXT,
    "vars": ANY,
    "seed": WHOLE,
}
_STEPS: dict[str, Schema] = {
    "sequence": listed(ANY),
    "order": {"type": "string", "enum": ["once", "cycle", "random"]},
    "weights": listed(NUMBER),
    "given": WHOLE,
}
ADDED = thing(success=SWITCH, added_count=WHOLE, failed_count=WHOLE, errors=listed(ANY), queue_length=WHOLE)
CONSIDERED = thing(id=TEXT, queue=TEXT, place=WHOLE, accepts=SWITCH, why=TEXT)

SCHEMAS: dict[str, Schema] = {
    "Error": thing(("detail",), detail=TEXT, errors=listed(ANY)),
    "Entry": thing((), **_CONTENT, **_STEPS, **ENTRY_FIELDS),
    "Item": thing(("id",), id=WHOLE, created_at=NUMBER, **_CONTENT, **_STEPS, **ENTRY_FIELDS),
    "Template": thing(
        ("name", "response"),
        name=TEXT,
        category=TEXT,
        description=TEXT,
        variables=ANY,
        response=ANY,
        ready=SWITCH,
    ),
    "Queue": thing(ip=TEXT, count=WHOLE, items=listed(ref("Item"))),
    "Answer": thing((), **_CONTENT, **ENTRY_FIELDS, repeat=WHOLE),
    "Verdict": thing(state=TEXT, detail=TEXT, by=TEXT, at=NUMBER),
    "Exchange": thing(
        id=TEXT, caller=TEXT, endpoint=TEXT, model=TEXT, state=TEXT, source=TEXT, status_code=WHOLE
    ),
    "Success": thing(success=SWITCH),
    "ClientVerdict": thing(
        ("kind", "ok", "caller", "sentence", "exchanges"),
        kind={"type": "string", "enum": list(KINDS)},
        ok=SWITCH,
        caller=TEXT,
        sentence=TEXT,
        exchanges=listed(TEXT),
    ),
    "Fault": thing(
        ("fault",),
        fault=_FAULT,
        caller={"type": "string", "default": "*"},
        endpoint={"type": "string", "default": "*"},
        probability_pct={"type": "number", "minimum": 0, "maximum": 100, "default": 100},
        seed={"type": "integer", "minimum": 0, "default": 0},
        is_on={"type": "boolean", "default": True},
    ),
    "Config": thing(
        (),
        fallback=ANY,
        faults=listed(ref("Fault")),
        latency=listed(ref("Latency")),
        limits=listed(ref("Limit")),
        templates=listed(ref("Template")),
        queues={"type": "object", "additionalProperties": listed(ANY)},
    ),
    "Latency": thing(("pace",), caller=TEXT, model=TEXT, pace=_PACE),
    "Limit": thing(
        ("per",),
        per={"type": "string", "enum": ["caller", "key", "model", "everyone"]},
        name={"type": "string", "default": "*"},
        requests_per_minute=_PER_MINUTE,
        tokens_per_minute=_PER_MINUTE,
    ),
}
