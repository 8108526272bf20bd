"""The command of a container: waits for the database, brings it up to date, then serves."""

import signal
import sys
import time
from argparse import ArgumentParser
from threading import Event
from typing import Any

from django.db import OperationalError, connection

from apps.gateway.management.commands import serve
from apps.gateway.migrating import migrate_once

WAIT_S = 60
PAUSE_S = 0.5


class Command(serve.Command):
    help = "Waits for the database, applies what migrations are left, then serves (what a container runs)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--wait", type=float, default=WAIT_S, metavar="S", help=f"for the database (default {WAIT_S} s)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["worker"]:  # of which the first process takes care before it starts them
            # The first process of a container ignores SIGTERM unless it asks for it.
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
            self._wait_for_database(options["wait"])
            if migrate_once():
                self.stdout.write("The database is up to date.")
        super().handle(*args, **options)

    def _wait_for_database(self, seconds: float) -> None:
        """A database that starts beside us refuses for a while; raises its last refusal after `seconds`."""
        end, said = time.monotonic() + seconds, False
        while True:
            try:
                connection.ensure_connection()
                return
            except OperationalError as error:
                if connection.vendor == "sqlite" or time.monotonic() > end:
                    raise  # manage.py says it in one line
                if not said:
                    why = " ".join(str(error).split())[:200]
                    self.stderr.write(f"Waiting up to {seconds:g} s for the database: {why}")
                said = True
                Event().wait(PAUSE_S)
