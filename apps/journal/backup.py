"""Copies of a SQLite database: one taken while servers write to it, one put back in its place."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from django.db import connection
from django.db.migrations.loader import MigrationLoader

BUSY_S = 20


class BackupError(Exception):
    """What stands in the way, in words for the person at the terminal."""


def back_up(target: Path) -> int:
    """Writes a copy of one moment of the database to `target` (mode 0600); how many bytes it has.

    Servers go on writing meanwhile. `target` is there whole or not at all, and is never overwritten.
    """
    source = _database()
    if target.exists():
        raise BackupError(f"{target} is there already: name another file.")
    if not source.exists():
        raise BackupError(f"There is no database at {source}.")
    part = target.with_name(f"{target.name}.part")
    try:
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        _copy(source, part)
        part.rename(target)
    except OSError as error:
        raise BackupError(f"{target} cannot be written: {error.strerror}.") from None
    except sqlite3.Error as error:
        raise BackupError(f"The copy failed: {error}.") from None
    finally:
        part.unlink(missing_ok=True)
    return target.stat().st_size


def put_back(backup: Path) -> Path | None:
    """Makes `backup` the database; where the one before it is kept, None where there was none.

    Refuses while anybody has the database open, and a file that is damaged or of a later version.
    """
    place = _database()
    _check(backup)
    part = place.with_name(f"{place.name}.restoring")
    try:
        shutil.copyfile(backup, part)
        part.chmod(0o600)
        _flush(part)
        kept = _put_aside(place)
        part.rename(place)
    except OSError as error:
        raise BackupError(f"{place} cannot be written: {error.strerror}.") from None
    finally:
        part.unlink(missing_ok=True)
    return kept


def _database() -> Path:
    if connection.vendor != "sqlite":
        raise BackupError(
            "The database is PostgreSQL: use pg_dump and pg_restore, as docs/deployment.md says."
        )
    connection.close()
    return Path(connection.settings_dict["NAME"])


def _copy(source: Path, part: Path) -> None:
    with closing(sqlite3.connect(source, timeout=BUSY_S)) as live, closing(sqlite3.connect(part)) as copy:
        # In one step: in many, each write of a server would begin it anew, and a busy one never lets it end.
        live.backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
    _check(part)
    _flush(part)


def _check(file: Path) -> None:
    """Raises when `file` is not a whole database of this program that this version can read."""
    if not file.is_file():
        raise BackupError(f"There is no file {file}.")
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as database:
            [[state]] = database.execute("PRAGMA integrity_check(1)").fetchall()
            applied = set(database.execute("SELECT app, name FROM django_migrations"))
    except sqlite3.Error as error:
        raise BackupError(f"{file} is not a database of mockopenai: {error}.") from None
    if state != "ok":
        raise BackupError(f"{file} is damaged: {state}.")
    later = sorted(f"{app}.{name}" for app, name in applied - MigrationLoader(None).disk_migrations.keys())
    if later:
        raise BackupError(f"{file} was made by a later version: this one does not know {', '.join(later)}.")


def _put_aside(place: Path) -> Path | None:
    if not place.exists():
        return None
    try:
        with closing(sqlite3.connect(place, timeout=0)) as database:
            # Works only for the one who has it alone, and brings in what still lies in the -wal file.
            database.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError:
        raise BackupError("A server works on this database: stop it first.") from None
    except sqlite3.DatabaseError:
        pass  # damaged, which may be why a backup is put back: kept as it is
    kept = place.with_name(f"{place.name}.before-restore")
    place.replace(kept)
    for ending in ("-wal", "-shm"):
        place.with_name(f"{place.name}{ending}").unlink(missing_ok=True)
    return kept


def _flush(file: Path) -> None:
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())
