"""What the real service sent, fed in as a draft, comes out in the same sequence and shape.

The recordings (openai-python's snapshots, September 2024, Apache-2.0; GoModel's contract test data, early 2026,
MIT) lie beside the repository, not in it; without them these tests are skipped.
"""

from itertools import groupby
from pathlib import Path
from typing import Any

import orjson
import pytest
from openai.lib.streaming.chat import ChatCompletionStreamState
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from apps.wire.chat_fill import fill
from apps.wire.chat_whole import is_whole

from .samples import CHAT, chat_call, parse_events

RECORDED = Path(__file__).resolve().parents[3] / "shared" / "recorded"
STREAMS = [
    *("chat-length", "chat-logprobs", "chat-n3", "chat-refusal", "chat-refusal-logprobs", "chat-structured"),
    *("chat-text", "chat-text-2026", "chat-tool", "chat-two-tools"),
]

pytestmark = pytest.mark.skipif(
    not RECORDED.is_dir(), reason=f"no recorded traffic in {RECORDED}: nothing to compare the wire with"
)


def recorded_chunks(name: str) -> list[Any]:
    events = (RECORDED / f"{name}.sse").read_bytes().split(b"\n\n")
    read = [event.strip().removeprefix(b"data: ") for event in events if event.strip()]
    assert read.pop() == b"[DONE]"
    return [orjson.loads(event) for event in read]


def message_of(chunks: list[Any]) -> dict[str, Any]:
    """The final body, put together by the SDK's own code."""
    state: Any = ChatCompletionStreamState()
    for chunk in chunks:
        state.handle_chunk(ChatCompletionChunk.model_validate(chunk))
    body: dict[str, Any] = state.current_completion_snapshot.to_dict(mode="json")
    for choice in body["choices"]:
        choice["message"].pop("parsed", None)
        if choice.get("logprobs"):  # as they were sent: the SDK sorts their keys anew
            choice["logprobs"] = _logprobs_of(chunks, choice["index"])
        for call in choice["message"].get("tool_calls") or ():
            call.pop("index", None)
            call["function"].pop("parsed_arguments", None)
    body["object"] = "chat.completion"
    return body


def _logprobs_of(chunks: list[Any], index: int) -> dict[str, Any]:
    sent = [choice["logprobs"] for chunk in chunks for choice in chunk["choices"] if choice["index"] == index]
    first = {key: value and [] for key, value in sent[0].items()}
    for logprobs in filter(None, sent):
        for key, tokens in logprobs.items():
            first[key] = first[key] if tokens is None else [*(first[key] or []), *tokens]
    return first


def shape(value: Any) -> Any:
    """Keys in order and kinds of values; which text, number or id does not matter."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}.items().__repr__()
    if isinstance(value, list):
        return [shape(inner) for inner in value[:1]]
    return type(value).__name__


def sequence(chunks: list[Any]) -> list[tuple[int, str]]:
    """Index and shape of each step of each choice, runs of alike steps as one: borders differ."""
    steps = []
    for chunk in chunks:
        choices = chunk["choices"]
        for choice in choices:
            finish = choice["finish_reason"]
            delta = orjson.loads(orjson.dumps(choice["delta"]))
            empty = sorted(key for key, value in delta.items() if value == "")
            steps.append((choice["index"], f"{shape(choice)} finish={finish} empty={empty}"))
        if not choices:
            steps.append((-1, "usage"))
    if len({index for index, _ in steps}) > 2:  # choices take turns: compare each for itself
        steps.sort(key=lambda step: step[0])
    return [step for step, _ in groupby(steps)]


def streamed(name: str) -> tuple[list[Any], list[Any]]:
    recorded = recorded_chunks(name)
    data: dict[str, Any] = {"stream_options": {"include_usage": "usage" in recorded[-1]}}
    body = message_of(recorded)
    call = chat_call(**data)
    if not is_whole(body):
        body = fill(body, call)
    return recorded, parse_events(b"".join(CHAT.frames(body, call)))  # type: ignore[misc]


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_has_the_recorded_sequence(name: str) -> None:
    recorded, ours = streamed(name)
    assert sequence(ours) == sequence(recorded)


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_adds_up_to_the_recorded_message(name: str) -> None:
    recorded, ours = streamed(name)
    assert message_of(ours)["choices"] == message_of(recorded)["choices"]


def test_chunks_have_the_keys_of_2026() -> None:
    recorded, ours = streamed("chat-text-2026")
    assert [list(chunk) for chunk in ours] == [list(recorded[0])] * len(ours)
    assert list(ours[0]["choices"][0]) == list(recorded[0]["choices"][0])


def test_the_first_turn_of_several_choices_is_a_role_and_a_piece() -> None:
    recorded, ours = streamed("chat-n3")
    for chunks in (recorded, ours):
        assert [chunk["choices"][0]["index"] for chunk in chunks[:9]] == [0, 0, 1, 1, 2, 2, 0, 1, 2]
        assert [chunk["choices"][0]["finish_reason"] for chunk in chunks[-4:-1]] == ["stop"] * 3


@pytest.mark.parametrize("name", ["chat-2026", "chat-tool-2026"])
def test_a_body_is_filled_like_the_recorded_one(name: str) -> None:
    recorded = orjson.loads((RECORDED / f"{name}.json").read_bytes())
    assert is_whole(recorded)
    message = recorded["choices"][0]["message"]
    short = {key: message[key] for key in ("content", "tool_calls") if message.get(key)}
    if "tool_calls" in short:
        short["tool_calls"] = [{"function": call["function"]} for call in short["tool_calls"]]
    ours = fill(short, chat_call(model=recorded["model"]))
    ChatCompletion.model_validate(ours, strict=True)
    assert shape(ours) == shape(recorded)
    assert ours["usage"]["completion_tokens"] == recorded["usage"]["completion_tokens"]
    assert len(ours["id"]) == len(recorded["id"])


def test_the_models_are_among_the_recorded_ones() -> None:
    from apps.wire import models

    recorded = {m["id"]: m for m in orjson.loads((RECORDED / "models-2026.json").read_bytes())["data"]}
    ours = {m["id"]: m for m in models.LIST.fill({}, chat_call())["data"]}
    assert {key: recorded.get(key) for key in ours} == ours
