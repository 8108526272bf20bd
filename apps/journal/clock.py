"""The database's clock, by which several hosts agree about what has run out."""

from datetime import datetime, timedelta

from django.utils import timezone

from apps.journal.rows import IS_SQLITE, select_rows


class _Host:
    behind = timedelta(0)  # how far this host's clock is behind the database's


def now() -> datetime:
    """The time there, as this process knows it since it last gave a sign of life."""
    return timezone.now() + _Host.behind


def adjust() -> None:
    """Reads the database's clock. SQLite has none but the host's."""
    if IS_SQLITE:
        return
    [(there,)] = select_rows("SELECT clock_timestamp()", ())
    _Host.behind = there - timezone.now()
