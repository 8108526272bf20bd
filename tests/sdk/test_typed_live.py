"""The real SDK reads what a person types, while it is typed."""

import asyncio
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

import httpx
import openai
import pytest

from tests.conftest import PATIENCE_S

ASK: Any = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Tell me."}]}
WORDS = ["Once", " upon", " a", " time", " there", " was", " a", " 🐉."]
TEXT = "".join(WORDS)
SOON_S = 1.0  # without a bell what follows another piece comes with the next tick, 2 s later


def typist(server: Any) -> Callable[..., httpx.Response]:
    """Types to the one call that waits."""
    [item] = server.waiting(1)

    def typing(seq: int, delta: str, **fields: Any) -> httpx.Response:
        path = f"/api/desk/{item['id']}/stream"
        answer: httpx.Response = server.api.post(path, json={"seq": seq, "delta": delta, **fields})
        assert answer.status_code in (200, 202), answer.text
        return answer

    return typing


class Reader(threading.Thread):
    """Reads a stream in a thread; every text with the moment at which it came."""

    def __init__(self, client: openai.OpenAI, **options: Any) -> None:
        super().__init__()
        self._client, self._options = client, options
        self.came: SimpleQueue[tuple[str, float]] = SimpleQueue()
        self.chunks: list[Any] = []
        self.start()

    def run(self) -> None:
        stream = self._client.chat.completions.create(**ASK, stream=True, **self._options)
        for chunk in stream:
            self.chunks.append(chunk)
            for choice in chunk.choices:
                if choice.delta.content:
                    self.came.put((choice.delta.content, time.perf_counter()))


def test_each_word_comes_before_the_next_is_typed(server: Any, client: openai.OpenAI) -> None:
    reader = Reader(client)
    typing = typist(server)
    took_s = []
    for seq, word in enumerate(WORDS, 1):
        began = time.perf_counter()
        typing(seq, word)
        text = ""
        while text != word:
            piece, at = reader.came.get(timeout=PATIENCE_S)
            text += piece
        took_s.append(at - began)
    typing(len(WORDS) + 1, "", done=True)
    reader.join(timeout=PATIENCE_S)
    assert reader.chunks[0].choices[0].delta.role == "assistant"
    assert reader.chunks[-1].choices[0].finish_reason == "stop"
    assert all(chunk.usage is None for chunk in reader.chunks)
    assert sorted(took_s)[len(took_s) // 2] < SOON_S, took_s


def test_usage_comes_at_the_end_when_it_was_asked_for(server: Any, client: openai.OpenAI) -> None:
    reader = Reader(client, stream_options={"include_usage": True})
    typing = typist(server)
    typing(1, "Hello, ")
    typing(2, "World!", done=True)
    reader.join(timeout=PATIENCE_S)
    last = reader.chunks[-1]
    assert last.choices == [] and last.usage.completion_tokens == 4
    assert last.usage.total_tokens == last.usage.prompt_tokens + 4


def test_the_stream_helper_puts_together_what_was_typed(server: Any, client: openai.OpenAI) -> None:
    found: list[Any] = []

    def read() -> None:
        with client.chat.completions.stream(**ASK, stream_options={"include_usage": True}) as stream:
            for event in stream:
                if event.type == "content.done":
                    found.append(event.content)
            found.append(stream.get_final_completion())

    reader = threading.Thread(target=read)
    reader.start()
    typing = typist(server)
    for seq, word in enumerate(WORDS, 1):
        typing(seq, word, done=seq == len(WORDS))
    reader.join(timeout=PATIENCE_S)
    text, final = found
    assert text == final.choices[0].message.content == TEXT
    assert final.choices[0].finish_reason == "stop" and final.usage.completion_tokens > 0
    [row] = server.api.get("/api/exchanges?limit=1").json()["items"]
    kept = server.exchange(row["id"])["response"]
    assert kept["choices"][0]["message"]["content"] == TEXT and kept["id"] == final.id
    assert kept["usage"]["completion_tokens"] == final.usage.completion_tokens


async def test_the_async_sdk_reads_it_as_well(server: Any, async_client: openai.AsyncOpenAI) -> None:
    asking = asyncio.ensure_future(async_client.chat.completions.create(**ASK, stream=True))
    typing = await asyncio.to_thread(typist, server)
    await asyncio.to_thread(typing, 1, WORDS[0])
    stream = await asking
    text, seq = "", 1
    async for chunk in stream:
        text += chunk.choices[0].delta.content or ""
        if text == "".join(WORDS[:seq]) and seq < len(WORDS):
            seq += 1
            await asyncio.to_thread(typing, seq, WORDS[seq - 1], done=seq == len(WORDS))
    assert text == TEXT


def test_a_typed_text_that_is_cut_at_its_length_says_so(server: Any, client: openai.OpenAI) -> None:
    reader = Reader(client)
    typist(server)(1, "Once upon", done=True, finish_reason="length")
    reader.join(timeout=PATIENCE_S)
    assert reader.chunks[-1].choices[0].finish_reason == "length"


def test_a_typed_json_is_parsed(server: Any, client: openai.OpenAI) -> None:
    from pydantic import BaseModel

    class City(BaseModel):
        name: str

    found: list[Any] = []

    def read() -> None:
        with client.chat.completions.stream(**ASK, response_format=City) as stream:
            found.append(stream.get_final_completion())

    reader = threading.Thread(target=read)
    reader.start()
    typing = typist(server)
    typing(1, '{"name": ')
    typing(2, '"Oslo"}', done=True)
    reader.join(timeout=PATIENCE_S)
    assert found[0].choices[0].message.parsed == City(name="Oslo")


async def test_an_sdk_that_leaves_in_the_middle_is_noticed(
    server: Any, async_client: openai.AsyncOpenAI
) -> None:
    asking = asyncio.ensure_future(async_client.chat.completions.create(**ASK, stream=True))
    [item] = await asyncio.to_thread(server.waiting, 1)
    path = f"/api/desk/{item['id']}/stream"
    server.api.post(path, json={"seq": 1, "delta": "a"})
    await (await asking).close()
    for seq in range(2, 200):
        told = await asyncio.to_thread(server.api.post, path, json={"seq": seq, "delta": "b"})
        if told.status_code == 410:
            break
    assert (told.status_code, told.json()["state"]) == (410, "undelivered")
    with pytest.raises(openai.APITimeoutError):  # the client itself goes on
        await async_client.with_options(timeout=0.1).chat.completions.create(**ASK)
