"""What machines ask of a server: /livez, /readyz, /metrics; at the door, before Django's middleware."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, cast
from urllib.parse import parse_qs

import orjson
from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse

from apps.accounts.address import client_address, is_in
from apps.desk.waiting import waiting_here
from apps.gateway import upkeep
from apps.gateway.line import Receive, Send
from apps.journal.writer import apart, writer
from apps.live.outage import redis_errors
from apps.live.tasks import spawn
from apps.stats.exposition import exposition
from apps.stats.kept import kept
from apps.stats.standing import standing
from apps.wire.caller_name import read_address

PATIENCE_S = 2.0  # whoever asks gives up soon, too
PATHS = frozenset({"/livez", "/readyz", "/metrics"})
JSON = "application/json"
FORWARDED = (b"x-forwarded-for", b"forwarded", b"x-real-ip")

log = logging.getLogger(__name__)


class Asked(NamedTuple):
    """A request, as either door hands it over."""

    path: str
    query: str
    accept: str
    peer_ip: str
    forwarded_for: str | None = None  # what proxies say of who asks; None when none has passed it on
    method: str = "GET"


class Answer(NamedTuple):
    status: int
    body: bytes
    content_type: str = JSON


class _Look:
    """One look at a time: whoever asks while one is under way waits for the same one."""

    def __init__(self, look: Callable[[], Awaitable[str]]) -> None:
        self._look = look
        self._task: asyncio.Task[str] | None = None

    async def fault(self) -> str:
        """What is wrong; "" when nothing is."""
        task = self._task
        if task is None or task.done() or task.get_loop() is not asyncio.get_running_loop():
            task = self._task = spawn(self._run(), name="ready")
        done, _ = await asyncio.wait((task,), timeout=PATIENCE_S)
        return task.result() if done else f"gives no answer within {PATIENCE_S:g} s"

    async def _run(self) -> str:
        return await self._look()


async def _database() -> str:
    """Whether a transaction of the writer goes through: what every call needs."""
    try:
        await writer.run(_ask_database)
    except Error as error:
        log.warning("Not ready: the database cannot be used: %s", error)
        return "cannot be used: the server's log says why"
    return ""


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


async def _channel_layer() -> str:
    if not settings.REDIS_URL:
        return ""  # in memory
    import redis.asyncio  # 5 MB, which nobody needs who has no Redis

    try:
        # Unlike the layer's own connections this one gives up.
        async with redis.asyncio.from_url(
            settings.REDIS_URL, socket_timeout=PATIENCE_S / 2, socket_connect_timeout=PATIENCE_S / 2
        ) as client:
            await cast(Any, client.ping())
    except redis_errors(OSError) as error:
        log.warning("Not ready: Redis cannot be used: %s", error)
        return "Redis cannot be used: the server's log says why"
    return ""


CHECKS = {"database": _Look(_database), "channel_layer": _Look(_channel_layer)}


async def answered(asked: Asked) -> Answer:
    """The answer for one of PATHS; never late."""
    if asked.method not in ("GET", "HEAD"):
        return Answer(405, orjson.dumps({"detail": "Only GET is answered here."}))
    if asked.path == "/livez":
        return Answer(200, b'{"alive":true}')
    return await (_ready(asked) if asked.path == "/readyz" else _metrics(asked))


async def _ready(asked: Asked) -> Answer:
    """200, or 503 with what is wrong: {"ready": false, "problems": {"database": TEXT}}."""
    left_out = parse_qs(asked.query).get("exclude", [])
    wanted = [name for name in CHECKS if name not in left_out]
    problems = {"server": "is about to end"} if waiting_here().closing else {}
    faults = await asyncio.gather(*(CHECKS[name].fault() for name in wanted))
    problems |= {name: fault for name, fault in zip(wanted, faults, strict=True) if fault}
    if problems:
        return Answer(503, orjson.dumps({"ready": False, "problems": problems}))
    return Answer(200, b'{"ready":true}')


async def _metrics(asked: Asked) -> Answer:
    trusted = settings.MOCKOPENAI_TRUSTED_PROXIES
    # A proxy that nobody has named has an address of the private network, whoever has sent it.
    through_stranger = asked.forwarded_for is not None and not is_in(read_address(asked.peer_ip), trusted)
    address = read_address(client_address(asked.peer_ip, asked.forwarded_for or "", trusted))
    if through_stranger or not is_in(address, settings.MOCKOPENAI_METRICS_FROM):
        text = "Figures are not for this address: see MOCKOPENAI_METRICS_FROM."
        return Answer(403, orjson.dumps({"detail": text}))
    found = await _in_time(writer.run(kept))
    now = await _in_time(asyncio.get_running_loop().run_in_executor(None, apart, standing)) if found else None
    return Answer(200, *exposition(asked.accept, found, now))


async def _in_time(looking: Awaitable[Any]) -> Any:
    """None when the database does not answer in time."""
    try:
        return await asyncio.wait_for(looking, timeout=PATIENCE_S)
    except (TimeoutError, Error) as error:
        log.warning("No figures: %s", error or "the database gives no answer")
        return None


async def serve(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """The door's way."""
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    peer_ip, _ = scope.get("client") or ("", 0)
    asked = Asked(
        path=scope["path"],
        query=scope.get("query_string", b"").decode("latin-1"),
        accept=headers.get(b"accept", ""),
        peer_ip=peer_ip or "",
        forwarded_for=next((headers[name] for name in FORWARDED if name in headers), None),
        method=scope["method"],
    )
    if asked.path != "/livez":
        spawn(upkeep.ensure_started(), name="start")  # under a server that says nothing of its start
    answer = await answered(asked)
    told = [
        (b"content-type", answer.content_type.encode()),
        (b"content-length", b"%d" % len(answer.body)),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": told})
    await send({"type": "http.response.body", "body": b"" if asked.method == "HEAD" else answer.body})


async def view(request: HttpRequest) -> HttpResponse:
    """Django's way, where the door does not stand in front."""
    headers = {name.lower().encode(): value for name, value in request.headers.items()}
    asked = Asked(
        path=request.path,
        query=request.META.get("QUERY_STRING", ""),
        accept=request.headers.get("Accept", ""),
        peer_ip=request.META.get("REMOTE_ADDR", ""),
        forwarded_for=next((headers[name] for name in FORWARDED if name in headers), None),
        method=request.method or "GET",
    )
    answer = await answered(asked)
    told = {"Cache-Control": "no-store"}
    return HttpResponse(answer.body, status=answer.status, content_type=answer.content_type, headers=told)
