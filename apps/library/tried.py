"""Templates tried on a sample call, so that their author hears before any caller what will not work."""

from typing import Any

import orjson

from apps.library.content import RENDER, TEMPLATE, read_step
from apps.library.known import Known, find
from apps.library.over_call import Occasion
from apps.library.resolve import of_template, rendered_draft
from apps.library.sequence import parts
from apps.wire.call import Call
from apps.wire.doubts import CHAT, doubts
from apps.wire.draft import DraftError
from apps.wire.errors import WireError
from apps.wire.rawtext import raw_member
from apps.wire.reply import Draft
from apps.wire.table import BY_NAME

SAMPLE_TEXT = "What is the weather in Oslo?"
SAMPLE: dict[str, Any] = {
    "model": "gpt-4o",
    "messages": [{"role": "user", "content": SAMPLE_TEXT}],
    "metadata": {},
}
STEPS_TRIED = 20


def sample_call(data: dict[str, Any] | None = None, *, caller: str = "sample", endpoint: str = CHAT) -> Call:
    """A call as it might come, of that body."""
    row = BY_NAME.get(endpoint, BY_NAME[CHAT])
    data = SAMPLE if data is None else data
    return Call(
        id="",
        caller=caller,
        method=row.method,
        path=f"/v1{row.path}",
        endpoint=row.name,
        headers=(("content-type", "application/json"), ("user-agent", "sample")),
        body=orjson.dumps(data),
        data=data,
    )


def content_doubts(draft: Draft, endpoint: str = "text") -> list[dict[str, str]]:
    """What is doubtful in what a template, a sequence or texts to render make of a sample call."""
    if draft.kind == TEMPLATE:
        said = orjson.loads(draft.body)
        known = find(said["template"])
        return [] if known is None else template_doubts(known, said["vars"], endpoint=endpoint)
    if draft.kind == RENDER:
        said = orjson.loads(draft.body)
        fields = {"response": said["response"], "headers": [list(pair) for pair in draft.headers]}
        raw = raw_member(draft.body, "response")
        return _tried(lambda: _like(draft, fields, raw), endpoint)
    found = []
    for index, text in enumerate(parts(draft.body).steps[:STEPS_TRIED]):
        try:
            step = read_step(orjson.loads(text), text)
        except DraftError:
            continue
        told = content_doubts(step, endpoint) if step.kind else doubts(step, endpoint=endpoint)
        found += [{**one, "field": f"sequence[{index}].{one['field']}"} for one in told]
    return found


def template_doubts(known: Known, given: dict[str, Any], *, endpoint: str = "text") -> list[dict[str, str]]:
    """The same of a template with these variables."""
    return _tried(lambda: of_template(known, given, Occasion(sample_call())), endpoint)


def _like(draft: Draft, fields: dict[str, Any], raw: bytes | None) -> Draft:
    made = rendered_draft("", fields, raw, Occasion(sample_call()), {})
    return draft._replace(kind="", body=made.body)


def _tried(make: Any, endpoint: str) -> list[dict[str, str]]:
    try:
        draft = make()
    except WireError as failed:
        return [{"field": "response", "error": f"fails with a sample call: {failed.message}"}]
    return doubts(draft, endpoint=endpoint)
