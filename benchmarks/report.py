"""What is told: progress on stderr, the results as a Markdown table or as JSON."""

import datetime
import importlib.metadata
import json
import os
import platform
import sys
from collections.abc import Mapping
from pathlib import Path

from benchmarks import servers
from benchmarks.figure import Figure, Target

FAULTS_SHOWN = 3
LOAD_BEFORE = os.getloadavg()[0]
PACKAGES = ("django", "channels", "uvicorn", "uvloop", "httptools", "fastapi", "pydantic", "orjson")


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def is_met(figure: Figure, target: Target | None) -> bool:
    """True unless the target was missed or an answer was wrong."""
    return not figure.faults and (target is None or target.is_met(figure.value, target.must))


def exit_status(figures: list[Figure], targets: Mapping[str, Target], *, strict: bool) -> int:
    """1 when an answer was wrong, and with `strict` when a target was missed."""
    wrong = any(figure.faults for figure in figures)
    missed = any(not is_met(figure, targets.get(figure.name)) for figure in figures)
    return int(wrong or (strict and missed))


def markdown(figures: list[Figure], targets: Mapping[str, Target]) -> str:
    """Where and when it was measured, then a table row for each figure."""
    lines = [f"{name}: {value}  " for name, value in surroundings().items()]
    lines += [
        "",
        "| what | measured | must | stretch | met | detail |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    lines += [_row(figure, targets.get(figure.name)) for figure in figures]
    return "\n".join(lines) + "\n"


def as_json(figures: list[Figure], targets: Mapping[str, Target]) -> str:
    rows = [
        {
            "name": figure.name,
            "value": round(figure.value, 4),
            "unit": target.unit if target else "",
            "must": target.must if target else None,
            "stretch": target.stretch if target else None,
            "met": is_met(figure, target),
            "detail": figure.detail,
            "faults": list(figure.faults),
        }
        for figure in figures
        for target in [targets.get(figure.name)]
    ]
    return json.dumps({"surroundings": surroundings(), "figures": rows}, indent=2, ensure_ascii=False) + "\n"


def surroundings() -> dict[str, str]:
    """The machine, the versions, the date."""
    versions = (f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    cores = f"server on core {servers.SERVER_CORE}, driver on core {servers.DRIVER_CORE}"
    if servers.SERVER_CORE == servers.DRIVER_CORE:
        cores = "ONE core for server and driver: ratios are not comparable with other machines"
    return {
        "Date": f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M} UTC",
        "Machine": f"{_processor()}, {os.cpu_count()} cores, Linux {platform.release()}; {cores}",
        "Load before": f"{LOAD_BEFORE:.1f} (more than 0.2 makes figures doubtful)",
        "Python": platform.python_version(),
        "Packages": ", ".join(versions),
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _row(figure: Figure, target: Target | None) -> str:
    wrong = [f"**WRONG: {fault}**" for fault in figure.faults[:FAULTS_SHOWN]]
    detail = "; ".join(filter(None, [*wrong, figure.detail]))
    if target is None:
        return (
            f"| {figure.name} | {_number(figure.value)} | | | {'WRONG' if figure.faults else ''} | {detail} |"
        )
    sign = "≤" if target.at_most else "≥"
    stretch = f"{sign} {_number(target.stretch)}" if target.stretch is not None else ""
    met = "no" if not is_met(figure, target) else "yes"
    if met == "yes" and target.stretch is not None and target.is_met(figure.value, target.stretch):
        met = "stretch"
    measured = f"{_number(figure.value)} {target.unit}"
    return f"| {figure.name} | {measured} | {sign} {_number(target.must)} | {stretch} | {met} | {detail} |"


def _number(value: float | None) -> str:
    return (
        ""
        if value is None
        else f"{value:,.0f}"
        if abs(value) >= 100 or value == int(value)
        else f"{value:.3g}"
    )
