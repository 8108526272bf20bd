"""How the server starts with the settings it is given, and what it says when it cannot."""

import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mockopenai import environment
from tests.conftest import ROOT, Server, prepare


def manage(*command: str, data_dir: Path, **env: str) -> "subprocess.CompletedProcess[str]":
    env = {"PATH": "/usr/bin:/bin", "MOCKOPENAI_DATA_DIR": str(data_dir), **env}
    line = [sys.executable, "manage.py", *command]
    return subprocess.run(line, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)


def only_line(run: "subprocess.CompletedProcess[str]") -> str:
    """What a command that failed says: one line."""
    assert run.returncode != 0
    [line] = run.stderr.splitlines()
    return line


BAD = [
    ("MOCKOPENAI_PORT", "http"),
    ("MOCKOPENAI_PORT", "70000"),
    ("MOCKOPENAI_HOLD_S", "soon"),
    ("MOCKOPENAI_HOLD_S", "nan"),
    ("MOCKOPENAI_FALLBACK", "maybe"),
    ("MOCKOPENAI_OPEN", "perhaps"),
    ("MOCKOPENAI_TRUSTED_PROXIES", "10.0.0.0/99"),
    ("MOCKOPENAI_QUEUE_MAX", "1.5"),
    ("MOCKOPENAI_WORKERS", "0"),
    ("MOCKOPENAI_DATA_DIR", "/dev/null/data"),
    ("DATABASE_URL", "mysql://x/y"),
    ("DATABASE_URL", "nonsense"),
    ("DATABASE_URL", "sqlite:////dev/null/folder/file"),
    ("REDIS_URL", "http://x"),
    ("REDIS_URL", "redis://x:port"),
]


@pytest.mark.parametrize(
    ("name", "value", "command"),
    [
        *[(name, value, ("check",)) for name, value in BAD],
        # All commands read the same settings: one value shows it of the others.
        ("MOCKOPENAI_HOLD_S", "soon", ("serve",)),
        ("DATABASE_URL", "nonsense", ("migrate", "-v", "0")),
    ],
)
def test_a_bad_value_stops_every_command_with_a_line_that_names_it(
    name: str, value: str, command: tuple[str, ...], tmp_path: Path
) -> None:
    line = only_line(manage(*command, data_dir=tmp_path, **{name: value}))
    assert line.startswith(f"{name}={value!r} ") and line.endswith(".")


def test_more_than_one_worker_without_redis_refuses_to_start_and_says_why(tmp_path: Path) -> None:
    by_environment = manage("serve", data_dir=tmp_path, MOCKOPENAI_WORKERS="2")
    by_argument = manage("serve", "--workers", "2", data_dir=tmp_path)
    for run in (by_environment, by_argument):
        line = only_line(run)
        assert "2 workers without Redis" in line and "Set REDIS_URL" in line


def test_a_second_server_without_redis_refuses_to_start_once_the_first_gives_a_sign_of_life(
    start: Callable[..., Server],
) -> None:
    first = start()
    run = manage("serve", "--port", "0", data_dir=first.data_dir)
    assert run.returncode != 0
    assert f"process {first.process.pid} on " in run.stderr and "Set REDIS_URL" in run.stderr


def test_a_database_that_is_not_there_is_named_without_its_password(tmp_path: Path) -> None:
    url = "postgres://ann:topsecret@127.0.0.1:1/none"
    for command in ("serve", "migrate"):
        line = only_line(manage(command, data_dir=tmp_path, DATABASE_URL=url))
        assert line.startswith("DATABASE_URL=") and "topsecret" not in line


@pytest.mark.parametrize("host", ["nowhere.invalid", "a b", "999.1.1.1"])
def test_a_host_that_cannot_be_listened_on_is_named(host: str, tmp_path: Path) -> None:
    prepare(tmp_path, {})
    line = only_line(manage("serve", data_dir=tmp_path, MOCKOPENAI_HOST=host, MOCKOPENAI_OPEN="1"))
    assert host in line


def test_a_port_that_is_taken_or_is_none_is_named(tmp_path: Path) -> None:
    prepare(tmp_path, {})
    with socket.create_server(("127.0.0.1", 0)) as taken:
        for port in (str(taken.getsockname()[1]), "70000"):
            assert port in only_line(manage("serve", "--port", port, data_dir=tmp_path))


def test_an_empty_value_means_the_default(tmp_path: Path) -> None:
    names = [
        "FALLBACK",
        "LOG_LEVEL",
        "SQLITE_SYNC",
        "HOST",
        "PORT",
        "OPEN",
        "HOLD_S",
        "WORKERS",
        "REQUIRE_KEY",
    ]
    empty = {f"MOCKOPENAI_{name}": "" for name in names} | {"DATABASE_URL": " ", "REDIS_URL": ""}
    code = "from django.conf import settings as s; print(s.MOCKOPENAI_FALLBACK, s.MOCKOPENAI_LOG_LEVEL, s.MOCKOPENAI_HOST)"
    run = manage("shell", "-v", "0", "-c", code, data_dir=tmp_path, **empty)
    assert run.stdout.split() == ["manual", "info", "127.0.0.1"]


def test_a_choice_may_be_written_in_any_case(tmp_path: Path) -> None:
    given = {
        "MOCKOPENAI_LOG_LEVEL": "WARNING",
        "MOCKOPENAI_FALLBACK": "Auto",
        "MOCKOPENAI_SQLITE_SYNC": "FULL",
    }
    assert manage("check", data_dir=tmp_path, **given).returncode == 0


def test_a_data_directory_that_is_made_is_nobody_elses(tmp_path: Path) -> None:
    made = tmp_path / "above" / "data"
    environment.make_folder("MOCKOPENAI_DATA_DIR", made)
    assert made.stat().st_mode & 0o777 == 0o700


def test_a_database_that_is_made_is_nobody_elses_and_one_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "mockopenai.sqlite3"
    manage("migrate", "-v", "0", data_dir=tmp_path)
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o640)
    manage("migrate", "-v", "0", data_dir=tmp_path)
    assert file.stat().st_mode & 0o777 == 0o640


def test_what_lies_beside_the_database_while_a_server_runs_is_nobody_elses(
    start: Callable[..., Server],
) -> None:
    server = start()
    server.queue("ci-1", {"content": "x"})
    modes = {file.name: file.stat().st_mode & 0o777 for file in server.data_dir.glob("mockopenai.sqlite3*")}
    assert len(modes) == 3 and set(modes.values()) == {0o600}, modes
