"""Paced streams: a thousand at once at 20 ms a token; how even the gaps are, and how late the end is."""

import asyncio
import itertools
import re
import resource
import time
from functools import partial
from typing import cast

from benchmarks import rest, servers, traffic
from benchmarks.driver import connect, percentile
from benchmarks.figure import Figure, Options
from benchmarks.report import say

TOKEN_MS = 20
FILES_SPARE = 100
START_OVER_S = 1.0  # the streams begin spread over a second, as callers do
LIMIT_S = 90.0
TOKEN = re.compile(rb'"content":\s*"(?!")')  # a frame with a piece of text


class Stream(asyncio.Protocol):
    """One streamed call; every piece that arrives is kept with its time, and read afterwards."""

    def __init__(self, request: bytes) -> None:
        self.request = request
        self.pieces: list[tuple[float, bytes]] = []
        self.whole = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def start(self) -> None:
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        self.pieces.append((time.perf_counter(), data))
        if data.endswith(b"\r\n0\r\n\r\n") or data == b"0\r\n\r\n":
            self.whole = True

    def token_times(self) -> list[float]:
        return [at for at, data in self.pieces for _ in TOKEN.findall(data)]

    def answer(self) -> bytes:
        return b"".join(data for _, data in self.pieces)


async def paced(options: Options) -> list[Figure]:
    """Streams with a pace over as many connections; left out where a process may not open that many files."""
    if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < options.streams + FILES_SPARE:
        say("paced: left out, too few open files are allowed here (ulimit -n)")
        return []
    serials = range(1, options.streams + 1)
    request = traffic.http_request("/v1/chat/completions", traffic.request_body(stream=True))
    with servers.mock(MOCKOPENAI_FALLBACK="refuse") as server:
        pace = {"first_token_ms": TOKEN_MS, "token_ms": TOKEN_MS}
        await asyncio.to_thread(rest.fill, server.port, serials, pace=pace)
        streams = await connect(server.port, [partial(Stream, request)] * options.streams)
        await asyncio.to_thread(server.settle)
        cpu_s, started = server.cpu_s(), time.perf_counter()
        loop = asyncio.get_running_loop()
        for number, stream in enumerate(streams):
            loop.call_later(START_OVER_S * number / len(streams), stream.start)
        await _all_whole(streams)
        share = (server.cpu_s() - cpu_s) / (time.perf_counter() - started)
    return _figures(streams, serials, f"{share:.2f} of a core")


async def _all_whole(streams: list[Stream]) -> None:
    until = time.monotonic() + LIMIT_S
    while time.monotonic() < until and not all(stream.whole for stream in streams):
        await asyncio.sleep(0.1)


def _figures(streams: list[Stream], serials: range, share: str) -> list[Figure]:
    times = [stream.token_times() for stream in streams]
    gaps = [(b - a) * 1000 for one in times for a, b in itertools.pairwise(one)]
    late = [(one[-1] - one[0]) * 1000 - (len(one) - 1) * TOKEN_MS for one in times if one]
    size = f"{len(streams)} streams of {max(map(len, times))} tokens"
    detail = f"{size}; gap p50 {percentile(gaps, 50):.1f} ms; {share}"
    return [
        Figure(
            name="paced-gap-p99", value=percentile(gaps, 99), detail=detail, faults=_faults(streams, serials)
        ),
        Figure(
            name="paced-late-p99", value=percentile(late, 99), detail=f"p50 {percentile(late, 50):.1f} ms"
        ),
    ]


def _faults(streams: list[Stream], serials: range) -> tuple[str, ...]:
    answers = [stream.answer() for stream in streams if stream.whole]
    found = [f"{len(streams) - len(answers)} streams did not end"] if len(answers) < len(streams) else []
    if not all(map(traffic.says_it_all, answers)):
        found.append("a stream did not say all of its text")
    if sorted(map(traffic.serial_of, answers)) != list(serials):
        found.append("the streams are not one of each preset")
    return tuple(found)
