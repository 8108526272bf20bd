"""The single container: accounts on its public address, SQLite in a volume, backup and restore inside it."""

import secrets
import time
from contextlib import suppress

import httpx

from deploy.trial import browser
from deploy.trial.accounts import link_in
from deploy.trial.calls import CALL
from deploy.trial.stack import TrialError, docker, wait_for
from deploy.trial.steps import check

IMAGE = "mockopenai:0.1.0"
NAME = "mockopenai-trial-single"


def single(port: int) -> str:
    """As the README runs it, on a read-only root besides, which it has to stand: the admin by the link in its log."""
    url = f"http://127.0.0.1:{port}"
    try:
        up_s = _start(url, port)
        password = secrets.token_urlsafe(18)
        with browser.browser() as page:
            browser.join(page, f"{url}{link_in(_log())}", "alice", password)
            token = browser.make_token(page, url, "editor")
        with httpx.Client(base_url=url, timeout=30, headers={"authorization": f"Bearer {token}"}) as api:
            kept = _backed_up(api)
        with browser.browser() as page:
            browser.log_in(page, url, "alice", password)
        return f"answers after {up_s:.1f} s; without an account `/api` is 401; alice by the link in `docker logs`; {kept}"
    finally:
        _remove()


def single_by_environment(port: int) -> str:
    """The admin from the environment; no link is printed."""
    url, password = f"http://127.0.0.1:{port}", secrets.token_urlsafe(18)
    try:
        _start(url, port, MOCKOPENAI_ADMIN_USER="alice", MOCKOPENAI_ADMIN_PASSWORD=password)
        with browser.browser() as page:
            browser.log_in(page, url, "alice", password)
        check(true="/join/" not in _log() and password not in _log(), what="its log tells too much")
        return (
            "alice from `MOCKOPENAI_ADMIN_USER` and `MOCKOPENAI_ADMIN_PASSWORD` logs in; no link in the log"
        )
    finally:
        _remove()


def _start(url: str, port: int, **environment: str) -> float:
    """How many seconds until it answers; strangers get no further than /v1."""
    options = ["--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL"]
    for name, value in environment.items():
        options += ["-e", f"{name}={value}"]
    where = ["-p", f"127.0.0.1:{port}:8000", "-v", f"{NAME}:/data"]
    docker("run", "-d", "--name", NAME, *options, *where, IMAGE)
    began = time.monotonic()
    wait_for(lambda: httpx.get(f"{url}/v1/models").status_code == 200, "the single container")
    took_s = time.monotonic() - began
    refused = httpx.get(f"{url}/api/preset-queue").status_code
    check(true=refused == 401, what=f"a stranger got {refused}")
    return took_s


def _log() -> str:
    return docker("logs", NAME).decode()


def _remove() -> None:
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
    return f"`backup` while it served; ended in {stop_s:.1f} s with 0; `restore` brought 10 used presets back"
