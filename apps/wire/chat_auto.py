"""The automatic answer to a chat request."""

from typing import Any

from apps.wire import automatic, chat_audio, prediction, usage
from apps.wire.asked import (
    Asked,
    Tool,
    content_text,
    digest_of,
    read_choice,
    read_limit,
    read_results,
    read_shape,
    read_tools,
)
from apps.wire.call import Call
from apps.wire.chat_fill import copies
from apps.wire.chat_request import summary
from apps.wire.context import LEAST, check_context
from apps.wire.endpoint import Body
from apps.wire.impossible import CHAT, refuse_impossible
from apps.wire.reasoning import default_effort, left, thought_tokens
from apps.wire.shelf import Shelf

# What makes a request more than a question to be echoed.
_DEMANDING = frozenset(
    {"tools", "functions", "response_format", "stop", "max_tokens", "max_completion_tokens"}
    | {"modalities", "prediction"}
)


def auto(call: Call, shelf: Shelf) -> Body:
    """A generated draft, as the request asks; the same request gives the same one."""
    data = call.data
    refuse_impossible(data, CHAT)
    digest = digest_of(call)
    if len(call.body) < LEAST and _DEMANDING.isdisjoint(data) and not default_effort(call.model):
        # What most are.
        draft: Body = {"content": automatic.echo(summary(call))}
    else:
        limit = read_limit(data.get("max_completion_tokens"), data.get("max_tokens"))
        check_context(call, limit or 0, usage.chat_prompt_tokens, param="messages")
        thought = thought_tokens(call.model, data.get("reasoning_effort"), limit)
        draft = automatic.answer(read(call, left(limit, thought), digest))
        draft = _with_unseen(draft, call, digest, thought)
    if data.get("store") is not True:  # one that is kept has an id of its own
        draft["id"] = f"chatcmpl-{digest[:29]}"
    if "tool_calls" in draft and "tools" not in data:
        draft["function_call"] = draft.pop("tool_calls")[0]["function"]
    return draft


def _with_unseen(draft: Body, call: Call, digest: str, thought: int) -> Body:
    """The draft with what it costs beside its text: thoughts (so many tokens), what was predicted wrongly,
    sound; with sound, it is spoken instead of written."""
    text = draft.get("content", "")
    details = {"reasoning_tokens": thought, "audio_tokens": 0}
    accepted, rejected = prediction.counted(call.data.get("prediction"), text, call.model)
    details |= {"accepted_prediction_tokens": accepted, "rejected_prediction_tokens": rejected}
    if text and chat_audio.is_wanted(call):
        sound, details["audio_tokens"] = chat_audio.spoken(text, call, digest)
        details["text_tokens"] = usage.count([text], call.model)[0]
        draft = {**draft, "content": None, "audio": sound}
    if not any(details.values()):
        return draft
    details = {key: copies(call) * value for key, value in details.items()}
    given: Body = {"completion_tokens_details": details}
    if "audio" in draft:  # its transcript is said, and not among the texts that are counted
        given["completion_tokens"] = sum(details.values()) - details["accepted_prediction_tokens"]
    return {**draft, "usage": given}


def read(call: Call, limit: int | None, digest: str) -> Asked:
    """All that a chat request asks for; also the older form, with functions."""
    data = call.data
    functions = data.get("functions")
    offered = read_tools(data.get("tools"))
    choice, parallel = data.get("tool_choice"), data.get("parallel_tool_calls") is not False
    if not offered and isinstance(functions, list):
        offered = read_tools([{"type": "function", "function": one} for one in functions])
        choice, parallel = data.get("function_call"), False
    text, found, names = _story(data.get("messages"))
    return Asked(
        text=text,
        results=read_results(found, names),
        tools=allowed(offered, data.get("tool_choice")),
        choice=read_choice(choice),
        parallel=parallel,
        schema=read_shape(data.get("response_format")),
        limit=limit,
        stop=data.get("stop"),
        model=call.model,
        digest=digest,
    )


def allowed(offered: tuple[Tool, ...], choice: Any) -> tuple[Tool, ...]:
    """The offered tools that may be called now."""
    inner = choice.get("allowed_tools", choice) if isinstance(choice, dict) else None
    tools = inner.get("tools") if isinstance(inner, dict) else None
    if not isinstance(tools, list):
        return offered
    names = {tool.name for tool in read_tools(tools)}
    return tuple(tool for tool in offered if tool.name in names)


def _story(messages: Any) -> tuple[str, list[tuple[str, Any]], dict[str, str]]:
    """(the user's last words, what tools answered since, the names of the calls by their ids)."""
    text, names = "", dict[str, str]()
    found: list[tuple[str, Any]] = []
    for message in messages if isinstance(messages, list) else ():
        if not isinstance(message, dict):
            continue
        role, content = message.get("role"), message.get("content")
        if role == "user":
            text, found = content_text(content), []
        elif role == "tool":
            found.append((str(message.get("tool_call_id")), content))
        elif role == "function":
            names[str(message.get("name"))] = str(message.get("name"))
            found.append((str(message.get("name")), content))
        elif role == "assistant":
            names |= _called(message.get("tool_calls"))
    return text, found, names


def _called(calls: Any) -> dict[str, str]:
    names = {}
    for call in calls if isinstance(calls, list) else ():
        inner = call.get("function", call.get("custom")) if isinstance(call, dict) else None
        if isinstance(inner, dict):
            names[str(call.get("id"))] = str(inner.get("name"))
    return names
