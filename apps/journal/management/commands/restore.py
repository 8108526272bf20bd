"""Makes a backup the SQLite database again."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.journal.backup import BackupError, put_back


class Command(BaseCommand):
    help = "Make FILE, written by `backup`, the SQLite database. Stop every server first."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            kept = put_back(file)
        except BackupError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{file} is the database now." + (f" What was there: {kept}." if kept else ""))
        self.stdout.write("A file of an older version is brought up to date by `migrate` (or `start`).")
