"""Builds the image, runs docker-compose.yml for real, uses it as a team would, and breaks it: python -m deploy.trial.

Needs Docker, the packages of requirements-dev.txt and a Chromium; about ten minutes. Loads only this machine.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from deploy.trial import accounts, outages, steps
from deploy.trial.single import IMAGE, single, single_by_environment
from deploy.trial.stack import ROOT, Stack, compose_version, docker, missing

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
    print(f"{_conditions()}, {options.workers} server processes\n")
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
    people = accounts.People()
    return [
        ("image", lambda: _built(stack)),
        ("up", lambda: _up(stack)),
        ("hardening", lambda: steps.hardened(stack)),
        ("doctor", lambda: steps.doctor(stack)),
        ("strangers", lambda: accounts.strangers(stack)),
        ("first admin", lambda: accounts.first_admin(stack, people)),
        ("operator", lambda: accounts.operator(stack, people)),
        ("token", lambda: accounts.token(stack, people)),
        ("presets", lambda: steps.presets(stack)),
        ("stream", lambda: steps.streamed(stack)),
        ("large bodies", lambda: steps.large_bodies(stack)),
        ("socket", lambda: steps.socket(stack)),
        ("addresses", lambda: steps.addresses(stack)),
        ("by hand", lambda: accounts.by_hand(stack, people, picture)),
        ("kill -9", lambda: steps.worker_killed(stack)),
        ("Redis away", lambda: outages.redis_away(stack)),
        ("PostgreSQL away", lambda: outages.database_away(stack)),
        ("required key", lambda: accounts.required_key(stack, people)),
        ("dump", lambda: outages.dumped(stack)),
        ("upgrade", lambda: outages.recreated(stack)),
        ("restart", lambda: outages.all_restarted(stack)),
        ("accounts", lambda: accounts.everybody_is_still_there(stack, people)),
        ("single", lambda: single(single_port)),
        ("single, by environment", lambda: single_by_environment(single_port)),
    ]


def _conditions() -> str:
    """When and on what: for the record."""
    engine = docker("version", "-f", "{{.Server.Version}}").decode().strip()
    day = datetime.now(UTC).date().isoformat()
    return (
        f"{day}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Docker {engine}, {compose_version()}"
    )


def _built(stack: Stack) -> str:
    stack.compose("build", "web")
    whole = int(docker("inspect", "-f", "{{.Size}}", IMAGE))
    layers = docker("history", "--no-trunc", "--format", "{{.Size}}\t{{.CreatedBy}}", IMAGE).decode()
    own = [line.split("\t")[0] for line in layers.splitlines() if "COPY" in line]
    base = next(
        line.split()[1] for line in (ROOT / "Dockerfile").read_text().splitlines() if "ARG PYTHON" in line
    )
    below = int(docker("inspect", "-f", "{{.Size}}", base.partition("=")[2]))
    mb = f"{whole / 1e6:.0f} MB on a base of {below / 1e6:.0f} MB"
    return f"{mb}; our layers are {' and '.join(reversed(own))}"


def _up(stack: Stack) -> str:
    stack.compose("up", "-d")
    stack.wait_until_healthy()
    healthy = ", ".join(name for name, state in stack.health().items() if state == "healthy")
    return f"{healthy} healthy: {stack.versions()}"


if __name__ == "__main__":
    sys.exit(main())
