"""Copies the SQLite database to a file while servers work on it."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.journal.backup import BackupError, back_up


class Command(BaseCommand):
    help = "Copy the SQLite database to FILE; servers go on meanwhile. (PostgreSQL: use pg_dump.)"
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            size_bytes = back_up(file)
        except BackupError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"Wrote {file} ({size_bytes:,} bytes).")
