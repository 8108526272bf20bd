"""Completing a text completion: from any draft, of whichever text endpoint's form, to the whole body."""

import time
from collections import Counter
from typing import Any

from apps.wire import ids, said, usage
from apps.wire.call import Call
from apps.wire.chat_fill import as_text
from apps.wire.completion_request import copies, prompt_tokens, prompts, text_of
from apps.wire.endpoint import Body
from apps.wire.logprobs import SCORE_BYTES, Scores, spelt, with_top
from apps.wire.pieces import PIECE_CHARS

REASONS = frozenset({"stop", "length", "content_filter"})
_READ = frozenset(
    {"content", "refusal", "tool_calls", "function_call", "message", "choices", "finish_reason", "role"}
    | {"annotations", "audio", "reasoning_content", "text", "logprobs", "created", "created_at", "output"}
    | {"output_text", "id", "object", "usage", "model", "metadata", "service_tier", "status", "echoed"}
)


def fill(draft: Body, call: Call) -> Body:
    """The whole body; keys in the service's order, the author's own keys last."""
    form, read = said.form_of(draft), said.read(draft)
    items = draft.get("choices")
    own = form == said.COMPLETION and isinstance(items, list) and bool(items)
    if not own:
        items = [{"text": one.text, "finish_reason": one.finish_reason} for one in read.choices]
    wanted = len(prompts(call.data)) * copies(call.data)
    if isinstance(items, list) and len(items) == 1:
        items = [{k: v for k, v in _dict(items[0]).items() if k != "index"}] * wanted
    assert isinstance(items, list)
    scores = Scores(each(call), choices=len(items), model=call.model)
    choices = [_choice(_dict(item), index, scores) for index, item in enumerate(items)]
    made: Body = {
        "id": draft["id"] if form == said.COMPLETION and draft.get("id") else ids.completion_id(),
        "object": "text_completion",
        "created": read.given.get("created") or int(call.received_at or time.time()),
        "model": read.given.get("model") or call.model,
        "choices": choices,
        "usage": usage_of(read.usage, choices, call),
    }
    foreign = frozenset[str]() if form != said.RESPONSE else draft.keys()
    rest = {key: value for key, value in draft.items() if key not in _READ and key not in foreign}
    return made | rest


def breadth(call: Call) -> int:
    """How many times as large as its draft a completion is, roughly."""
    scored = 1 + each(call) * SCORE_BYTES // PIECE_CHARS
    return len(prompts(call.data)) * copies(call.data) * scored


def each(call: Call) -> int:
    """How many scores a token has: its own and its alternatives'."""
    asked = call.data.get("logprobs")
    return with_top(asked) if type(asked) is int else 0


def usage_of(given: Any, choices: list[Body], call: Call) -> Body:
    """The usage; a number that the author gave stays, and the total follows it."""
    given = given if isinstance(given, dict) else {}
    read, written = given.get("prompt_tokens"), given.get("completion_tokens")
    read = read if type(read) is int else prompt_tokens(call.data, call.model)
    if type(written) is not int:
        echoed = [text_of(one) for one in prompts(call.data)] if call.data.get("echo") is True else []
        # Each of n copies counts, and none is read again; what is only said back costs nothing.
        texts = Counter([_unechoed(choice["text"], echoed) for choice in choices])
        counts = usage.count(list(texts), call.model)
        written = sum(count * times for count, times in zip(counts, texts.values(), strict=True))
    made = {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
    return made | {key: value for key, value in given.items() if value is not None}


def _unechoed(text: str, echoed: list[str]) -> str:
    return next((text[len(prompt) :] for prompt in echoed if text.startswith(prompt)), text)


def _choice(item: Body, position: int, scores: Scores) -> Body:
    text = as_text(item.get("text")) or ""
    index, reason = item.get("index"), item.get("finish_reason")
    choice: Body = {
        "text": text,
        "index": index if type(index) is int else position,
        "logprobs": item.get("logprobs") or scored(text, scores),
        "finish_reason": reason if reason in REASONS else "stop",
    }
    return choice | {key: value for key, value in item.items() if key not in choice}


def scored(text: str, scores: Scores, *, start: int = 0) -> Body | None:
    """A text's logprobs in the form of completions; `start` is where it begins."""
    tokens = scores.tokens(text)
    if not tokens:
        return None
    offsets: list[int] = []
    for piece, parts in spelt(tokens, text) or ():
        offsets += [start] * len(parts)
        start += len(piece)
    return {
        "tokens": [_told(token) for token in tokens],
        "token_logprobs": [token["logprob"] for token in tokens],
        "top_logprobs": [{_told(one): one["logprob"] for one in token["top_logprobs"]} for token in tokens],
        "text_offset": offsets,
    }


def _told(token: Body) -> str:
    """A token as a text completion tells it: here there is nothing else that says what is no text."""
    text: str = token["token"]
    return text if len(text.encode()) == len(token["bytes"]) else f"bytes:{text}"


def _dict(item: Any) -> Body:
    return item if isinstance(item, dict) else {"text": item}
