"""What the OpenAPI description of our REST knows beyond the URLs: bodies, parameters, answers."""

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
_ENTRY_FIELDS: dict[str, Schema] = {
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
_ADDED = thing(success=SWITCH, added_count=WHOLE, failed_count=WHOLE, errors=listed(ANY), queue_length=WHOLE)
_CONSIDERED = thing(id=TEXT, queue=TEXT, place=WHOLE, accepts=SWITCH, why=TEXT)

SCHEMAS: dict[str, Schema] = {
    "Error": thing(("detail",), detail=TEXT, errors=listed(ANY)),
    "Entry": thing(("response",), response=ANY, **_ENTRY_FIELDS),
    "Item": thing(("id",), id=WHOLE, response=ANY, created_at=NUMBER, **_ENTRY_FIELDS),
    "Queue": thing(ip=TEXT, count=WHOLE, items=listed(ref("Item"))),
    "Answer": thing(("response",), response=ANY, **_ENTRY_FIELDS, repeat=WHOLE),
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
    "Latency": thing(("pace",), caller=TEXT, model=TEXT, pace=_PACE),
    "Limit": thing(
        ("per",),
        per={"type": "string", "enum": ["caller", "key", "model", "everyone"]},
        name={"type": "string", "default": "*"},
        requests_per_minute=_PER_MINUTE,
        tokens_per_minute=_PER_MINUTE,
    ),
}

# (method, path) → schema of the JSON body.
BODIES: dict[tuple[str, str], Schema] = {
    ("post", "/api/preset-queue/{ip}"): ref("Entry"),
    ("post", "/api/preset-queue/{ip}/batch"): thing(("responses",), responses=listed(ANY), **_ENTRY_FIELDS),
    ("post", "/api/preset-queue/{ip}/reorder"): thing(("ids",), ids=listed(WHOLE)),
    ("post", "/api/preset-queue/{ip}/pause"): thing(paused=SWITCH),
    ("post", "/api/preset-queue/{ip}/explain"): thing(request=ANY, endpoint=TEXT, headers=ANY, exchange=TEXT),
    ("patch", "/api/preset-queue/{ip}/{response_id}"): thing((), response=ANY, **_ENTRY_FIELDS),
    ("post", "/api/desk/{exchange_id}/answer"): ref("Answer"),
    ("post", "/api/desk/{exchange_id}/stream"): thing(("seq",), seq=WHOLE, delta=TEXT, done=SWITCH),
    ("post", "/api/desk/{exchange_id}/extend"): thing(seconds=NUMBER),
    ("post", "/api/faults"): ref("Fault"),
    ("patch", "/api/faults/{rule_id}"): ref("Fault"),
    ("post", "/api/latency"): ref("Latency"),
    ("patch", "/api/latency/{rule_id}"): ref("Latency"),
    ("post", "/api/limits"): ref("Limit"),
    ("patch", "/api/limits/{limit_id}"): ref("Limit"),
}
UPLOADS = {("post", "/api/preset-queue/{ip}/import")}

# (method, path) → schema of the answer.
ANSWERS: dict[tuple[str, str], Schema] = {
    ("get", "/api/preset-queue"): thing(
        queues={"type": "object", "additionalProperties": thing(count=WHOLE, items=listed(ref("Item")))}
    ),
    ("delete", "/api/preset-queue"): ref("Success"),
    ("get", "/api/preset-queue/{ip}"): ref("Queue"),
    ("post", "/api/preset-queue/{ip}"): thing(success=SWITCH, response_id=WHOLE, queue_length=WHOLE),
    ("delete", "/api/preset-queue/{ip}"): ref("Success"),
    ("post", "/api/preset-queue/{ip}/batch"): _ADDED,
    ("post", "/api/preset-queue/{ip}/import"): thing(total=WHOLE, **_ADDED["properties"]),
    ("get", "/api/preset-queue/{ip}/export"): listed(ANY),
    ("post", "/api/preset-queue/{ip}/explain"): thing(
        endpoint=TEXT,
        accepted_by={"anyOf": [_CONSIDERED, {"type": "null"}]},
        fallback=TEXT,
        paused=listed(TEXT),
        count=WHOLE,
        considered=listed(_CONSIDERED),
    ),
    ("get", "/api/preset-queue/export"): {"type": "object", "additionalProperties": listed(ANY)},
    ("delete", "/api/preset-queue/{ip}/{response_id}"): ref("Success"),
    ("get", "/api/desk"): thing(items=listed(ANY)),
    ("post", "/api/desk/{exchange_id}/answer"): ref("Verdict"),
    ("get", "/api/faults"): thing(faults=listed(ANY), items=listed(ref("Fault"))),
    ("post", "/api/faults"): thing(success=SWITCH, item=ref("Fault")),
    ("get", "/api/latency"): thing(names=ANY, items=listed(ref("Latency"))),
    ("post", "/api/latency"): thing(success=SWITCH, item=ref("Latency")),
    ("get", "/api/limits"): thing(items=listed(ref("Limit"))),
    ("post", "/api/limits"): thing(success=SWITCH, item=ref("Limit")),
    ("get", "/api/exchanges"): thing(items=listed(ref("Exchange"))),
    ("get", "/api/exchanges/{exchange_id}"): ref("Exchange"),
    ("get", "/api/exchanges/verdict"): thing(
        ("ok", "calls", "attempts", "open", "more", "verdicts"),
        ok=SWITCH,
        calls=WHOLE,
        attempts=WHOLE,
        open=WHOLE,
        more=SWITCH,
        verdicts=listed(ref("ClientVerdict")),
    ),
}

_FILTER = {"q": "the filter line, such as `caller:ci-7 status:429`"}
_TAKE_OVER = {"take_over": "`true` passes over somebody else's claim"}
# path → {name of a parameter in the query: what it means}
QUERIES: dict[str, dict[str, str]] = {
    "/api/preset-queue/{ip}/export": {"format": "`full` for whole entries"},
    "/api/preset-queue/export": {"format": "`full` for whole entries"},
    "/api/faults": {"everything": "`true` deletes the rules of latency and the limits, too"},
    "/api/exchanges": _FILTER,
    "/api/exchanges/count": _FILTER,
    "/api/exchanges/export": _FILTER,
    "/api/exchanges/verdict": {
        **_FILTER,
        "limit": "how many of the newest exchanges, 1000 when left out",
        "allow": "kinds of verdicts that are as they should be, separated by commas",
    },
    "/api/exchanges/diff": {"a": "the id of an exchange", "b": "the id of another"},
    "/api/desk/{exchange_id}/answer": _TAKE_OVER,
    "/api/desk/{exchange_id}/claim": _TAKE_OVER,
    "/api/desk/{exchange_id}/abort": _TAKE_OVER,
    "/api/stats": {
        "span": "`15m`, `1h`, `24h` or `7d`",
        "since": "instead: unix seconds, or ISO 8601",
        "until": "the end of it; now when left out",
    },
}
