"""Contents of files: in the database up to a limit, larger ones as files under the data directory.

A file is written before its row is committed and outlives its row for a while: `sweep` deletes those
that no row names. Its name is made from caller and id, which may hold anything.
"""

import os
import time
from hashlib import sha256
from pathlib import Path

from django.conf import settings

from apps.journal.inline import not_on_the_loop
from apps.journal.record import db_time
from apps.journal.rows import run_each, select_rows
from apps.kept.models import Content

STALE_S = 3600  # a file without a row that is younger may belong to a transaction that has not ended
SMALL_BYTES = 64 * 1024  # what may be written to the database from the event loop

_TABLE = Content._meta.db_table
_PUT = (
    f"INSERT INTO {_TABLE} (caller, object_id, created_at, size_bytes, data) "  # noqa: S608
    "VALUES ({place}, {place}, {place}, {place}, {place}) ON CONFLICT (caller, object_id) "
    "DO UPDATE SET created_at = excluded.created_at, size_bytes = excluded.size_bytes, data = excluded.data"
)
_GET = f"SELECT data FROM {_TABLE} WHERE caller = {{place}} AND object_id = {{place}}"  # noqa: S608
_DELETE = f"DELETE FROM {_TABLE} WHERE caller = {{place}} AND object_id = {{place}}"  # noqa: S608


def folder() -> Path:
    """Where large contents are."""
    return Path(settings.MOCKOPENAI_DATA_DIR) / "files"


def put(caller: str, object_id: str, data: bytes) -> None:
    """Keeps bytes under an id, in the writer's transaction."""
    if len(data) > SMALL_BYTES:
        not_on_the_loop()
    is_large = len(data) > settings.MOCKOPENAI_FILE_DB_MAX_MB * 1024 * 1024
    if is_large:
        path = _path(caller, object_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}.part")
        part.write_bytes(data)
        part.replace(path)
    kept = None if is_large else data
    run_each(_PUT, [(caller, object_id, db_time(time.time()), len(data), kept)])


def get(caller: str, object_id: str) -> bytes | None:
    """The bytes under an id, or None."""
    found = select_rows(_GET, (caller, object_id))
    if not found:
        return None
    if found[0][0] is not None:
        return bytes(found[0][0])
    not_on_the_loop()
    try:
        return _path(caller, object_id).read_bytes()
    except FileNotFoundError:
        return None


def delete(caller: str, object_id: str) -> None:
    run_each(_DELETE, [(caller, object_id)])


def sweep(*, now_s: float | None = None) -> int:
    """Deletes the files that no row names; returns how many. It blocks: call it from a thread."""
    stale_s = (time.time() if now_s is None else now_s) - STALE_S
    old = [one for one in folder().glob("*") if one.stat().st_mtime < stale_s]
    if not old:
        return 0
    rows = Content.objects.filter(data__isnull=True).values_list("caller", "object_id")
    named = {_path(caller, object_id).name for caller, object_id in rows.iterator()}
    gone = [one for one in old if one.name not in named]
    for one in gone:
        one.unlink(missing_ok=True)
    return len(gone)


def _path(caller: str, object_id: str) -> Path:
    return folder() / sha256(f"{caller}\0{object_id}".encode(errors="replace")).hexdigest()
