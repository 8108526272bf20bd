"""Each fault as the real SDK meets it, whole and streamed; one server, no fault twice."""

from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any

import httpx
import openai
import pytest

from apps.wire.faults.table import BY_NAME, FAULTS
from tests.conftest import Server, wait_for

HELLO: Any = [{"role": "user", "content": "Hello?"}]
TOOLS: Any = [{"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}]
TEXT = {"content": "Grüße aus dem kleinen Haus am See, und bis bald"}
WEATHER = {"tool_calls": [{"name": "get_weather", "arguments": {"city": "Oslo"}}]}
STATUS = {
    "unauthorized": openai.AuthenticationError,
    "forbidden": openai.PermissionDeniedError,
    "model-not-found": openai.NotFoundError,
    "request-timeout": openai.APIStatusError,
    "conflict": openai.ConflictError,
    "unprocessable": openai.UnprocessableEntityError,
    "rate-limit-requests": openai.RateLimitError,
    "rate-limit-tokens": openai.RateLimitError,
    "quota": openai.RateLimitError,
    "server-error": openai.InternalServerError,
    "overloaded": openai.InternalServerError,
    "context-length": openai.BadRequestError,
    "content-filter": openai.BadRequestError,
}
BROKEN = (openai.APIError, httpx.HTTPError, ValueError)
# What becomes of a call: (whole, streamed). A class is what is raised; "fine" and the others: see `outcome`.
RAISED: dict[str, tuple[Any, Any]] = {
    "reset": (openai.APIConnectionError, openai.APIConnectionError),
    "reset-after": (BROKEN, BROKEN),
    "cut": (BROKEN, BROKEN),
    "stall": (openai.APITimeoutError, BROKEN),
    "empty-reply": (BROKEN, "no chunks"),
    "no-done": ("fine", "fine"),
    "error-event": ("fine", openai.APIError),
    "duplicated-chunk": (BROKEN, "other text"),
    "garbled-chunk": (BROKEN, BROKEN),
    "split-character": ("fine", "fine"),
    "truncated-json": (BROKEN, BROKEN),
    "wrong-content-type": ("fine", "fine"),
    "empty-choices": ("no choices", "no choices"),
    "missing-usage": ("no usage", "no usage"),
    "wrong-finish-reason": ("length", "length"),
    "huge-body": ("fine", "fine"),
    "bad-tool-arguments": ("bad arguments", "bad arguments"),
    "unknown-tool": ("unknown tool", "unknown tool"),
    "uncalled-for-tool": ("unknown tool", "unknown tool"),
    "slow-drip": ("fine", "fine"),
} | {name: (raised, raised) for name, raised in STATUS.items()}
WITH_TOOLS = ("bad-tool-arguments", "unknown-tool")
SMALL: dict[str, Any] = {"huge-body": {"size_mb": 1}, "slow-drip": {"pause_ms": 1}}


@pytest.fixture(scope="module")
def client(shared_server: Server) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(
        base_url=shared_server.base_url, api_key="sk-mock-faults", max_retries=0, timeout=30
    ) as opened:
        yield opened


def outcome(ask: Callable[[], Any], *, streamed: bool) -> Any:
    """A word for what came back."""
    answer = ask()
    usage: Any = None
    text, name, arguments, reason, seen = "", "", "", "", 0
    for chunk in answer if streamed else [answer]:
        usage = chunk.usage or usage
        for choice in chunk.choices:
            seen += 1
            said = choice.delta if streamed else choice.message
            text += said.content or ""
            for tool in said.tool_calls or ():
                name += tool.function.name or ""
                arguments += tool.function.arguments or ""
            reason = choice.finish_reason or reason
    if not seen:
        return "no choices" if usage is not None else "no chunks"
    if usage is None:
        return "no usage"
    if name:
        return "bad arguments" if name == "get_weather" and not arguments.endswith("}") else "unknown tool"
    if reason != "stop":
        return reason
    return "fine" if text == TEXT["content"] else "other text"


def newest(server: Server) -> dict[str, Any]:
    items = server.api.get("/api/exchanges?caller=faults&limit=1").json()["items"]
    return items[0] if items else {"id": ""}


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("name", [row.name for row in FAULTS])
def test_the_sdk_meets_each_fault(server: Server, client: openai.OpenAI, name: str, streamed: bool) -> None:
    fault = {"name": name, **SMALL.get(name, {})}
    response = WEATHER if name in WITH_TOOLS else TEXT
    entry = {"fault": name} if name in STATUS else {"response": response, "fault": fault}
    answer = server.api.post("/api/preset-queue/faults", json=entry)
    assert answer.status_code == 200, answer.text
    before = newest(server)
    more: dict[str, Any] = {"stream": True, "stream_options": {"include_usage": True}} if streamed else {}
    if name == "stall":
        more["timeout"] = 0.3

    def ask() -> Any:
        return client.chat.completions.create(model="gpt-4o", messages=HELLO, tools=TOOLS, **more)

    expected = RAISED[name][streamed]
    if isinstance(expected, str):
        assert outcome(ask, streamed=streamed) == expected
    else:
        with pytest.raises(expected):
            outcome(ask, streamed=streamed)
    # Who has no patience may have left before a busy server has looked at the call.
    item = wait_for(lambda: one if (one := newest(server))["id"] != before["id"] else None)
    is_meaningless = BY_NAME[name].only == "stream" and not streamed
    assert item["fault"] == ("" if is_meaningless else name)
    assert ("changed nothing" in item["note"]) == is_meaningless


@pytest.mark.parametrize(
    ("endpoint", "fields", "words", "param"),
    [
        (
            "chat.completions",
            {"messages": HELLO},
            "maximum context length is 8192 tokens.*messages",
            "messages",
        ),
        ("completions", {"prompt": "hi"}, "8192 tokens, however.*your prompt", "prompt"),
        ("responses", {"input": "hi"}, "Your input exceeds the context window", "input"),
    ],
    ids=["chat", "completions", "responses"],
)
def test_too_long_is_told_of_what_the_endpoint_was_given_and_by_its_model(
    server: Server, client: openai.OpenAI, endpoint: str, fields: dict[str, Any], words: str, param: str
) -> None:
    server.api.post("/api/preset-queue/faults", json={"fault": "context-length"})
    create = attrgetter(f"{endpoint}.create")(client)
    with pytest.raises(openai.BadRequestError, match=words) as raised:
        create(model="gpt-4", **fields)
    assert (raised.value.code, raised.value.param) == ("context_length_exceeded", param)
