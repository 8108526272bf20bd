"""The server command: one process that serves, or a supervisor over several."""

import argparse
import asyncio
import contextlib
import os
import signal
import socket
import sys
import threading
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from apps.accounts.first_admin import ensure
from apps.accounts.hosts import allowed_hosts, is_loopback
from apps.accounts.who import is_open
from apps.desk.company import serving_elsewhere
from apps.gateway.server import Server, configured, listen
from apps.gateway.supervisor import Supervisor
from apps.wire.usage import warm

ALONE = (
    "dashboards of one process would not hear of the other's calls, and answers between them would be late. "
    "Set REDIS_URL to an address that all of them reach"
)


class Command(BaseCommand):
    help = "Serves the dashboard and the OpenAI endpoints (uvicorn)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        host, port, workers = settings.MOCKOPENAI_HOST, settings.MOCKOPENAI_PORT, settings.MOCKOPENAI_WORKERS
        parser.add_argument("--host", default=host, help=f"address to listen on (default {host})")
        parser.add_argument("--port", type=int, default=port, help=f"0 for any free one (default {port})")
        parser.add_argument(
            "--workers",
            type=int,
            default=workers,
            help=f"processes that serve; more than one need REDIS_URL (default {workers})",
        )
        # How the supervisor starts a worker: the numbers of two files that it hands over, LISTENER,LINE.
        parser.add_argument("--worker", help=argparse.SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        _serves_on(options["host"])
        if options["worker"] or options["workers"] == 1:
            threading.Thread(
                target=warm, name="warm", daemon=True
            ).start()  # beside what is imported meanwhile
        if options["worker"]:
            listener, line = (socket.socket(fileno=int(number)) for number in options["worker"].split(","))
            line.setblocking(False)
            _serve(listener, options["host"], line)
            return
        self._check(options["workers"])
        set_up = self._first_admin(options["host"])
        connection.close()
        listener = _listen(options["host"], options["port"])
        self._greet(options["host"], listener.getsockname()[1], options["workers"], set_up)
        if options["workers"] == 1:
            _serve(listener, options["host"])
        else:
            again = [sys.executable, *sys.orig_argv[1:], "--skip-checks", "--worker"]
            sys.exit(asyncio.run(Supervisor(again, listener, options["workers"]).run()))

    def _check(self, workers: int) -> None:
        """Refuses to start where that would do harm; raises CommandError."""
        if not 1 <= workers <= settings.WORKERS_MAX:
            raise CommandError(f"--workers has to be from 1 to {settings.WORKERS_MAX}.")
        if workers > 1 and not settings.REDIS_URL:
            raise CommandError(f"{workers} workers without Redis: {ALONE}, or serve with one worker.")
        migrations = MigrationExecutor(connection)
        if migrations.migration_plan(migrations.loader.graph.leaf_nodes()):
            raise CommandError("The database is not up to date. Run: python manage.py migrate")
        if not settings.REDIS_URL and (others := serving_elsewhere(self.stderr.write)):
            raise CommandError(
                f"Another server ({others}) works on this database, and there is no Redis: {ALONE}, or stop "
                "the other one."
            )

    def _first_admin(self, host: str) -> str:
        """The path of the set-up link; "" when there is an admin, or none is needed."""
        if is_open(host) and not settings.MOCKOPENAI_ADMIN_USER:
            return ""
        try:
            link = ensure()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from None
        return "" if is_open(host) else link

    def _greet(self, host: str, port: int, workers: int, set_up: str) -> None:
        everywhere = host in ("0.0.0.0", "::")  # noqa: S104
        shown = "127.0.0.1" if everywhere else f"[{host}]" if ":" in host else host
        self.stdout.write(
            f"mockopenai {settings.VERSION}\n"
            f"  dashboard  http://{shown}:{port}/\n"
            f"  base_url   http://{shown}:{port}/v1\n"
            f"  data       {settings.MOCKOPENAI_DATA_DIR}\n"
            + (f"  workers    {workers}\n" if workers > 1 else "")
            + "Stop with Ctrl+C."
        )
        if set_up:
            self.stdout.write(
                "There is no admin yet. Open this once, within 24 hours, to become one:\n"
                f"  http://{shown}:{port}{set_up}"
            )
            if everywhere:  # in a container, most likely, whose address and port are not those outside
                self.stdout.write("From elsewhere: with the name and port by which you reach this server.")
        self.stdout.flush()


def _serve(listener: socket.socket, host: str, line: socket.socket | None = None) -> None:
    with contextlib.suppress(KeyboardInterrupt):  # uvicorn raises it again after its shutdown
        # Uvicorn ends as it was told to, then raises the signal again: a good end is no failure.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        Server(configured(host, listener.getsockname()[1]), line).run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    try:
        return listen(host, port)
    except (OSError, OverflowError) as error:
        why = error.strerror if isinstance(error, OSError) else "there is no such port"
        raise CommandError(f"Cannot listen on {host}:{port}: {why}. Try --port 8001.") from None


def _serves_on(host: str) -> None:
    """Where the command line names another address than the environment, that one decides."""
    if host != settings.MOCKOPENAI_HOST:
        settings.MOCKOPENAI_HOST, settings.IS_LOOPBACK = host, is_loopback(host)
        if not os.environ.get("MOCKOPENAI_ALLOWED_HOSTS", "").strip():
            settings.ALLOWED_HOSTS = allowed_hosts(host)
