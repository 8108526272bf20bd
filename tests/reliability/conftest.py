"""Servers to be loaded and killed, over each kind of database."""

import os
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.conftest import PATIENCE_S, START_S, Server, start_server, wait_for
from tests.databases import KINDS, fresh, shared_redis
from tests.zygote import zygote

WAITING_MAX, QUEUE_MAX = 6, 2000  # of the pair


@pytest.fixture(scope="package", params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="package")
def pair(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Server]]:
    """Two server processes on one database; what no preset accepts is refused."""
    limits = {"MOCKOPENAI_MAX_WAITING": str(WAITING_MAX), "MOCKOPENAI_QUEUE_MAX": str(QUEUE_MAX)}
    options: dict[str, Any] = {"MOCKOPENAI_FALLBACK": "refuse", **limits, **fresh(kind), **shared_redis()}
    data_dir = tmp_path_factory.mktemp(f"pair-{kind}")
    servers = [start_server(data_dir, **options) for _ in range(2)]
    yield servers
    for server in servers:
        server.stop()


class Mortal:
    """A server that is killed and started again: `now` is the process that runs."""

    def __init__(self, server: Server) -> None:
        self.now = server

    def kill(self) -> None:
        self.now.process.kill()
        self.now.process.wait(timeout=PATIENCE_S)

    def restart(self) -> Server:
        """The same command on the same data; returns when it answers."""
        old = self.now
        old.api.close()
        env = {**os.environ, "MOCKOPENAI_DATA_DIR": str(old.data_dir), **old.env}
        process = zygote().start(old.command[2:], env, old.log)
        self.now = Server(process, old.url, old.data_dir, old.env, old.command, old.log)
        wait_for(self._is_up, timeout_s=START_S)
        return self.now

    def _is_up(self) -> bool:
        assert self.now.process.poll() is None, self.now.log.read_text()
        try:
            return self.now.api.get("/api/desk").status_code == 200
        except httpx.TransportError:
            return False


@pytest.fixture(scope="package")
def mortal(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mortal]:
    """One server for all tests that kill it; what no preset accepts waits."""
    server = Mortal(start_server(tmp_path_factory.mktemp(f"mortal-{kind}"), **fresh(kind)))
    yield server
    server.now.stop()
