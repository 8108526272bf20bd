"""Dashboards that never read their sockets: the others hear everything, and memory stays bounded."""

import asyncio
import base64
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from benchmarks import rest, servers, traffic
from benchmarks.dashboards import HEAR_LIMIT_S, Dashboard, watching
from benchmarks.figure import Figure, Options
from benchmarks.servers import Server
from benchmarks.steady import Steady

OPEN, DEAF = 50, 5
CALLS, PAUSE_S = 200, 0.1
CONTENT_BYTES = 60_000  # an event carries up to 64 kB of a body


@asynccontextmanager
async def deaf(port: int) -> AsyncIterator[asyncio.StreamReader]:
    """A page that opens its WebSocket and never reads again."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1)
    key = base64.b64encode(secrets.token_bytes(16)).decode()
    head = f"GET /ws HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\norigin: http://127.0.0.1:{port}\r\n"
    upgrade = (
        f"connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: {key}"
    )
    writer.write(f"{head}{upgrade}\r\n\r\n".encode())
    assert (await reader.readexactly(12)).endswith(b"101")
    writer.transport.pause_reading()  # type: ignore[attr-defined] # asyncio's own transports have it
    try:
        yield reader
    finally:
        writer.transport.abort()


async def listen(server: Server, *, open_: int = OPEN, deaf_: int = DEAF, calls: int = CALLS) -> list[Figure]:
    """Calls with large bodies one after another, then a burst of small ones; what each heard of them."""
    async with AsyncExitStack() as stack:
        opened = await stack.enter_async_context(watching(server.port, open_ - deaf_))
        for _ in range(deaf_):
            await stack.enter_async_context(deaf(server.port))
        before_mb = server.rss_bytes() / 1e6
        large = traffic.request_body(content="x" * CONTENT_BYTES)
        faults = await _hear(server, opened, calls, body=large, pause_s=PAUSE_S)
        peak_mb = server.rss_bytes() / 1e6 - before_mb
        faults += await _hear(server, opened, calls, body=traffic.request_body(), pause_s=0)
        faults += ["the numbering of a dashboard has gaps"] if any(one.gaps for one in opened) else []
        peak_mb = max(peak_mb, server.rss_bytes() / 1e6 - before_mb)
    detail = (
        f"{deaf_} of {open_} dashboards never read; {calls} calls of {CONTENT_BYTES:,} bytes, as many at once"
    )
    return [Figure(name="deaf-memory", value=peak_mb, detail=detail, faults=tuple(faults))]


async def _hear(
    server: Server, opened: list[Dashboard], calls: int, *, body: bytes, pause_s: float
) -> list[str]:
    """So many calls; every dashboard must know of each, by name or by a resync after the last one."""
    for one in opened:
        one.fresh()
    await asyncio.to_thread(rest.fill, server.port, range(calls), caller="deaf")
    await asyncio.sleep(1.5)  # the events of the filling are a burst of their own
    client = Steady(server.port, "deaf", body=body)
    for _ in range(calls):
        await client.call()
        await asyncio.sleep(pause_s)
    until, limit = time.perf_counter(), time.perf_counter() + HEAR_LIMIT_S
    client.close()
    while not_yet := [one for one in opened if not one.heard(calls, until)]:
        if time.perf_counter() > limit:
            return [f"{len(not_yet)} dashboards heard {not_yet[0].completed} of {calls} {not_yet[0].closed}"]
        await asyncio.sleep(0.05)
    return [] if len(client.serials) == calls else [f"{calls - len(client.serials)} calls failed"]


async def unheard(_: Options) -> list[Figure]:
    """The row `deaf`."""
    with servers.mock(MOCKOPENAI_FALLBACK="refuse") as server:
        [usual] = await listen(server, deaf_=0)  # the first events to so many cost what is kept for the next
        [figure] = await listen(server)
    detail = f"{figure.detail}; before, with none that is deaf: {usual.value:.0f} MB more"
    return [Figure(name=figure.name, value=figure.value, detail=detail, faults=usual.faults + figure.faults)]
