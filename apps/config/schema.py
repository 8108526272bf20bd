"""The JSON schema of config files, for editors; docs/config.schema.json is this."""

from typing import Any

from apps.faults.fault_fields import SEED_MAX
from apps.faults.rule_fields import NAME_MAX, PER_MINUTE_MAX, PERS
from apps.library.authoring import CATEGORY
from apps.queues.entry import FIELDS as ENTRY_FIELDS
from apps.queues.models import Mode
from apps.wire.draft import FIELDS as DRAFT_FIELDS
from apps.wire.faults.read import PROBABILITY
from apps.wire.faults.table import FAULTS
from apps.wire.latency import KINDS, NAMED
from apps.wire.pace import HIGHEST
from apps.wire.table import FAMILIES

Schema = dict[str, Any]

ID = "https://json-schema.org/draft/2020-12/schema"
_TEXT: Schema = {"type": "string"}
_ANY: Schema = {}
_CALLER: Schema = {"type": "string", "minLength": 1, "maxLength": 100, "default": "*"}


def _thing(needed: tuple[str, ...] = (), /, **properties: Any) -> Schema:
    """An object with these properties (schemas) and no others."""
    required = {"required": list(needed)} if needed else {}
    return {"type": "object", "additionalProperties": False, "properties": properties, **required}


def _some(things: Schema, about: str) -> Schema:
    return {"type": ["array", "null"], "items": things, "description": about}


def _number(low: float, high: float, **more: Any) -> Schema:
    return {"type": "number", "minimum": low, "maximum": high, **more}


def _whole(low: int, high: int, **more: Any) -> Schema:
    return {**_number(low, high, **more), "type": "integer"}


def _pace() -> Schema:
    waits = {}
    for field, most in HIGHEST.items():
        spreads = [
            _thing((name,), **{name: _thing(figures, **{one: _number(0, most) for one in figures})})
            for name, figures in KINDS.items()
        ]
        waits[field] = {"anyOf": [_whole(0, most), *spreads]}
    return {"anyOf": [{"enum": list(NAMED)}, _thing((), **waits)]}


def _fault() -> Schema:
    chance = {PROBABILITY: _number(0, 100, default=100)}
    whole = []
    for row in FAULTS:
        number = row.number
        more = {number.name: _whole(number.low, number.high, default=number.default)} if number else {}
        one = _thing(("name",), name={"const": row.name, "description": row.says}, **more, **chance)
        whole.append(one)
    return {"anyOf": [{"enum": [row.name for row in FAULTS]}, *whole]}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _rule() -> Schema:
    return _thing(
        ("fault",),
        fault=_ref("fault"),
        caller=_CALLER,
        endpoint={"type": "string", "default": "*"},
        probability_pct=_number(0, 100, default=100),
        seed=_whole(0, SEED_MAX, default=0),
        is_on={"type": "boolean", "default": True},
    )


def _latency() -> Schema:
    model = {"type": "string", "minLength": 1, "maxLength": NAME_MAX, "default": "*"}
    return _thing(("pace",), caller=_CALLER, model=model, pace=_ref("pace"))


def _limit() -> Schema:
    per_minute = {"type": ["integer", "null"], "minimum": 1, "maximum": PER_MINUTE_MAX}
    return _thing(
        (),
        per={"enum": list(PERS), "default": PERS[0]},
        name={"type": "string", "default": "*"},
        requests_per_minute=per_minute,
        tokens_per_minute=per_minute,
    )


def _template() -> Schema:
    drafts = {name: _ANY for name in DRAFT_FIELDS if name != "verbatim"} | {
        "pace": _ref("pace"),
        "fault": {"anyOf": [_ref("fault"), {"type": "null"}]},
    }
    return _thing(
        ("name",),
        name={"type": "string", "pattern": "^[a-z0-9][a-z0-9._-]{0,63}$"},
        category={"type": "string", "maxLength": 40, "default": CATEGORY},
        description={"type": "string", "maxLength": 500},
        variables={"type": "object"},
        **drafts,
    )


def _queues() -> Schema:
    preset = {"type": "object", "description": f"A preset ({', '.join(ENTRY_FIELDS)}), or the body of one."}
    return {
        "type": ["object", "null"],
        "additionalProperties": {"type": ["array", "null"], "items": preset},
        "description": "The presets of each caller that is named, in their order.",
    }


def schema() -> Schema:
    """Of a whole file."""
    modes = {family: {"enum": list(Mode.values)} for family in FAMILIES}
    fallback = {**_thing((), **modes), "description": "What happens to calls that no preset accepts."}
    return {
        "$schema": ID,
        "title": "A config file of mockopenai",
        "$defs": {"pace": _pace(), "fault": _fault()},
        **_thing(
            (),
            **{"$schema": _TEXT},
            fallback=fallback | {"type": ["object", "null"]},
            faults=_some(_rule(), "What goes wrong on purpose."),
            latency=_some(_latency(), "How slowly replies leave."),
            limits=_some(_limit(), "How many requests and tokens a minute are let through."),
            templates=_some(_template(), "The templates beside the ready ones."),
            queues=_queues(),
        ),
    }
