"""Calls that wait, and the people who answer them."""

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.callers import CALL, Caller, callers
from tests.conftest import Server, start_server, wait_for

HASTY_S = 0.8


@dataclass(frozen=True)
class Parked:
    """A call that waits, the connection it came on, and what can be done with it."""

    server: Server
    caller: Caller
    item: dict[str, Any]

    @property
    def id(self) -> str:
        return self.item["id"]

    @property
    def row(self) -> dict[str, Any]:
        return self.server.exchange(self.id)

    def answer(self, content: str = "hi", **options: Any) -> httpx.Response:
        return self.server.answer(self.id, content, **options)

    def post(self, action: str, *, by: str = "", take_over: bool = False, **options: Any) -> httpx.Response:
        headers = {**options.pop("headers", {}), **({"x-mock-person": by} if by else {})}
        query = {"take_over": "true"} if take_over else {}
        return self.server.api.post(f"/api/desk/{self.id}/{action}", params=query, headers=headers, **options)


@asynccontextmanager
async def parking(server: Server, name: str = "desk", body: Any = CALL) -> AsyncIterator[Parked]:
    async with callers(server.url, name) as [caller]:
        await caller.send(body)
        yield Parked(server, caller, wait_for(lambda: waiting_of(server, name)))


def waiting_of(server: Server, name: str) -> dict[str, Any] | None:
    items = server.api.get("/api/desk").json()["items"]
    return next((item for item in items if item["caller"] == name), None)


def seen_of(server: Server, name: str) -> dict[str, Any] | None:
    """Its newest call, also when that has ended before anybody could see it wait."""
    items = server.api.get("/api/exchanges", params={"caller": name, "limit": 1}).json()["items"]
    return items[0] if items else None


def state_of(parked: Parked, state: str) -> dict[str, Any]:
    """The exchange, once it is in that state."""
    return wait_for(lambda: parked.row if parked.row["state"] == state else None)


@pytest.fixture
def park(server: Server) -> Callable[..., Any]:
    """`async with park("ann") as call`: one call of that caller waits."""
    return lambda name="desk", body=CALL: parking(server, name, body)


@pytest.fixture(scope="package")
def hasty_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = start_server(tmp_path_factory.mktemp("hasty"), MOCKOPENAI_HOLD_S=str(HASTY_S))
    yield server
    server.stop()


@pytest.fixture
def hasty(hasty_server: Server) -> Server:
    """A server that holds a call for a moment only; empty queues, nobody answers but people."""
    hasty_server.api.delete("/api/preset-queue")
    hasty_server.api.put("/api/fallback", json={"text": "manual"})
    return hasty_server


def sql(server: Server, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """Straight into the server's SQLite file."""
    with closing(sqlite3.connect(server.data_dir / "mockopenai.sqlite3", timeout=20)) as database, database:
        return database.execute(statement, values).fetchall()
