"""Pauses queues: a paused one counts as empty, whatever it holds, until it goes on."""

from collections.abc import Iterable

from django.utils import timezone

from apps.journal.rows import select_rows
from apps.queues.models import Pause
from apps.queues.storage import tell, write


def pause(*, caller: str, paused: bool) -> None:
    """Pauses a queue, or has it go on. What it holds may change meanwhile; it stays paused."""
    if write(lambda: _pause(caller) if paused else _go_on(caller)):
        tell(caller)


def is_paused(caller: str) -> bool:
    return Pause.objects.filter(caller=caller).exists()


def paused(among: Iterable[str] | None = None) -> set[str]:
    """The callers whose queues are paused: all, or those `among` the given ones."""
    found = {caller for (caller,) in select_rows(f"SELECT caller FROM {Pause._meta.db_table}", ())}  # noqa: S608
    return found if among is None else found & set(among)


def _pause(caller: str) -> bool:
    return Pause.objects.get_or_create(caller=caller, defaults={"since": timezone.now()})[1]


def _go_on(caller: str) -> bool:
    return Pause.objects.filter(caller=caller).delete()[0] > 0
