"""Deletes old exchanges from the journal."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.journal.models import Exchange
from apps.journal.prune import prune


class Command(BaseCommand):
    help = "Delete old exchanges from the journal; calls that are still open stay."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--keep", type=int, default=settings.MOCKOPENAI_JOURNAL_MAX, metavar="N")
        parser.add_argument("--days", type=float, default=settings.MOCKOPENAI_JOURNAL_DAYS, metavar="D")

    def handle(self, *args: Any, keep: int, days: float, **options: Any) -> None:
        if keep < 0 or not 0 <= days <= 36500:
            raise CommandError("--keep has to be 0 or more, --days from 0 to 36500.")
        erased = prune(keep=keep, days=days)
        self.stdout.write(f"Deleted {erased} exchanges, kept {Exchange.objects.count()}.")
