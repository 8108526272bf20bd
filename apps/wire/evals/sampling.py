"""The answer that a row of a run is graded by: its own, or what a model of ours says to its messages."""

from typing import Any

import orjson

from apps.wire import chat, usage
from apps.wire.asked import content_text
from apps.wire.call import Call
from apps.wire.endpoint import Body
from apps.wire.evals.objects import ROLES
from apps.wire.evals.templates import at, filled
from apps.wire.kept_object import is_sampled
from apps.wire.shelf import Shelf

MODEL = "gpt-4o-mini"
_A_MESSAGE = 4  # tokens beside those of its text


def no_error() -> Body | None:
    """What stands for no error: null, as the service has it; the package's types want an object."""
    return {"code": "", "message": ""} if is_sampled() else None


def sampled(row: Body, source: Body, call: Call, shelf: Shelf) -> Body:
    """The row with its `sample`; raises MissingError where its messages refer to what it does not have."""
    if "sample" in row or not source.get("input_messages"):
        return row
    params: Any = source.get("sampling_params")
    asked = _messages(source["input_messages"], row)
    data = {"model": source.get("model") or MODEL, "messages": asked, **_shape(params)}
    draft = chat.COMPLETIONS.auto(call._replace(data=data, body=b""), shelf)
    text = draft.get("content") if isinstance(draft.get("content"), str) else ""
    return {**row, "sample": {"model": data["model"], "output_text": text}, "asked": asked}


def readable(row: Body) -> Body:
    """The row as templates refer to it."""
    sample: Any = row.get("sample") or {}
    if "output_json" in sample or not isinstance(text := sample.get("output_text"), str):
        return row
    try:
        return {**row, "sample": {**sample, "output_json": orjson.loads(text)}}
    except orjson.JSONDecodeError:
        return row


def used(found: list[Body], model: str) -> list[tuple[int, int]]:
    """(prompt tokens, completion tokens) of each row that was answered for the run: counted all at once."""
    if not any("asked" in row for row in found):
        return [(0, 0)] * len(found)
    texts = [one["content"] for row in found for one in row.get("asked", ())]
    answers = [row["sample"]["output_text"] if "asked" in row else "" for row in found]
    counts = iter(usage.count([*texts, *answers], model))
    prompts = [[next(counts) + _A_MESSAGE for _ in row.get("asked", ())] for row in found]
    return [(sum(counted) + 3 if counted else 0, next(counts)) for counted in prompts]


def shown(row: Body, source: Body, tokens: tuple[int, int] = (0, 0)) -> Body:
    """The `sample` of an output item, which took so many tokens: (of its prompt, of its answer)."""
    sample: Any = row.get("sample") or {}
    given: Any = source.get("sampling_params")
    params: Body = given if isinstance(given, dict) else {}
    model = str(sample.get("model") or source.get("model") or "")
    text = sample.get("output_text")
    prompt, answer = tokens
    return {
        "input": row.get("asked") or [],
        "output": [{"role": "assistant", "content": text}] if isinstance(text, str) else [],
        "finish_reason": "stop",
        "model": model,
        "usage": {
            "total_tokens": prompt + answer,
            "completion_tokens": answer,
            "prompt_tokens": prompt,
            "cached_tokens": 0,
        },
        "error": no_error(),
        "temperature": params.get("temperature", 1.0),
        "max_completion_tokens": params.get("max_completion_tokens") or 2048,
        "top_p": params.get("top_p", 1.0),
        "seed": params.get("seed") or 42,
    }


def _messages(given: Any, row: Body) -> list[Body]:
    if given.get("type") == "item_reference":
        listed = at(str(given.get("item_reference")), row)
    else:
        listed = given.get("template")
    messages = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return [
        {
            "role": one["role"] if one.get("role") in ROLES else "user",
            "content": filled(_text(one.get("content")), row),
        }
        for one in messages
    ]


def _text(content: Any) -> str:
    """The text of a message, whose content may also be a single part."""
    return content_text([content] if isinstance(content, dict) else content)


def _shape(params: Any) -> Body:
    """The form that an answer has to have, by either endpoint's word for it."""
    asked: Body = params if isinstance(params, dict) else {}
    if isinstance(asked.get("response_format"), dict):
        return {"response_format": asked["response_format"]}
    text = asked.get("text")
    form = text.get("format") if isinstance(text, dict) else None
    if isinstance(form, dict) and form.get("type") == "json_schema":
        return {"response_format": {"type": "json_schema", "json_schema": form}}
    return {"response_format": form} if isinstance(form, dict) else {}
