"""What goes into each operation of our REST and comes out of it, beyond what its URL says."""

from apps.gateway.openapi_parts import (
    ADDED,
    ANY,
    CONSIDERED,
    ENTRY_FIELDS,
    NUMBER,
    SWITCH,
    TEXT,
    WHOLE,
    Schema,
    listed,
    ref,
    thing,
)

_TRIED = thing((), vars=ANY, call={}, endpoint=TEXT, caller=TEXT, seed=WHOLE, count=WHOLE)

# (method, path) → schema of the JSON body.
BODIES: dict[tuple[str, str], Schema] = {
    ("post", "/api/preset-queue/{ip}"): ref("Entry"),
    ("post", "/api/preset-queue/{ip}/batch"): thing(("responses",), responses=listed(ANY), **ENTRY_FIELDS),
    ("post", "/api/preset-queue/{ip}/reorder"): thing(("ids",), ids=listed(WHOLE)),
    ("post", "/api/preset-queue/{ip}/pause"): thing(paused=SWITCH),
    ("post", "/api/preset-queue/{ip}/explain"): thing(request=ANY, endpoint=TEXT, headers=ANY, exchange=TEXT),
    ("patch", "/api/preset-queue/{ip}/{response_id}"): ref("Entry"),
    ("post", "/api/templates"): ref("Template"),
    ("patch", "/api/templates/{name}"): ref("Template"),
    ("post", "/api/templates/{name}/render"): _TRIED,
    ("post", "/api/templates/preview"): thing(
        ("template",), template=ref("Template"), **_TRIED["properties"]
    ),
    ("post", "/api/desk/{exchange_id}/answer"): ref("Answer"),
    ("post", "/api/desk/{exchange_id}/stream"): thing(("seq",), seq=WHOLE, delta=TEXT, done=SWITCH),
    ("post", "/api/desk/{exchange_id}/extend"): thing(seconds=NUMBER),
    ("put", "/api/config"): ref("Config"),
    ("post", "/api/faults"): ref("Fault"),
    ("patch", "/api/faults/{rule_id}"): ref("Fault"),
    ("post", "/api/latency"): ref("Latency"),
    ("patch", "/api/latency/{rule_id}"): ref("Latency"),
    ("post", "/api/limits"): ref("Limit"),
    ("patch", "/api/limits/{limit_id}"): ref("Limit"),
}
UPLOADS = {("post", "/api/preset-queue/{ip}/import"), ("post", "/api/templates/import")}

# (method, path) → schema of the answer.
ANSWERS: dict[tuple[str, str], Schema] = {
    ("get", "/api/preset-queue"): thing(
        queues={"type": "object", "additionalProperties": thing(count=WHOLE, items=listed(ref("Item")))}
    ),
    ("delete", "/api/preset-queue"): ref("Success"),
    ("get", "/api/preset-queue/{ip}"): ref("Queue"),
    ("post", "/api/preset-queue/{ip}"): thing(success=SWITCH, response_id=WHOLE, queue_length=WHOLE),
    ("delete", "/api/preset-queue/{ip}"): ref("Success"),
    ("post", "/api/preset-queue/{ip}/batch"): ADDED,
    ("post", "/api/preset-queue/{ip}/import"): thing(total=WHOLE, **ADDED["properties"]),
    ("get", "/api/preset-queue/{ip}/export"): listed(ANY),
    ("post", "/api/preset-queue/{ip}/explain"): thing(
        endpoint=TEXT,
        accepted_by={"anyOf": [CONSIDERED, {"type": "null"}]},
        fallback=TEXT,
        paused=listed(TEXT),
        count=WHOLE,
        considered=listed(CONSIDERED),
    ),
    ("get", "/api/preset-queue/export"): {"type": "object", "additionalProperties": listed(ANY)},
    ("delete", "/api/preset-queue/{ip}/{response_id}"): ref("Success"),
    ("get", "/api/templates"): thing(count=WHOLE, templates=listed(ref("Template"))),
    ("get", "/api/templates/{name}"): ref("Template"),
    ("get", "/api/desk"): thing(items=listed(ANY)),
    ("post", "/api/desk/{exchange_id}/answer"): ref("Verdict"),
    ("get", "/api/config"): ref("Config"),
    ("put", "/api/config"): thing(success=SWITCH, dry_run=SWITCH, loaded=ANY),
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
    "/api/config": {
        "only": "such as `faults,limits`",
        "format": "GET: `json`, or `yaml`",
        "queues": "GET: `true` for the presets of all queues, too",
        "dry_run": "PUT: `true` reads and tries all of it, and changes nothing",
    },
    "/api/faults": {"everything": "`true` deletes the rules of latency and the limits, too"},
    "/api/templates": {"category": "of that category only", "q": "what name or description holds"},
    "/api/templates/export": {"format": "`json` or `yaml`"},
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
