"""What a preset's content is called in lists, and how its author would write it."""

from typing import Any

import orjson

from apps.library.content import RENDER, TEMPLATE, read_step
from apps.library.sequence import SEQUENCE, parts
from apps.wire.draft import DraftError
from apps.wire.first_words import WORDS_MAX, first_words
from apps.wire.rawtext import raw_member
from apps.wire.reply import Draft

STEPS_SHOWN = 3


def content_words(draft: Draft) -> str:
    """One line on a draft that is a template, texts to render or a sequence."""
    if draft.kind == RENDER:
        return first_words(raw_member(draft.body, "response") or b"{}")
    said = orjson.loads(draft.body)
    if draft.kind == TEMPLATE:
        given = ", ".join(f"{name}: {_short(value)}" for name, value in said["vars"].items())
        return _cut(f"{said['template']}({given})" if given else said["template"])
    steps = parts(draft.body).steps
    shown = " · ".join(_step_words(text) for text in steps[:STEPS_SHOWN])
    return _cut(f"{len(steps)} × {shown}{' · …' if len(steps) > STEPS_SHOWN else ''}")


def sequence_words(words: str) -> tuple[int, str]:
    """Of that line on a sequence: how many replies, and the first of them."""
    count, _, shown = words.partition(" × ")
    return int(count), shown


def said(kind: str, body: str, given: int) -> dict[str, Any]:
    """The fields that say what a preset sends, spelled as its author did; `given` where that counts."""
    counted = {"given": given} if given or kind == SEQUENCE else {}
    if not kind:
        return {"response": orjson.Fragment(body), **counted}
    text = body.encode()
    fields: dict[str, Any] = {**orjson.loads(text), **counted}
    if kind == RENDER:
        return {**fields, "response": orjson.Fragment(raw_member(text, "response") or b"{}"), "render": True}
    if kind == TEMPLATE:
        return {"response": None, **fields}
    return {"response": None, **fields, "sequence": orjson.Fragment(raw_member(text, "sequence") or b"[]")}


def body_text(kind: str, body: str) -> bytes:
    """What an editor shows of a preset: its body as its author spelled it, or what names it."""
    text = body.encode()
    return raw_member(text, "response") or b"{}" if kind == RENDER else text


def _step_words(text: bytes) -> str:
    try:
        step = read_step(orjson.loads(text), text)
    except DraftError:  # its template is gone
        return _short(orjson.loads(text).get("template"))
    words = content_words(step) if step.kind else first_words(step.body)
    if step.fault and words == "{}":
        return step.fault.name
    return words[: WORDS_MAX // 3]


def _short(value: Any) -> str:
    return (value if isinstance(value, str) else orjson.dumps(value).decode())[:40]


def _cut(line: str) -> str:
    line = " ".join(line.replace("\0", " ").split())
    return line if len(line) <= WORDS_MAX else line[: WORDS_MAX - 1] + "…"
