"""Checks a deployment, and says what to mend."""

import sys
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandParser

from apps.gateway.checkup_services import service_findings
from apps.gateway.checkup_settings import settings_findings
from apps.gateway.finding import Finding, Level
from apps.wire.redact import safe_text

SIGNS = {Level.OK: "ok     ", Level.WARNING: "WARNING", Level.ERROR: "ERROR  "}


class Command(BaseCommand):
    help = "Checks this deployment and says what to mend; exit code 1 when something is wrong."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="the findings as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        findings = [*settings_findings(), *service_findings()]
        is_well = all(one.level is not Level.ERROR for one in findings)
        if options["json"]:
            told = {"ok": is_well, "findings": [one.as_data() for one in findings]}
            self.stdout.write(safe_text(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode()))
        else:
            for one in findings:
                self._tell(one)
        if not is_well:
            sys.exit(1)

    def _tell(self, one: Finding) -> None:
        self.stdout.write(safe_text(f"{SIGNS[one.level]} {one.name}: {one.what}"))
        if one.mend:
            self.stdout.write(safe_text(f"          why:  {one.why}\n          mend: {one.mend}"))
