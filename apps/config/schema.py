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


def schema() -> Schema:
    """Of a whole file."""
    drafts = dict.fromkeys(DRAFT_FIELDS, _ANY) | {
        "pace": _ref("pace"),
        "fault": {"anyOf": [_ref("fault"), {"type": "null"}]},
    }
    template = _thing(
        ("name", "response"),
        name={"type": "string", "pattern": "^[a-z0-9][a-z0-9._-]{0,63}$"},
        category={"type": "string", "maxLength": 40, "default": CATEGORY},
        description={"type": "string", "maxLength": 500},
        variables={"type": "object"},
        **{name: one for name, one in drafts.items() if name != "verbatim"},
    )
    per_minute = {"type": ["integer", "null"], "minimum": 1, "maximum": PER_MINUTE_MAX}
    preset = {"type": "object", "description": f"A preset ({', '.join(ENTRY_FIELDS)}), or the body of one."}
    rule = _thing(
        ("fault",),
        fault=_ref("fault"),
        caller=_CALLER,
        endpoint={"type": "string", "default": "*"},
        probability_pct=_number(0, 100, default=100),
        seed=_whole(0, SEED_MAX, default=0),
        is_on={"type": "boolean", "default": True},
    )
    model = {"type": "string", "minLength": 1, "maxLength": NAME_MAX, "default": "*"}
    modes = {family: {"enum": list(Mode.values)} for family in FAMILIES}
    limit = _thing(
        ("per",),
        per={"enum": list(PERS)},
        name={"type": "string", "default": "*"},
        requests_per_minute=per_minute,
        tokens_per_minute=per_minute,
    )
    queues = {
        "type": ["object", "null"],
        "additionalProperties": {"type": ["array", "null"], "items": preset},
        "description": "The presets of each caller that is named, in their order.",
    }
    return {
        "$schema": ID,
        "title": "A config file of mockopenai",
        "$defs": {"pace": _pace(), "fault": _fault()},
        **_thing(
            (),
            **{"$schema": _TEXT},
            fallback={**_thing((), **modes), "description": "What happens to calls that no preset accepts."},
            faults=_some(rule, "What goes wrong on purpose."),
            latency=_some(
                _thing(("pace",), caller=_CALLER, model=model, pace=_ref("pace")), "How slowly replies leave."
            ),
            limits=_some(limit, "How many requests and tokens a minute are let through."),
            templates=_some(template, "The templates beside the ready ones."),
            queues=queues,
        ),
    }
