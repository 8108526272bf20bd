"""Writes a config file of what there is."""

from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandParser

from apps.config.dump import FORMATS, configured, dumped
from apps.config.management.commands.load_config import kinds
from apps.config.schema import schema


class Command(BaseCommand):
    help = "Write fallbacks, faults, latency, limits and templates as a file for load_config."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", choices=sorted(FORMATS), default="yaml")
        parser.add_argument("--only", default="", metavar="KINDS", help="such as faults,limits")
        parser.add_argument("--queues", action="store_true", help="the presets of all queues, too")
        parser.add_argument("--schema", action="store_true", help="the JSON schema of such files instead")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["schema"]:
            text = orjson.dumps(schema(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        else:
            content = configured(only=kinds(options["only"]), with_queues=options["queues"])
            text = dumped(content, options["format"])
        self.stdout.write(text.decode(), ending="")
