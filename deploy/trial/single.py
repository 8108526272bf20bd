"""The single container: SQLite in a volume, backup and restore inside it."""

import time
from contextlib import suppress

import httpx

from deploy.trial.calls import CALL
from deploy.trial.stack import TrialError, docker, wait_for
from deploy.trial.steps import check

IMAGE = "mockopenai:0.1.0"
NAME = "mockopenai-trial-single"


def single(port: int) -> str:
    """As the README runs it, on a read-only root besides, which it has to stand."""
    url = f"http://127.0.0.1:{port}"
    options = ["--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "-e", "MOCKOPENAI_OPEN=1"]
    try:
        docker(
            "run",
            "-d",
            "--name",
            NAME,
            *options,
            "-p",
            f"127.0.0.1:{port}:8000",
            "-v",
            f"{NAME}:/data",
            IMAGE,
        )
        began = time.monotonic()
        with httpx.Client(base_url=url, timeout=30) as api:
            wait_for(lambda: api.get("/v1/models").status_code == 200, "the single container")
            up_s = time.monotonic() - began
            return f"answers after {up_s:.1f} s; " + _backed_up(api)
    finally:
        with suppress(TrialError):
            docker("rm", "-f", NAME)
        with suppress(TrialError):
            docker("volume", "rm", NAME)


def _backed_up(api: httpx.Client) -> str:
    responses = [{"content": str(number)} for number in range(30)]
    api.post("/api/preset-queue/kept/batch", json={"responses": responses}).raise_for_status()
    docker("exec", NAME, "python", "manage.py", "backup", "/data/backup.sqlite3")
    for _ in range(10):
        api.post("/as/kept/v1/chat/completions", json=CALL).raise_for_status()
    began = time.monotonic()
    docker("stop", "-t", "30", NAME)
    stop_s = time.monotonic() - began
    code = docker("inspect", "-f", "{{.State.ExitCode}}", NAME).decode().strip()
    check(true=code == "0" and stop_s < 10, what=f"it ended with {code} after {stop_s:.1f} s")
    docker("run", "--rm", "-v", f"{NAME}:/data", IMAGE, "restore", "/data/backup.sqlite3")
    docker("start", NAME)
    wait_for(lambda: api.get("/api/preset-queue/kept").json()["count"] == 30, "30 presets again")
    return f"ended in {stop_s:.1f} s with 0; a backup brought 10 used presets back"
