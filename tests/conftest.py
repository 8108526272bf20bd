"""Fixtures that every test may use: a real server in a process of its own, and its parts."""

import atexit
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.zygote import Forked, zygote

ROOT = Path(__file__).resolve().parent.parent
START_S = 60
# Nothing here speaks TLS: an empty folder of certificates spares each client 30 ms of reading all of certifi's.
os.environ["SSL_CERT_DIR"] = tempfile.mkdtemp(prefix="mockopenai-no-certificates-")
atexit.register(shutil.rmtree, os.environ["SSL_CERT_DIR"], ignore_errors=True)
PATIENCE_S = 30  # for what takes a moment: a busy machine takes longer, a broken program for ever


@dataclass
class Server:
    """A running server: `url` without a slash at the end; stops with the test that asked for it."""

    process: "subprocess.Popen[bytes] | Forked"
    url: str
    data_dir: Path
    env: dict[str, str]
    command: list[str]
    log: Path
    api: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.api = httpx.Client(base_url=self.url, timeout=30)

    @property
    def base_url(self) -> str:
        return f"{self.url}/v1"

    @property
    def ws_url(self) -> str:
        return self.url.replace("http", "ws", 1) + "/ws"

    def queue(self, caller: str, *responses: dict[str, Any], **fields: Any) -> dict[str, Any]:
        """Queues one preset for each response."""
        answer = self.api.post(f"/api/preset-queue/{caller}/batch", json={"responses": responses, **fields})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def waiting(self, count: int) -> list[dict[str, Any]]:
        """The waiting calls, once there are that many."""
        return wait_for(lambda: self._waiting(count))

    def _waiting(self, count: int) -> list[dict[str, Any]] | None:
        items = self.api.get("/api/desk").json()["items"]
        return items if len(items) == count else None

    def answer(
        self,
        exchange_id: str,
        content: str = "hi",
        *,
        by: str = "",
        take_over: bool = False,
        key: str = "",
        **fields: Any,
    ) -> httpx.Response:
        """Answers a waiting call; what came of it in the end.

        A busy server may say at first that the reply is on its way (202): the same answer is then given again.
        """
        path, body = f"/api/desk/{exchange_id}/answer", {"response": {"content": content}, **fields}
        headers = {"idempotency-key": key or uuid4().hex, **({"x-mock-person": by} if by else {})}
        query = {"take_over": "true"} if take_over else {}

        def told() -> httpx.Response | None:
            answer = self.api.post(path, json=body, headers=headers, params=query)
            return None if answer.status_code == 202 else answer

        return wait_for(told)

    def exchange(self, exchange_id: str) -> dict[str, Any]:
        return self.api.get(f"/api/exchanges/{exchange_id}").json()

    def stop(self, *, how: int = signal.SIGTERM, timeout_s: float = PATIENCE_S) -> int:
        self.api.close()
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            return self.process.wait(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            self.process.kill()  # the test fails, but leaves no server to slow down the rest
            raise


def complaints(server: Server) -> list[str]:
    """What its log says of errors, beside outages, which are warnings of a line each."""
    return [
        line
        for line in server.log.read_text().splitlines()
        if re.search(r"Traceback|\b(ERROR|CRITICAL) ", line)
    ]


def wait_for(look: Callable[[], Any], *, timeout_s: float = PATIENCE_S, pause_s: float = 0.02) -> Any:
    """What `look` returns as soon as it is neither None nor False."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        found = look()
        if found is not None and found is not False:
            return found
        time.sleep(pause_s)
    raise AssertionError(f"it did not happen within {timeout_s} s")


_given: set[int] = set()  # ports


def free_port() -> int:
    """One that no other process of this run is given: whoever is to listen there may take a while to begin."""
    import socket

    of = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    own = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % of
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port // 2 % of == own and port not in _given:  # what is chosen for us is odd, or even, as a rule
            _given.add(port)
            return port


def start_server(data_dir: Path, *, door: str = "serve", port: int | None = None, **env: str) -> Server:
    """Starts a server on a free port and waits until it answers.

    `door`: "serve" (our uvicorn), "alone" (the same, started from nothing), "daphne", or "view" (uvicorn with Django alone, without the ASGI door).
    """
    whole_env = {**os.environ, "MOCKOPENAI_DATA_DIR": str(data_dir), **env}
    data_dir.mkdir(parents=True, exist_ok=True)
    prepare(data_dir, whole_env)
    ports = [port] if port else [free_port(), free_port()]  # somebody else may be quicker to take the first
    for number in ports:
        command = _command(door, number)
        log = data_dir / f"server-{number}.log"
        process = _started(command, whole_env, log)
        server = Server(process, f"http://127.0.0.1:{number}", data_dir, env, command, log)
        try:
            wait_for(lambda: _is_up(server), timeout_s=START_S, pause_s=0.05)  # noqa: B023
            return server
        except BaseException as error:
            server.api.close()
            process.kill()
            said = log.read_text()
            if number != ports[-1] and "address already in use" in said.lower():
                continue
            if not isinstance(error, AssertionError):
                raise
            raise AssertionError(f"the server did not start:\n{said}") from None
    raise AssertionError("unreachable")


def _command(door: str, port: int) -> list[str]:
    return {
        "serve": [sys.executable, "manage.py", "serve", "--port", str(port)],
        # Not forked from a process that has loaded more than a server needs.
        "alone": [sys.executable, "./manage.py", "serve", "--port", str(port)],
        "daphne": [sys.executable, "-m", "daphne", "-p", str(port), "mockopenai.asgi:application"],
        # --no-proxy-headers: who calls is our decision, not the server's
        "view": [
            sys.executable,
            "-m",
            "uvicorn",
            "--no-proxy-headers",
            "--port",
            str(port),
            "--lifespan",
            "off",
            "tests.view_only:application",
        ],
    }[door]


def _started(command: list[str], env: dict[str, str], log: Path) -> "subprocess.Popen[bytes] | Forked":
    if command[1] == "manage.py":
        return zygote().start(command[2:], env, log)
    with log.open("wb") as output:
        return subprocess.Popen(command, cwd=ROOT, env=env, stdout=output, stderr=output)


def prepare(data_dir: Path, env: dict[str, str]) -> None:
    """Gives a server its tables: SQLite as a copy of a file that was made once."""
    database, url = data_dir / "mockopenai.sqlite3", env.get("DATABASE_URL", "")
    if url and url not in ready:
        migrate(env)
        ready.add(url)
    elif not url and not database.exists():
        shutil.copy(_migrated(), database)


ready: set[str] = set()  # databases by address that have their tables


@cache
def _migrated() -> Path:
    data_dir = Path(tempfile.mkdtemp(prefix="mockopenai-"))
    atexit.register(shutil.rmtree, data_dir, ignore_errors=True)
    migrate({**os.environ, "MOCKOPENAI_DATA_DIR": str(data_dir)})
    return data_dir / "mockopenai.sqlite3"


def migrate(env: dict[str, str]) -> None:
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "-v", "0"], cwd=ROOT, env=env, check=True, timeout=120
    )


def _is_up(server: Server) -> bool:
    if server.process.poll() is not None:
        raise AssertionError("the server has ended")
    try:
        return server.api.get("/v1/models").status_code in (200, 401)  # where keys are required
    except httpx.TransportError:
        return False


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Starts servers that end with the test: start(MOCKOPENAI_HOLD_S="2")."""
    with ExitStack() as started:  # one that does not end keeps none of the others from being ended

        def starting(*, data_dir: Path | None = None, **options: Any) -> Server:
            server = start_server(data_dir or tmp_path / "data", **options)
            started.callback(server.stop)
            return server

        yield starting


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = start_server(tmp_path_factory.mktemp("shared"))
    yield server
    server.stop()


@pytest.fixture
def server(shared_server: Server) -> Iterator[Server]:
    """One server for all tests that need no settings of their own; emptied before each."""
    left = _emptied(shared_server.data_dir / "mockopenai.sqlite3")
    for exchange_id in left:
        shared_server.api.post(f"/api/desk/{exchange_id}/abort?take_over=true")
    if left:
        shared_server.waiting(0)
    yield shared_server


RULES = ("draw", "owndraw", "faultrule", "latencyrule", "limit", "bucket", "control")
EMPTIED = (
    *("queues_preset", "queues_pause", "queues_fallback", "library_template", "library_given"),
    *(f"faults_{name}" for name in RULES),
)


def _emptied(database: Path) -> list[str]:
    """No presets, pauses and rules, the fallbacks as at the start; the calls that still wait. REST takes longer."""
    with closing(sqlite3.connect(database, timeout=20)) as connection, connection:
        for table in EMPTIED:
            connection.execute(f"DELETE FROM {table}")
        return [
            row[0] for row in connection.execute("SELECT id FROM journal_exchange WHERE state = 'waiting'")
        ]


@pytest.fixture(scope="session", autouse=True)
def _writer_ends(django_db_setup: None) -> Iterator[None]:
    """The writer's connection must be closed before the test database can go, and what is left for the audit
    log of that database goes with it."""
    yield
    from apps.accounts import audit
    from apps.journal.writer import writer

    writer.stop()
    audit.forget()


LONG = ("reliability", "browser", "desk", "backends", "queues")  # folders whose files take longest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first: begun last, they would be waited for while the other processes have nothing to do."""

    def place(item: pytest.Item) -> int:
        folder = item.path.relative_to(ROOT / "tests").parts[0]
        return LONG.index(folder) if folder in LONG else len(LONG)

    items.sort(key=place)
