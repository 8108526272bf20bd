"""`manage.py start`: what a container runs: it waits for the database, migrates once, serves, and ends when told."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.accounts.keys import PASSWORD, post_form
from tests.conftest import ROOT, START_S, free_port, wait_for
from tests.databases import created, postgres
from tests.test_start import manage, only_line

PROGRAM = (
    "import django; django.setup(); from apps.gateway.migrating import migrate_once; print(migrate_once())"
)


def database(kind: str, tmp_path: Path) -> dict[str, str]:
    """An environment whose database has no tables yet."""
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "mockopenai.settings",
        "MOCKOPENAI_DATA_DIR": str(tmp_path),
    }
    if kind == "postgres":
        env["DATABASE_URL"] = created(f"mock_start_{os.getpid()}_{free_port()}", template="template1")
    return env


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_of_several_that_start_at_once_one_migrates_and_the_others_wait(kind: str, tmp_path: Path) -> None:
    env = database(kind, tmp_path)
    line = [sys.executable, "-c", PROGRAM]
    runs = [
        subprocess.Popen(line, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    ends = [run.communicate(timeout=120) for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0], ends
    assert sorted(out.strip() for out, _ in ends) == ["False", "False", "True"]


def test_who_dies_while_migrating_holds_nobody_up(tmp_path: Path) -> None:
    """The lock is a session's of PostgreSQL: it ends with the connection."""
    env = database("postgres", tmp_path)
    with psycopg.connect(env["DATABASE_URL"], autocommit=True) as dead:
        dead.execute("SELECT pg_advisory_lock(%s)", [int.from_bytes(b"mockopen", "big")])
        run = subprocess.Popen(
            [sys.executable, "-c", PROGRAM], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True
        )
        waiting = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        with psycopg.connect(postgres().get_uri(), autocommit=True) as look:
            wait_for(lambda: look.execute(waiting).fetchone(), timeout_s=START_S)
    assert run.communicate(timeout=120)[0].strip() == "True"


def test_it_migrates_makes_the_first_admin_by_a_link_and_ends_in_order_when_told(tmp_path: Path) -> None:
    """As in a container: on every address, where people log in."""
    port, log = free_port(), tmp_path / "log"
    env = {**os.environ, "MOCKOPENAI_DATA_DIR": str(tmp_path / "data"), "MOCKOPENAI_PORT": str(port)}
    env["MOCKOPENAI_HOST"] = "0.0.0.0"
    with log.open("wb") as output:
        run = subprocess.Popen(
            [sys.executable, "manage.py", "start"], cwd=ROOT, env=env, stdout=output, stderr=output
        )
    try:
        wait_for(lambda: b"Stop with" in log.read_bytes() or run.poll() is not None, timeout_s=START_S)
        assert run.poll() is None, log.read_text()
        assert "The database is up to date." in log.read_text()
        wait_for(lambda: b"From elsewhere" in log.read_bytes())
        [path] = re.findall(rf"http://127\.0\.0\.1:{port}(/join/[\w-]+)", log.read_text())
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as api:
            assert api.get("/api/preset-queue").status_code == 401
            assert "Become the first admin" in api.get(path).text
            assert post_form(api, path, name="alice", password=PASSWORD).status_code == 302
            assert api.get("/api/preset-queue").status_code == 200
            assert api.get(path).status_code == 404
        run.send_signal(signal.SIGTERM)
        assert run.wait(timeout=30) == 0
    finally:
        run.kill()


def test_a_database_that_does_not_come_is_named_after_the_wait(tmp_path: Path) -> None:
    url = "postgres://ann:topsecret@127.0.0.1:1/none"
    run = manage("start", "--wait", "0.6", data_dir=tmp_path, DATABASE_URL=url)
    assert run.returncode == 1 and "topsecret" not in run.stderr
    said, last = run.stderr.splitlines()
    assert said.startswith("Waiting up to 0.6 s") and last.startswith("DATABASE_URL=")


def test_a_database_that_says_nothing_is_given_up(tmp_path: Path) -> None:
    """As behind a network that lost it: the connection stands, and nothing comes."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"postgres://ann@127.0.0.1:{silent.getsockname()[1]}/none"
        run = manage("start", "--wait", "0", data_dir=tmp_path, DATABASE_URL=url)
    assert run.returncode == 1 and "timeout expired" in run.stderr


def test_a_folder_that_cannot_be_used_is_not_waited_for(tmp_path: Path) -> None:
    assert "DATABASE_URL" in only_line(
        manage("start", data_dir=tmp_path, DATABASE_URL="sqlite:////dev/null/folder/file")
    )
