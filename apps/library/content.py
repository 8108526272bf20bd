"""What a preset or an answer says where that is no plain draft: a template, texts to render, a sequence."""

from typing import Any

import orjson

from apps.library.known import Known, find, near
from apps.library.render import has_expressions, problems
from apps.library.sequence import FIELDS as SEQUENCE_FIELDS
from apps.library.sequence import SEQUENCE, given_problem, sequence_problems, spelled
from apps.wire.complete import foresee
from apps.wire.draft import FIELDS as DRAFT_FIELDS
from apps.wire.draft import DraftError, raw_elements, read_draft
from apps.wire.jsongate import kind
from apps.wire.rawtext import raw_member
from apps.wire.reply import Draft

TEMPLATE, RENDER = "template", "render"
FIELDS = ("render", "template", "vars", "seed", *SEQUENCE_FIELDS, "given")
STEP_FIELDS = (*DRAFT_FIELDS, "render", "template", "vars", "seed")
_OWN_OF_TEMPLATE = ("verbatim", "render")
_OWN_OF_STEPS = ("status_code", "verbatim", "render", "vars")

Errors = list[dict[str, str]]


def is_content(body: Any) -> bool:
    """Whether what stands where a body may stand names a template, or is a sequence."""
    if not isinstance(body, dict) or "choices" in body:
        return False
    return isinstance(body.get(TEMPLATE), str) or isinstance(body.get(SEQUENCE), list)


def content_text(raw: bytes, fields: dict[str, Any]) -> bytes | None:
    """The text of what is sent, within the text of all fields: what `read_content` wants as `raw`."""
    return raw_member(raw, SEQUENCE if fields.get(SEQUENCE) is not None else "response")


def read_content(
    fields: dict[str, Any], *, raw: bytes | None = None, step: bool = False, look: bool = True
) -> Draft:
    """The draft in an author's fields, foreseen where it is a plain one; raises DraftError.

    `raw` is the original text of the response, or of the sequence. A `step` of a sequence is no sequence.
    Without `look`, as on an event loop, whether there is such a template is left to `check_draft`.
    """
    template = fields.get(TEMPLATE)
    if template is not None and not isinstance(template, str):
        raise _refused(TEMPLATE, f"must be the name of a template, not {kind(template)}")
    named = [name for name in ("response", TEMPLATE, SEQUENCE) if fields.get(name) is not None]
    if len(named) > 1:
        raise _refused(named[1], f"cannot stand beside {named[0]}: one of them is what is sent")
    if named == [TEMPLATE]:
        return _template(fields, look=look)
    if named == [SEQUENCE] and not step:
        return _sequence(fields, raw)
    errors = _strays(fields, ("vars", *SEQUENCE_FIELDS), "is not for a preset with a response")
    render = fields.get(RENDER)
    if render is not None and not isinstance(render, bool):
        errors.append({"field": RENDER, "error": f"must be true or false, not {kind(render)}"})
    if fields.get("seed") is not None and not render:
        errors += _strays(fields, ("seed",), "is for what is rendered, or a sequence")
    if render is True:
        found = [*problems(fields.get("response"), place="response", known=frozenset())]
        found += problems(fields.get("headers"), place="headers", known=frozenset())
        errors += [{"field": place, "error": problem} for place, problem in found] + _seed_problem(fields)
    draft = _draft(fields, raw, errors)
    if render is not True:
        return foresee(draft)
    if not has_expressions(fields.get("response")) and not has_expressions(fields.get("headers")):
        return foresee(draft)  # nothing to render: it is what it says
    if draft.verbatim:
        raise _refused("verbatim", "is byte for byte: it cannot stand beside render")
    return draft._replace(kind=RENDER, body=_with_seed(draft.body, fields))


def _with_seed(body: bytes, fields: dict[str, Any]) -> bytes:
    seed = fields.get("seed")
    return orjson.dumps({"response": orjson.Fragment(body), **({} if seed is None else {"seed": seed})})


def check_template(name: str, given: Any) -> Errors:
    """What is wrong with the name of a template, and with the variables that are given to it."""
    known = find(name)
    if known is None:
        close = near(name)
        hint = f"did you mean {' or '.join(close)}?" if close else "GET /api/templates lists them"
        return [{"field": TEMPLATE, "error": f"there is no template {name[:64]!r}; {hint}"}]
    return vars_problems(known, given)


