"""The items of a response's output: what an author wrote of one, completed."""

from typing import Any

from apps.wire import ids
from apps.wire.chat_fill import as_text
from apps.wire.endpoint import Body
from apps.wire.logprobs import Scores
from apps.wire.said import Choice

# The beginning of an item's id, by its type; of any other type it is "item".
PREFIXES = {
    "message": "msg",
    "function_call": "fc",
    "function_call_output": "fc",
    "custom_tool_call": "ctc",
    "custom_tool_call_output": "ctc",
    "reasoning": "rs",
    "web_search_call": "ws",
    "file_search_call": "fs",
    "image_generation_call": "ig",
    "code_interpreter_call": "ci",
    "computer_call": "cu",
    "mcp_call": "mcp",
    "mcp_list_tools": "mcpl",
    "mcp_approval_request": "mcpr",
    "local_shell_call": "lsh",
    "shell_call": "sh",
    "apply_patch_call": "apc",
    "compaction": "cmp",
}
_STATELESS = ("reasoning", "mcp_list_tools", "mcp_approval_request", "mcp_call", "compaction")


class Items:
    """Makes the items of one response: `status` is theirs, their ids begin like its own."""

    def __init__(self, response_id: str, *, created: int, status: str, scores: Scores) -> None:
        self._origin = response_id.partition("_")[2][:16]
        self._created = created
        self._status = status
        self._scores = scores

    def id(self, kind: str) -> str:
        return f"{PREFIXES.get(kind, 'item')}_{ids.response_part(self._created, self._origin)}"

    def said(self, choice: Choice) -> list[Body]:
        """What a chat completion says: reasoning, a message, calls of tools."""
        message = choice.message
        items: list[Body] = []
        if choice.reasoning:
            items.append(self.whole({"type": "reasoning", "summary": choice.reasoning}))
        parts = [part for part in _parts(message) if part]
        calls = message.get("tool_calls") or []
        if message.get("function_call"):
            calls = [{"id": ids.tool_call_id(), "function": message["function_call"]}]
        if parts or not calls:
            items.append(self.whole({"type": "message", "content": parts or [""]}))
        return items + [self.whole(_called(call)) for call in calls]

    def whole(self, item: Any) -> Body:
        """An item with all its keys; a text is a message."""
        if not isinstance(item, dict):
            item = {"type": "message", "content": item}
        kind = item.get("type")
        if not isinstance(kind, str):
            kind = "function_call" if "name" in item else "message"
        make = _MAKERS.get(kind)
        made: Body = {"id": item.get("id") or self.id(kind), "type": kind}
        if kind not in _STATELESS:
            made["status"] = item.get("status") or self._status
        if make is not None:
            make(self, item, made)
        made.update({key: value for key, value in item.items() if key not in made})
        return made

    def part(self, given: Any) -> Body:
        """A part of a message's content, with all its keys; a text is a part."""
        given = given if isinstance(given, dict) else {"text": given}
        if given.get("type") == "refusal" or ("refusal" in given and "text" not in given):
            return {"type": "refusal", **given, "refusal": as_text(given.get("refusal")) or ""}
        text = as_text(given.get("text")) or ""
        annotations, logprobs = given.get("annotations"), given.get("logprobs")
        part = {
            "type": given.get("type", "output_text"),
            "annotations": annotations if isinstance(annotations, list) else [],
            "logprobs": logprobs if isinstance(logprobs, list) else self._scores.tokens(text),
            "text": text,
        }
        return part | {key: value for key, value in given.items() if key not in part}

    def _message(self, item: Body, made: Body) -> None:
        content = item.get("content", "")
        parts = content if isinstance(content, list) else [content]
        made["content"] = [self.part(part) for part in parts]
        made["role"] = item.get("role") or "assistant"

    def _function_call(self, item: Body, made: Body) -> None:
        arguments = item.get("arguments")
        made["arguments"] = "{}" if arguments is None else as_text(arguments)
        made["call_id"] = item.get("call_id") or ids.tool_call_id()
        made["name"] = as_text(item.get("name")) or ""

    def _custom_call(self, item: Body, made: Body) -> None:
        made["call_id"] = item.get("call_id") or ids.tool_call_id()
        made["input"] = as_text(item.get("input")) or ""
        made["name"] = as_text(item.get("name")) or ""

    def _reasoning(self, item: Body, made: Body) -> None:
        summary = item.get("summary", [])
        parts = summary if isinstance(summary, list) else [summary]
        made["summary"] = [
            {"type": "summary_text", **part, "text": as_text(part.get("text")) or ""}
            for part in [one if isinstance(one, dict) else {"text": one} for one in parts]
        ]


_MAKERS = {
    "message": Items._message,
    "function_call": Items._function_call,
    "custom_tool_call": Items._custom_call,
    "reasoning": Items._reasoning,
}


def _parts(message: Body) -> list[Body]:
    content, refusal = message.get("content"), message.get("refusal")
    text: Body = {} if content is None else {"text": content}
    annotations = [_citation(one) for one in message.get("annotations") or ()]
    if text and annotations:
        text["annotations"] = annotations
    return [text, {} if refusal is None else {"type": "refusal", "refusal": refusal}]


def _citation(annotation: Any) -> Any:
    """An annotation of a chat completion, as a response has it."""
    inner = annotation.get("url_citation") if isinstance(annotation, dict) else None
    return {"type": "url_citation", **inner} if isinstance(inner, dict) else annotation


def _called(call: Body) -> Body:
    custom = call.get("custom")
    if isinstance(custom, dict):
        return {"type": "custom_tool_call", "call_id": call["id"], **custom}
    function = call.get("function")
    return {
        "type": "function_call",
        "call_id": call["id"],
        **(function if isinstance(function, dict) else {}),
    }
