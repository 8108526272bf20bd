"""Builds the image, runs docker-compose.yml for real, uses it as a team would, and breaks it: python -m deploy.trial.

Needs Docker, the packages of requirements-dev.txt and a Chromium; about ten minutes. Loads only this machine.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from deploy.trial import outages, steps
from deploy.trial.single import IMAGE, single
from deploy.trial.stack import ROOT, Stack, docker, missing

PICTURE = ROOT / "docs" / "screenshots" / "deployed.png"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.trial", description=__doc__)
    parser.add_argument(
        "--port", type=int, default=18080, help="of nginx; the next one is the single container's"
    )
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", action="store_true", help="leave the stack running")
    options = parser.parse_args()
    if why := missing():
        print(f"SKIPPED, NOTHING WAS TRIED: {why}.", file=sys.stderr)
        return 0
    stack = Stack(port=options.port, workers=options.workers)
    print("| what | seen | s |\n| --- | --- | --- |", flush=True)
    try:
        for name, step in _steps(stack, options.port + 1, PICTURE):
            began = time.monotonic()
            seen = step()
            print(f"| {name} | {seen} | {time.monotonic() - began:.0f} |", flush=True)
    except BaseException:
        print(stack.compose("ps").decode(), stack.compose("logs", "--tail", "40").decode(), file=sys.stderr)
        raise
    finally:
        if not options.keep:
            stack.remove()
    return 0


def _steps(stack: Stack, single_port: int, picture: Path) -> list[tuple[str, Callable[[], str]]]:
    return [
        ("image", lambda: _built(stack)),
        ("up", lambda: _up(stack)),
        ("hardening", lambda: steps.hardened(stack)),
        ("doctor", lambda: steps.doctor(stack)),
        ("presets", lambda: steps.presets(stack)),
        ("stream", lambda: steps.streamed(stack)),
        ("large bodies", lambda: steps.large_bodies(stack)),
        ("socket", lambda: steps.socket(stack)),
        ("addresses", lambda: steps.addresses(stack)),
        ("by hand", lambda: steps.by_hand(stack, picture)),
        ("kill -9", lambda: steps.worker_killed(stack)),
        ("Redis away", lambda: outages.redis_away(stack)),
        ("dump", lambda: outages.dumped(stack)),
        ("upgrade", lambda: outages.recreated(stack)),
        ("restart", lambda: outages.all_restarted(stack)),
        ("single", lambda: single(single_port)),
    ]


def _built(stack: Stack) -> str:
    stack.compose("build", "web")
    whole = int(docker("inspect", "-f", "{{.Size}}", IMAGE))
    layers = docker("history", "--no-trunc", "--format", "{{.Size}}\t{{.CreatedBy}}", IMAGE).decode()
    own = [line.split("\t")[0] for line in layers.splitlines() if "COPY" in line]
    return f"{whole / 1e6:.0f} MB, of which our layers {' + '.join(reversed(own))}"


def _up(stack: Stack) -> str:
    stack.compose("up", "-d")
    stack.wait_until_healthy()
    return ", ".join(f"{name} {state}" for name, state in stack.health().items())


if __name__ == "__main__":
    sys.exit(main())
