"""A streaming caller, and the person who types to it: what both see."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.callers import CALL
from tests.conftest import Server, wait_for
from tests.desk.conftest import waiting_of

PATIENCE_S = 30


class Listener:
    """Reads the events of one streaming call as they come."""

    def __init__(self, client: httpx.AsyncClient, request: httpx.Request) -> None:
        self._client = client
        self._answer = asyncio.ensure_future(client.send(request, stream=True))
        self._lines: AsyncIterator[str] | None = None
        self.events: list[dict[str, Any]] = []

    async def response(self) -> httpx.Response:
        """Its headers; they come with the first piece."""
        return await self._answer

    async def next(self) -> dict[str, Any] | None:
        """The next event; None for [DONE]."""
        if self._lines is None:
            self._lines = (await self._answer).aiter_lines()
        async for line in self._lines:
            if line == "data: [DONE]":
                return None
            if line.startswith("data: "):
                self.events.append(json.loads(line[6:]))
                return self.events[-1]
        raise AssertionError(f"the stream ended without [DONE], after {self.events}")

    async def until(self, text: str) -> None:
        """Reads on until exactly this text has come."""
        while self.text != text:
            assert text.startswith(self.text), f"{self.text!r} came"
            assert await self.next() is not None, f"it ended with {self.text!r}"

    async def rest(self) -> dict[str, Any]:
        """Reads to the end; the last event."""
        while await self.next() is not None:
            pass
        return self.events[-1]

    @property
    def text(self) -> str:
        deltas = [choice["delta"] for event in self.events for choice in event["choices"]]
        return "".join([delta.get("content") or "" for delta in deltas])

    @property
    def finish_reason(self) -> str | None:
        return self.events[-1]["choices"][0]["finish_reason"]

    async def hang_up(self) -> None:
        self._answer.cancel()
        await asyncio.wait((self._answer,))
        if not self._answer.cancelled() and self._answer.exception() is None:
            await self._answer.result().aclose()


@dataclass(frozen=True)
class Typist:
    """Types to one call."""

    server: Server
    id: str
    caller: Listener

    @property
    def row(self) -> dict[str, Any]:
        return self.server.exchange(self.id)

    @property
    def so_far(self) -> dict[str, Any]:
        return self.server.api.get(f"/api/desk/{self.id}/stream").json()

    def type(
        self, seq: int, delta: str = "", *, by: str = "", take_over: bool = False, **fields: Any
    ) -> httpx.Response:
        body = {"seq": seq, "delta": delta, **fields}
        return self.post("stream", by=by, take_over=take_over, json=body)

    def post(self, action: str, *, by: str = "", take_over: bool = False, **options: Any) -> httpx.Response:
        headers = {"x-mock-person": by} if by else {}
        query = {"take_over": "true"} if take_over else {}
        path = f"/api/desk/{self.id}/{action}"
        return self.server.api.post(path, params=query, headers=headers, **options)

    def ended(self, *states: str) -> dict[str, Any]:
        """The exchange, once it is in one of these states."""
        wanted = states or ("delivered", "undelivered")
        return wait_for(lambda: row if (row := self.row)["state"] in wanted else None, timeout_s=PATIENCE_S)


@asynccontextmanager
async def listening(
    server: Server,
    name: str = "typed",
    *,
    people: Server | None = None,
    look: Callable[[Server, str], dict[str, Any] | None] = waiting_of,
    **fields: Any,
) -> AsyncIterator[Typist]:
    """A streaming call waits; who types does it over `people`, by default the same server, and finds it by
    `look`."""
    async with httpx.AsyncClient(base_url=server.url, timeout=PATIENCE_S) as client:
        body = {**CALL, "stream": True, **fields}
        caller = Listener(client, client.build_request("POST", f"/as/{name}/v1/chat/completions", json=body))
        people = people or server
        try:
            item = await asyncio.to_thread(wait_for, lambda: look(people, name))
            yield Typist(people, item["id"], caller)
        finally:
            await caller.hang_up()
