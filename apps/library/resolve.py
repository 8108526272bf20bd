"""From what an entry names, a template or a sequence, to the plain draft that answers one call."""

import time
from typing import Any

import orjson

from apps.journal.rows import select_rows
from apps.library.content import RENDER, read_step, vars_problems
from apps.library.failed import template_failed
from apps.library.known import Known, find
from apps.library.models import Given
from apps.library.over_call import Occasion
from apps.library.render import RenderError, has_expressions, rendered
from apps.library.sequence import SEQUENCE, step_of
from apps.wire.call import Call
from apps.wire.draft import DraftError, read_draft
from apps.wire.errors import WireError
from apps.wire.rawtext import raw_member
from apps.wire.reply import INSTANT, Draft

_TABLE = Given._meta.db_table
_COUNT = (
    f"INSERT INTO {_TABLE} (caller, template, count, at) "  # noqa: S608
    "VALUES ({place}, {place}, 1, {place}) "
    f"ON CONFLICT (caller, template) DO UPDATE SET count = {_TABLE}.count + 1, at = excluded.at "
    "RETURNING count"
)


def resolve(draft: Draft, call: Call) -> Draft:
    """The plain draft for this call; where it cannot be made, the error that says why. In a transaction."""
    try:
        return resolved(draft, call)
    except WireError as failed:
        reply = failed.reply()
        return Draft(reply.body, reply.status, x_should_retry=reply.x_should_retry)


def resolved(draft: Draft, call: Call) -> Draft:
    """The same; raises WireError, which names the template and says why."""
    if draft.kind == SEQUENCE:
        text = step_of(draft.body, draft.given)
        try:
            step = read_step(orjson.loads(text), text)._replace(given=draft.given)
        except DraftError as error:
            raise template_failed(_template_of(text), str(error)) from None
        made = resolved(step, call) if step.kind else step
        return _merged(made, made, draft)
    said = orjson.loads(draft.body)
    if draft.kind == RENDER:
        raw = raw_member(draft.body, "response")
        fields = {"response": said["response"], "headers": [list(pair) for pair in draft.headers]}
        occasion = Occasion(call, draft.given + 1, str(said.get("seed") or 0))
        made = rendered_draft("", fields, raw, occasion, {})
        return draft._replace(body=made.body, headers=made.headers, kind="")
    name = said["template"]
    known = find(name)
    if known is None:
        raise template_failed(name, "it does not exist any more")
    seed = f"{said.get('seed') or 0}:{name}"
    occasion = Occasion(call, _counted(call.caller, name), seed)
    made = of_template(known, said.get("vars") or {}, occasion)
    return _merged(made, draft, made)


def of_template(known: Known, given: dict[str, Any], occasion: Occasion) -> Draft:
    """What a template says for a call; raises WireError."""
    if problems := vars_problems(known, given):
        why = "; ".join(f"{one['field']} {one['error']}" for one in problems)
        raise template_failed(known.name, why)
    defaults = {name: about.get("default") for name, about in known.variables.items()}
    return rendered_draft(known.name, known.fields, known.raw, occasion, {**defaults, **given})


def rendered_draft(
    name: str, fields: dict[str, Any], raw: bytes | None, occasion: Occasion, variables: dict[str, Any]
) -> Draft:
    """The draft in these fields, its texts rendered; a response without any stays as it is spelled."""
    try:
        said = {part: fields[part] for part in ("response", "headers") if fields.get(part)}
        made = rendered(said, occasion, variables)
        if isinstance(made.get("headers"), dict):
            made["headers"] = {key: _plain(value) for key, value in made["headers"].items()}
        elif made.get("headers"):
            made["headers"] = [[key, _plain(value)] for key, value in made["headers"]]
        return read_draft({**fields, **made}, raw=None if has_expressions(fields.get("response")) else raw)
    except RenderError as error:
        raise template_failed(name, str(error)) from None
    except DraftError as error:
        raise template_failed(name, str(error)) from None


def _plain(value: Any) -> str:
    """What stands in a header: a text; of anything else its JSON."""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _merged(draft: Draft, first: Draft, then: Draft) -> Draft:
    """The draft, leaving as the first of the two says; where it says nothing, as the other one says."""
    named = {name for name, _ in first.headers}
    return draft._replace(
        status=first.status or then.status,
        headers=(*(pair for pair in then.headers if pair[0] not in named), *first.headers),
        delay_ms=first.delay_ms or then.delay_ms,
        pace=then.pace if first.pace == INSTANT else first.pace,
        x_should_retry=then.x_should_retry if first.x_should_retry is None else first.x_should_retry,
        fault=first.fault or then.fault,
        given=max(first.given, then.given),
    )


def _counted(caller: str, name: str) -> int:
    """How often the caller was given the template, this time included."""
    count: int = select_rows(_COUNT, (caller, name, time.time()))[0][0]
    return count


def _template_of(text: bytes) -> str:
    said = orjson.loads(text)
    return str(said.get("template") or "") if isinstance(said, dict) else ""
