"""What an answer says, read from a body of any text endpoint: the way from one form to another."""

from typing import Any, NamedTuple

from apps.wire.chat_fill import as_text, finish_reason, message_of
from apps.wire.endpoint import Body

CHAT, RESPONSE, COMPLETION = "chat.completion", "response", "text_completion"

# Where a response ends early: why, in the words of a chat completion.
_EARLY = {"max_output_tokens": "length", "content_filter": "content_filter"}
_CALLS = ("function_call", "custom_tool_call")


class Choice(NamedTuple):
    """One answer: a chat completion's `message`, whole, and why it ends; `reasoning` is "" for none."""

    message: Body
    finish_reason: str
    reasoning: str = ""

    @property
    def text(self) -> str:
        """All that it says, for a form that knows nothing but text."""
        spoken = self.message["content"] or self.message["refusal"]
        if spoken or not self.message.get("tool_calls"):
            return spoken or ""
        calls = [call.get("function") or call.get("custom") or {} for call in self.message["tool_calls"]]
        return "\n".join([as_text(call) or "" for call in calls])


class Said(NamedTuple):
    """`usage` has a chat completion's names; `given` is what else its author set, by its name."""

    choices: list[Choice]
    usage: Body
    given: Body


def form_of(draft: Body) -> str:
    """Of which endpoint's form a draft is; a short form is that of a chat completion."""
    named = draft.get("object")
    if named == RESPONSE or "output" in draft or "output_text" in draft:
        return RESPONSE
    if named == COMPLETION:
        return COMPLETION
    choices = draft.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    if named != CHAT and isinstance(first, dict) and "text" in first and "message" not in first:
        return COMPLETION
    return CHAT


def read(draft: Body) -> Said:
    """Whatever was said, and as whom; never raises."""
    form = form_of(draft)
    choices = [_of_response(draft)] if form == RESPONSE else _of_choices(draft)
    given = {key: draft[key] for key in ("model", "metadata", "service_tier") if draft.get(key) is not None}
    created = draft.get("created", draft.get("created_at"))
    if isinstance(created, int | float) and not isinstance(created, bool):
        given["created"] = int(created)
    return Said(choices, _usage(draft.get("usage")), given)


def as_chat(draft: Body) -> Body:
    """A draft of another endpoint's form as one of a chat completion; one of this form as it is."""
    if form_of(draft) == CHAT:
        return draft
    said = read(draft)
    items = [_chat_choice(index, choice) for index, choice in enumerate(said.choices)]
    if len(items) == 1:
        del items[0]["index"]
    return {**said.given, "choices": items, **({"usage": said.usage} if said.usage else {})}


def _chat_choice(index: int, choice: Choice) -> Body:
    message = choice.message
    if choice.reasoning:
        message = {**message, "reasoning_content": choice.reasoning}
    return {"index": index, "message": message, "finish_reason": choice.finish_reason}


def _of_choices(draft: Body) -> list[Choice]:
    given = draft.get("choices")
    items = given if isinstance(given, list) else [draft if given is None else given]
    return [_choice(item if isinstance(item, dict) else {"text": item}) for item in items]


def _choice(item: Body) -> Choice:
    message = message_of(item)
    reason = item.get("finish_reason")
    reasoning = as_text(message.pop("reasoning_content", None)) or ""
    return Choice(message, reason if isinstance(reason, str) else finish_reason(message), reasoning)


def _of_response(draft: Body) -> Choice:
    output = draft.get("output")
    items = output if isinstance(output, list) else [draft.get("output_text", output)]
    message: Body = {}
    texts: dict[str, list[str]] = {"content": [], "refusal": [], "reasoning": []}
    for item in items:
        if isinstance(item, str):
            texts["content"].append(item)
        elif isinstance(item, dict):
            _gather(item, message, texts)
    for key in ("content", "refusal"):
        if texts[key]:
            message[key] = "".join(texts[key])
    details = draft.get("incomplete_details")
    reason = details.get("reason") if isinstance(details, dict) else None
    whole = message_of({"message": message})
    early = _EARLY.get(str(reason), "length") if draft.get("status") == "incomplete" else ""
    return Choice(whole, early or finish_reason(whole), "\n".join(texts["reasoning"]))


def _gather(item: Body, message: Body, texts: dict[str, list[str]]) -> None:
    """Adds what one item of a response's output says."""
    kind = item.get("type", "function_call" if "name" in item else "message")
    if kind in _CALLS:
        called = {"name": item.get("name")}
        call: Body = {"id": item["call_id"]} if isinstance(item.get("call_id"), str) else {}
        if kind == "function_call":
            call["function"] = {**called, "arguments": item.get("arguments")}
        else:
            call["custom"] = {**called, "input": item.get("input")}
        message.setdefault("tool_calls", []).append(call)
    elif kind == "reasoning":
        texts["reasoning"] += _texts(item.get("summary"), "text") or _texts(item.get("content"), "text")
    elif kind == "message":
        content = item.get("content")
        parts = [content] if isinstance(content, str) else content
        texts["content"] += _texts(parts, "text")
        texts["refusal"] += _texts(parts, "refusal")


def _texts(parts: Any, key: str) -> list[str]:
    found = []
    for part in parts if isinstance(parts, list) else ():
        text = part.get(key) if isinstance(part, dict) else part if key == "text" else None
        if isinstance(text, str):
            found.append(text)
    return found


def _usage(given: Any) -> Body:
    """A usage under a chat completion's names; {} for none."""
    if not isinstance(given, dict) or not given.keys() & {"input_tokens", "output_tokens"}:
        return given if isinstance(given, dict) else {}
    names = {"input_tokens": "prompt_tokens", "output_tokens": "completion_tokens"}
    names |= {f"{theirs}_details": f"{ours}_details" for theirs, ours in names.items()}
    return {names.get(str(key), str(key)): value for key, value in given.items()}
