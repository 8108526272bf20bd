"""python -m benchmarks: measures the mock against a FastAPI hello-world on this machine."""

import argparse
import asyncio
import contextlib
import itertools
import os
import resource
import signal
import sys
from pathlib import Path

import uvloop

from benchmarks import parked, report, rest, servers
from benchmarks.driver import drive
from benchmarks.figure import Figure, Options
from benchmarks.rates import Yardstick
from benchmarks.report import say
from benchmarks.rows import ROWS, TARGETS

CEILING_REQUESTS = 40_000


def options_of(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=list(ROWS), metavar="ROW", help=", ".join(ROWS))
    parser.add_argument("--seconds", type=float, default=2.0, help="of each measured run (default 2)")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each server, in turn (default 5)")
    parser.add_argument("--parked", type=int, default=2000, help="calls to park (default 2,000)")
    parser.add_argument("--streams", type=int, default=1000, help="paced streams (default 1,000)")
    parser.add_argument("--full", action="store_true", help=f"park {parked.FULL:,} calls")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table there, too")
    parser.add_argument("--strict", action="store_true", help="exit status 1 when a target is missed")
    return parser.parse_args(arguments)


async def ceiling() -> list[Figure]:
    """What the driver itself can do: no figure near it is the server's."""
    with servers.yardstick(bare=True) as bare:
        outcome = await drive(
            bare.port,
            requests=itertools.repeat(Yardstick.REQUEST, CEILING_REQUESTS),
            connections=64,
            limit_s=60,
        )
    return [Figure(name="driver-ceiling", value=outcome.rate, detail="requests/s over 64 connections")]


async def measure(rows: list[str], options: Options) -> list[Figure]:
    """The figures of the rows; a row that breaks gives one figure that says why, and the next goes on."""
    say("the driver's own ceiling")
    figures = await ceiling()
    for row in rows:
        say(f"row {row}")
        try:
            figures += await ROWS[row](options)
        except (servers.ServerDiedError, rest.RefusedError, OSError, LookupError, ValueError) as error:
            figures.append(Figure(name=row, value=0, faults=(" ".join(f"{error!r}".split()),)))
            say(f"row {row} broke: {error}")
    return figures


def prepare() -> None:
    """The driver on its own core, as many files as are allowed, and a SIGTERM that ends the servers too."""
    os.sched_setaffinity(0, {servers.DRIVER_CORE})
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def main(arguments: list[str] | None = None) -> int:
    asked = options_of(arguments)
    prepare()
    options = Options(
        seconds=asked.seconds,
        rounds=max(1, asked.rounds),
        parked=parked.FULL if asked.full else asked.parked,
        streams=asked.streams,
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        figures = runner.run(measure(asked.only or list(ROWS), options))
    table = report.markdown(figures, TARGETS)
    print(table)
    if asked.markdown:
        asked.markdown.write_text(table)
    if asked.json:
        asked.json.write_text(report.as_json(figures, TARGETS))
    return report.exit_status(figures, TARGETS, strict=asked.strict)


if __name__ == "__main__":
    sys.exit(main())
