"""manage.py doctor says of broken deployments what is broken, why it matters and what to do."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.conftest import ROOT, prepare
from tests.databases import created, fresh


def doctor(data_dir: Path, *arguments: str, **env: str) -> tuple[int, str]:
    data_dir.mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "manage.py", "doctor", *arguments],
        cwd=ROOT,
        env={**os.environ, "MOCKOPENAI_DATA_DIR": str(data_dir), **env},
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stdout + done.stderr


def findings(data_dir: Path, **env: str) -> tuple[int, dict[str, dict[str, Any]]]:
    code, text = doctor(data_dir, "--json", **env)
    told = json.loads(text)
    assert told["ok"] is (code == 0)
    return code, {one["name"]: one for one in told["findings"]}


def test_a_good_deployment_is_told_so(tmp_path: Path) -> None:
    prepare(tmp_path, dict(os.environ))
    code, text = doctor(tmp_path)
    assert code == 0, text
    assert "ERROR" not in text
    assert "ok      database" in text and "ok      migrations" in text


def test_each_thing_that_is_wrong_is_told_with_its_cure(tmp_path: Path) -> None:
    """One deployment with everything wrong at once: starting a doctor takes a second each."""
    (tmp_path / "secret_key").write_text("k" * 60)
    (tmp_path / "secret_key").chmod(0o644)
    (tmp_path / "mockopenai.sqlite3").touch()
    (tmp_path / "mockopenai.sqlite3").chmod(0o644)
    tmp_path.chmod(0o777)
    code, found = findings(
        tmp_path,
        MOCKOPENAI_DEBUG="1",
        MOCKOPENAI_SECRET_KEY="short",
        MOCKOPENAI_HOST="0.0.0.0",
        MOCKOPENAI_OPEN="1",
        MOCKOPENAI_TRUSTED_PROXIES="0.0.0.0/0",
        MOCKOPENAI_METRICS_FROM="0.0.0.0/0",
        MOCKOPENAI_STATIC_ROOT=str(tmp_path / "nothing"),
        REDIS_URL="redis://me:hunter2hunter2@127.0.0.1:1/0",
    )
    assert code == 1
    errors = {
        "debug",
        "secret_key",
        "trusted_proxies",
        "data_dir",
        "secret_key_file",
        "static",
        "migrations",
        "redis",
    }
    warnings = {"open", "allowed_hosts", "metrics", "database_file"}
    assert {name for name, one in found.items() if one["level"] == "error"} == errors
    assert {name for name, one in found.items() if one["level"] == "warning"} >= warnings
    assert all(found[name]["why"] and found[name]["mend"] for name in errors | warnings)
    assert "hunter2" not in json.dumps(found)
    assert "migrate" in found["migrations"]["mend"]


def test_a_process_that_ended_without_a_word_is_told(tmp_path: Path) -> None:
    prepare(tmp_path, dict(os.environ))
    with sqlite3.connect(tmp_path / "mockopenai.sqlite3") as database:
        database.execute(
            "INSERT INTO desk_worker (id, host, pid, started_at, beat_at) "
            "VALUES ('a', 'long-gone', 1, '2026-01-01 00:00:00', '2026-01-01 00:00:00')"
        )
    code, found = findings(tmp_path)
    assert code == 0
    assert found["dead_workers"]["level"] == "warning"


def test_a_database_that_is_away_is_told(tmp_path: Path) -> None:
    code, found = findings(tmp_path, DATABASE_URL="postgres://me:hunter2hunter2@127.0.0.1:1/x")
    assert code == 1
    assert found["database"]["level"] == "error"
    assert "hunter2" not in json.dumps(found)


@pytest.mark.parametrize("kind", ["postgres"])
def test_a_postgresql_and_its_clock_are_told(tmp_path: Path, kind: str) -> None:
    code, found = findings(tmp_path, **fresh(kind))
    assert code == 0, found
    assert {found[name]["level"] for name in ("clock", "postgresql", "encoding")} == {"ok"}


def test_a_postgresql_that_counts_bytes_is_told(tmp_path: Path) -> None:
    name = f"ascii_{uuid4().hex[:12]}"
    url = created(name, template="template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'")
    code, found = findings(tmp_path, DATABASE_URL=url)
    assert code == 1
    assert found["encoding"]["level"] == "error" and "SQL_ASCII" in found["encoding"]["what"]
