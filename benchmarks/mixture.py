"""A mixture of calls as a team makes them: presets, generated, streamed, answered by hand, hung up on."""

import asyncio
import random
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from benchmarks import traffic
from benchmarks.driver import percentile

AUTO, MANUAL = "auto", "manual"
PHASE_S = 10.0  # the fallback is switched so often: generated answers, then calls that wait
KINDS = {"preset": 40, "streamed": 20, "free": 30, "models": 5, "hang-up": 5}  # parts of 100
QUEUES = 4
BATCH = 250
LOW = 200  # presets left in a queue when it is filled up
CUT = "cut"  # the queue of streams that are hung up on
ANSWER, PEOPLE = "by hand", 8
LIMIT_S = 30.0


@dataclass
class Mixture:
    """What was asked for, what came, what was wrong."""

    client: httpx.AsyncClient
    calls: int = 0
    errors: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    _got: dict[str, list[int]] = field(default_factory=lambda: {f"p{n}": [] for n in range(QUEUES)})
    _filled: Counter[str] = field(default_factory=Counter)
    _asked: Counter[str] = field(default_factory=Counter)
    _took_ms: deque[float] = field(default_factory=lambda: deque(maxlen=3000))
    _mode: str = ""

    async def one(self, mode: str) -> None:
        """One call of some kind, judged."""
        [kind] = random.choices(list(KINDS), list(KINDS.values()))
        self.calls += 1
        began = time.perf_counter()
        try:
            async with asyncio.timeout(LIMIT_S):
                await self._do(kind, mode)
        except (httpx.HTTPError, TimeoutError, AssertionError, ValueError, LookupError) as error:
            self.errors.append(f"{kind}: {type(error).__name__} {error!s:.100}")
        if kind in ("preset", "models"):  # nobody is waited for in these
            self._took_ms.append((time.perf_counter() - began) * 1000)

    async def _do(self, kind: str, mode: str) -> None:
        if kind in ("preset", "streamed"):
            await self._preset(streamed=kind == "streamed")
        elif kind == "free":
            kind = await self._free()
        elif kind == "models":
            answer = await self.client.get("/v1/models")
            assert answer.status_code == 200 and answer.json()["data"], answer.text
        elif mode == AUTO:
            kind = "cut stream"
            await self._cut()
        else:
            kind = "hung up while waiting"
            await self._leave()
        self.kinds[kind] += 1

    async def _preset(self, *, streamed: bool) -> None:
        queue = f"p{self.calls % QUEUES}"
        self._asked[queue] += 1
        body = traffic.request_body(stream=streamed)
        answer = await self.client.post(f"/as/{queue}/v1/chat/completions", content=body)
        assert answer.status_code == 200, f"{answer.status_code} {answer.text}"
        assert not streamed or answer.content.endswith(b"data: [DONE]\n\n"), answer.text[-80:]
        at = answer.content.index(traffic.MARK) + len(traffic.MARK)
        self._got[queue].append(int(answer.content[at : at + traffic.DIGITS]))

    async def _free(self) -> str:
        """Generated, or answered by hand, as the fallback says in that moment."""
        answer = await self.client.post("/as/free/v1/chat/completions", content=traffic.request_body())
        assert answer.status_code == 200, f"{answer.status_code} {answer.text}"
        said = answer.json()["choices"][0]["message"]["content"]
        assert said, "an empty answer"
        return "answered by hand" if said == ANSWER else "generated"

    async def _cut(self) -> None:
        self._asked[CUT] += 1
        body = traffic.request_body(stream=True)
        async with self.client.stream("POST", f"/as/{CUT}/v1/chat/completions", content=body) as answer:
            assert answer.status_code == 200
            async for _ in answer.aiter_bytes():
                break

    async def _leave(self) -> None:
        try:
            async with asyncio.timeout(0.2 + random.random()):
                await self.client.post("/as/leaves/v1/chat/completions", content=traffic.request_body())
        except TimeoutError:
            return

    async def switch(self, mode: str) -> None:
        if mode != self._mode:
            self._mode = mode
            await self._ask("PUT", "/api/fallback", {"text": mode})

    async def fill(self) -> None:
        """Tops up each queue that is running low."""
        for queue in (*self._got, CUT):
            if self._filled[queue] - self._asked[queue] >= LOW:
                continue
            first = self._filled[queue]
            bodies = b",".join(traffic.reply_body(serial) for serial in range(first, first + BATCH))
            more = b'"pace":{"token_ms":50},' if queue == CUT else b""
            path = f"/api/preset-queue/{queue}/batch"
            told = await self._send("POST", path, b'{%b"responses":[%b]}' % (more, bodies))
            assert told["added_count"] == BATCH, told
            self._filled[queue] += BATCH

    async def refill(self) -> None:
        while True:
            await self.fill()
            await asyncio.sleep(1)

    async def answer(self) -> None:
        """People who answer whatever waits, but for those who will have hung up."""
        while True:
            await asyncio.sleep(0.3)
            items = (await self._ask("GET", "/api/desk"))["items"]
            ids = iter([item["id"] for item in items if item["caller"] != "leaves"])
            await asyncio.gather(*[self._answer(ids) for _ in range(PEOPLE)])

    async def _answer(self, ids: Iterator[str]) -> None:
        for one in ids:
            answer = await self.client.post(f"/api/desk/{one}/answer", json={"response": {"content": ANSWER}})
            if answer.status_code >= 300:
                self.errors.append(f"answer: {answer.status_code} {answer.text[:40]}")

    async def lost(self) -> list[str]:
        """What became of the presets: each came once, or is still there."""
        faults = []
        for queue, got in self._got.items():
            left = (await self._ask("GET", f"/api/preset-queue/{queue}/entries"))["count"]
            if sorted(got) != list(range(self._filled[queue] - left)):
                faults.append(
                    f"{queue}: {len(got)} came, {len(set(got))} different, {left} left of {self._filled}"
                )
        return faults

    async def _ask(self, method: str, path: str, content: Any = None) -> Any:
        answer = await self.client.request(method, path, json=content)
        answer.raise_for_status()
        return answer.json()

    async def _send(self, method: str, path: str, content: bytes) -> Any:
        headers = {"content-type": "application/json"}
        answer = await self.client.request(method, path, content=content, headers=headers)
        answer.raise_for_status()
        return answer.json()

    def p99_ms(self) -> float:
        return percentile(list(self._took_ms), 99)

    def told(self) -> str:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self.kinds.items()))
        return f"{self.calls} calls: {kinds}; {len(self.errors)} errors"