def vars_problems(known: Known, given: Any) -> Errors:
    """What is wrong with the variables that are given to a template."""
    if given is not None and not isinstance(given, dict):
        return [{"field": "vars", "error": f"must be an object, not {kind(given)}"}]
    names = (given or {}).keys()
    listed = ", ".join(known.variables) or "it has none"
    unknown = [
        {"field": f"vars.{name[:60]}", "error": f"is no variable of {known.name}; known: {listed}"}
        for name in names
        if name not in known.variables
    ]
    missing = [
        {"field": f"vars.{name}", "error": "is required: it has no default"}
        for name in sorted(known.missing_without - names)
    ]
    return unknown + missing


def check_draft(draft: Draft) -> Errors:
    """What is wrong with the template that a draft names."""
    if draft.kind != TEMPLATE:
        return []
    said = orjson.loads(draft.body)
    return check_template(said["template"], said["vars"])


def _template(fields: dict[str, Any], *, look: bool) -> Draft:
    name, given, seed = fields[TEMPLATE], fields.get("vars"), fields.get("seed")
    errors = _strays(fields, (*_OWN_OF_TEMPLATE, *SEQUENCE_FIELDS), "is not for a preset with a template")
    errors += (check_template(name, given) if look else []) + _seed_problem(fields)
    draft = _draft({**fields, "response": {}}, None, errors)
    said = {"template": name, "vars": given or {}, **({} if seed is None else {"seed": seed})}
    status = 0 if fields.get("status_code") is None else draft.status  # 0: the template's own
    return draft._replace(body=orjson.dumps(said), status=status, kind=TEMPLATE)


def _sequence(fields: dict[str, Any], raw: bytes | None) -> Draft:
    errors = _strays(fields, _OWN_OF_STEPS, "is not for a sequence: each reply has its own")
    errors += sequence_problems(fields) + _seed_problem(fields)
    steps = fields[SEQUENCE] if isinstance(fields[SEQUENCE], list) else []
    texts = raw_elements(raw) if raw is not None and steps else [None] * len(steps)
    for index, (element, text) in enumerate(zip(steps, texts, strict=True)):
        try:
            read_step(element, text)
        except DraftError as error:
            errors += [
                {"field": f"sequence[{index}].{one['field']}".removesuffix("."), "error": one["error"]}
                for one in error.errors
            ]
    draft = _draft({**fields, "response": {}}, None, errors)
    return draft._replace(body=spelled(fields, raw), status=0, kind=SEQUENCE)


def read_step(element: Any, raw: bytes | None) -> Draft:
    """One reply of a sequence: the fields of a draft, or a body alone; raises DraftError."""
    if not isinstance(element, dict):
        raise _refused("", f'must be an object like {{"content": …}}, not {kind(element)}')
    if isinstance(element.get(SEQUENCE), list) and "choices" not in element:
        raise _refused(SEQUENCE, "cannot stand within a sequence")
    if not _is_draft(element):
        return read_content({"response": element}, raw=raw, step=True)
    if unknown := [name for name in element if name not in STEP_FIELDS]:
        known = ", ".join(STEP_FIELDS)
        raise DraftError([{"field": name, "error": f"is not known here; known: {known}"} for name in unknown])
    return read_content(element, raw=raw and raw_member(raw, "response"), step=True)


def _is_draft(element: dict[str, Any]) -> bool:
    """Whether a reply of a sequence has the fields of a draft: a response, a template, or a fault alone."""
    if isinstance(element.get("fault"), (str, dict)) and "response" not in element:
        return element.keys() <= set(STEP_FIELDS)
    is_body = "choices" in element or not isinstance(element.get("response"), dict)
    return not is_body or isinstance(element.get(TEMPLATE), str)


def _draft(fields: dict[str, Any], raw: bytes | None, errors: Errors) -> Draft:
    """The plain draft in the fields; raises DraftError also for what was wrong already."""
    errors = errors + given_problem(fields)
    try:
        draft = read_draft(fields, raw=raw)
    except DraftError as error:
        raise DraftError(errors + error.errors) from None
    if errors:
        raise DraftError(errors)
    return draft._replace(given=fields.get("given") or 0)


def _strays(fields: dict[str, Any], names: tuple[str, ...], why: str) -> Errors:
    return [{"field": name, "error": why} for name in names if fields.get(name) not in (None, False)]


def _seed_problem(fields: dict[str, Any]) -> Errors:
    seed = fields.get("seed")
    if seed is None or (isinstance(seed, int) and not isinstance(seed, bool) and abs(seed) < 2**53):
        return []
    return [{"field": "seed", "error": "must be a whole number"}]


def _refused(field: str, error: str) -> DraftError:
    return DraftError([{"field": field, "error": error}])
