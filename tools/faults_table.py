"""Writes what SDKs do with each fault into docs/faults.md, from a real run: `python tools/faults_table.py`.

A server of its own; the installed Python SDK, one of the major version before, and that of Node, the last two
kept in .faults-sdks/. What cannot be installed is left out, and the table says so.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from apps.wire.faults.table import FAULTS  # noqa: E402
from tests.conftest import Server, start_server  # noqa: E402

KEPT = ROOT / ".faults-sdks"
OLDER = "openai>=2,<3"
DOC = ROOT / "docs" / "faults.md"
BEGIN, END = "<!-- made by tools/faults_table.py -->", "<!-- end -->"
TEXT = {"content": "Grüße aus dem kleinen Haus am See, und bis bald"}
WEATHER = {"tool_calls": [{"name": "get_weather", "arguments": {"city": "Oslo"}}]}
SMALL: dict[str, dict[str, int]] = {"huge-body": {"size_mb": 1}, "slow-drip": {"pause_ms": 1}}
WITH_TOOLS = ("bad-tool-arguments", "unknown-tool")
NAMES = [row.name for row in FAULTS]
Met = dict[str, Any]


def python(server: Server, path: Path | None) -> Met | None:
    env = {**os.environ, **({"PYTHONPATH": str(path)} if path else {})}
    return _run([sys.executable, "tools/faults/meet.py", server.base_url, *NAMES], env)


def older() -> Path | None:
    folder = KEPT / "python-2"
    if not folder.exists():
        pip = [sys.executable, "-m", "pip", "install", "-q", "--target", str(folder), OLDER]
        if subprocess.run(pip, check=False).returncode:  # noqa: S603
            return None
    return folder


def node(server: Server) -> Met | None:
    folder = KEPT / "node"
    if not (folder / "node_modules" / "openai").exists():
        folder.mkdir(parents=True, exist_ok=True)
        npm = ["npm", "install", "--silent", "--no-fund", "--prefix", str(folder), "openai"]
        if subprocess.run(npm, check=False).returncode:  # noqa: S603
            return None
    env = {**os.environ, "SDK_DIR": str(folder)}
    return _run(["node", "tools/faults/meet.mjs", server.base_url, *NAMES], env)


def _run(command: list[str], env: dict[str, str]) -> Met | None:
    done = subprocess.run(  # noqa: S603
        command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=200, check=False
    )
    if done.returncode:
        sys.stderr.write(done.stderr[-2000:])
        return None
    met: Met = json.loads(done.stdout)
    return met


def prepare(server: Server) -> None:
    """A preset that does not run out for each fault, way and SDK."""
    for row in FAULTS:
        response = WEATHER if row.name in WITH_TOOLS else TEXT
        fault = {"name": row.name, **SMALL.get(row.name, {})}
        entry = {"response": response, "fault": fault, "uses": None}
        for way in ("whole", "streamed"):
            for sdk in ("py2", "py3", "node"):
                answer = server.api.post(f"/api/preset-queue/{row.name}-{way}-{sdk}", json=entry)
                answer.raise_for_status()


def attempts(api: httpx.Client) -> Counter[str]:
    """How many calls each caller made."""
    counted: Counter[str] = Counter()
    for line in api.get("/api/exchanges/export?format=jsonl").text.splitlines():
        counted[json.loads(line)["caller"]] += 1
    return counted


def table(columns: dict[str, tuple[str, Met | None]], counted: Counter[str]) -> str:
    there = {sdk: (title, met) for sdk, (title, met) in columns.items() if met is not None}
    left_out = [title for sdk, (title, met) in columns.items() if met is None]
    heads = [f"{title} {met['version']}" for title, met in there.values() if met]
    lines = [f"| fault | way | {' | '.join(heads)} |", f"| --- | --- |{' --- |' * len(heads)}"]
    for name in NAMES:
        whole, streamed = (_cells(name, index, there, counted) for index in (0, 1))
        ways = {"both": whole} if whole == streamed else {"whole": whole, "streamed": streamed}
        lines += [f"| `{name}` | {way} | {cells} |" for way, cells in ways.items()]
    lines += [f"\nNot installed when this was made: {', '.join(left_out)}."] if left_out else []
    return "\n".join(lines)


def _cells(name: str, index: int, there: dict[str, tuple[str, Met | None]], counted: Counter[str]) -> str:
    way = ("whole", "streamed")[index]
    told = [
        (met or {})["met"][name][index] + (" after a retry" if counted[f"{name}-{way}-{sdk}"] > 1 else "")
        for sdk, (_, met) in there.items()
    ]
    return " | ".join(told)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        server = start_server(Path(folder) / "data")
        try:
            prepare(server)
            before = older()
            columns = {
                "py3": ("Python", python(server, None)),
                "py2": ("Python", python(server, before) if before else None),
                "node": ("Node", node(server)),
            }
            made = table(columns, attempts(server.api))
        finally:
            server.stop()
    head, _, rest = DOC.read_text().partition(BEGIN)
    DOC.write_text(f"{head}{BEGIN}\n{made}\n{END}{rest.partition(END)[2]}")


if __name__ == "__main__":
    main()
