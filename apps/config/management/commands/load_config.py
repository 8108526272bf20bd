"""Puts a config file in force."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.config.kinds import BY_NAME
from apps.config.load import load
from apps.config.problems import ConfigError, told
from apps.live.tasks import leave


def kinds(text: str) -> list[str]:
    """The kinds in "faults,limits"; raises CommandError."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in BY_NAME:
            raise CommandError(f"--only: {name!r} is not known; known: {', '.join(BY_NAME)}.")
    return names


class Command(BaseCommand):
    help = "Have the server be what a config file (YAML or JSON) says: all of it, or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="- reads standard input")
        parser.add_argument("--dry-run", action="store_true", help="read and try all of it, change nothing")
        parser.add_argument("--only", default="", metavar="KINDS", help="such as faults,limits")

    def handle(self, *args: Any, file: str, dry_run: bool, only: str, **options: Any) -> None:
        try:
            text = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from None
        name = "<stdin>" if file == "-" else file
        try:
            loaded = load(text, by="load_config", only=kinds(only), dry_run=dry_run)
        except ConfigError as error:
            raise CommandError("\n".join(told(one, name) for one in error.problems)) from None
        leave()
        for one in loaded.warnings:
            self.stderr.write(f"Warning: {told(one, name)}")
        said = ", ".join(f"{kind}: {count}" for kind, count in loaded.counts.items()) or "nothing"
        self.stdout.write(f"{'Would load' if dry_run else 'Loaded'} {said}.")
