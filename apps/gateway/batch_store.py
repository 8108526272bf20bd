"""What a batch that runs reads and writes: its object, its lines' results, its files.

All of it in a transaction of the writer, but for `read_input` and `results`, which take long.
"""

import time
from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

from apps.journal.inline import plain
from apps.journal.models import OPEN_STATES, Exchange, Source, State
from apps.journal.models import Body as Texts
from apps.journal.writer import WORKER_ID
from apps.kept import contents, to_do
from apps.kept.models import Kept
from apps.kept.shelf import shelf_of
from apps.queues.models import Preset
from apps.wire import batches, files
from apps.wire.ids import object_id
from apps.wire.shelf import Body

LINES = "batches.lines"  # kind: one line, under "BATCH/NUMBER"
CHUNK = 500  # rows deleted in one transaction
KEPT_S = 30 * 86_400  # an output file, unless the batch says otherwise

_ADOPTED = (State.DELIVERED, State.UNDELIVERED, State.TIMED_OUT)
_ANSWERS = (Source.PRESET, Source.PERSON, Source.AUTO, Source.REFUSED, Source.INVALID, Source.TIMEOUT)


class Ref(NamedTuple):
    """Which batch."""

    caller: str
    batch_id: str


class Step(NamedTuple):
    """How far a line is: the exchange that asks it, and its result once there is one."""

    ref: Ref
    number: int
    exchange: str
    result: Body | None = None


@plain
def write_steps(steps: Sequence[Step]) -> list[bool]:
    """Writes how far lines are; False for one whose batch is not this process's any more."""
    written = []
    owned: dict[Ref, bool] = {}
    for ref, number, exchange, result in steps:
        if ref not in owned:
            owned[ref] = to_do.is_owned(*ref, WORKER_ID)
        if owned[ref]:
            body = {"number": number, "exchange": exchange, "result": result}
            shelf_of(ref.caller).put(LINES, f"{ref.batch_id}/{number}", body, parent=ref.batch_id)
        written.append(owned[ref])
    return written


def read_input(ref: Ref, file_id: str) -> bytes | None:
    return contents.get(ref.caller, file_id)


def results(ref: Ref) -> dict[int, Body]:
    """What `write_steps` wrote, by the lines' numbers."""
    rows = Kept.objects.filter(caller=ref.caller, kind=LINES, parent=ref.batch_id)
    found = [orjson.loads(text) for text in rows.order_by("seq").values_list("body", flat=True).iterator()]
    return {one["number"]: one for one in found}


def batch_of(ref: Ref) -> tuple[Body | None, bool]:
    """(the batch, whether it is to be cancelled); no batch when it is not this process's any more."""
    shelf = shelf_of(ref.caller)
    if not to_do.is_owned(*ref, WORKER_ID):
        return None, False
    return shelf.get(batches.BATCHES.name, ref.batch_id), shelf.get(batches.CANCELS, ref.batch_id) is not None


def change(ref: Ref, **members: Any) -> None:
    """Sets members of a batch that is this process's; a time that is True is now."""
    batch, _ = batch_of(ref)
    if batch is not None:
        now = int(time.time())
        set_to = {name: now if value is True else value for name, value in members.items()}
        shelf_of(ref.caller).update(batches.BATCHES.name, ref.batch_id, batch | set_to)


def finish(ref: Ref, output: bytes, errors: bytes, **members: Any) -> None:
    """Writes the files of a batch, those that have anything in them, and how it ended."""
    kept_s = (shelf_of(ref.caller).get(to_do.TO_DO, ref.batch_id) or {}).get("output_kept_s")
    if not to_do.is_owned(*ref, WORKER_ID):
        return
    for name, data in (("output", output), ("error", errors)):
        if data:
            members[f"{name}_file_id"] = _put_file(ref, name, data, kept_s)
    change(ref, **members)


def _put_file(ref: Ref, name: str, data: bytes, kept_s: Any) -> str:
    now, file_id = int(time.time()), object_id("file-")
    body = {
        "object": "file",
        "id": file_id,
        "purpose": "batch_output",
        "filename": f"{ref.batch_id}_{name}.jsonl",
        "bytes": len(data),
        "created_at": now,
        "expires_at": now + (kept_s if isinstance(kept_s, int) else KEPT_S),
        "status": "processed",
        "status_details": None,
    }
    shelf_of(ref.caller).put(files.KIND, file_id, body)
    contents.put(ref.caller, file_id, data)
    return file_id


def clear(ref: Ref) -> bool:
    """Deletes some of the lines of a batch that has ended, at last its work; False when all is gone."""
    rows = Kept.objects.filter(caller=ref.caller, kind=LINES, parent=ref.batch_id)
    keys = list(rows.order_by("seq").values_list("pk", flat=True)[:CHUNK])
    if keys:
        Kept.objects.filter(pk__in=keys).delete()
        return True
    to_do.done(*ref)
    return False


class Asked(NamedTuple):
    """What the journal knows of a line's exchange: still open, or the answer that it got, or neither."""

    is_open: bool
    status: int = 0
    request_id: str = ""
    body: str = ""
    fault: str = ""


def asked(exchange_id: str) -> Asked:
    """Of an exchange that another process began: its answer counts, unless its preset was given back."""
    row = Exchange.objects.filter(id=exchange_id).first()
    if row is None:
        return Asked(False)
    if row.state in OPEN_STATES:
        return Asked(True)
    if row.state not in _ADOPTED or row.source not in _ANSWERS or row.status_code is None:
        return Asked(False)
    given_back = Preset.objects.filter(id=row.preset_id or 0, on_undelivered="requeue")
    if row.state == State.UNDELIVERED and given_back.exists():
        return Asked(False)
    texts = Texts.objects.filter(exchange_id=exchange_id).first()
    return Asked(False, row.status_code, row.request_id, texts.reply_body if texts else "", row.fault)
