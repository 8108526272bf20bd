"""The server command: uvicorn, with a shutdown that first answers every waiting caller."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import threading
from argparse import ArgumentParser
from typing import Any

import uvicorn
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from apps.accounts.first_admin import ensure
from apps.accounts.who import is_open
from apps.desk.workers import living
from apps.gateway.http1 import Http1
from apps.gateway.lane import Lane
from apps.gateway.upkeep import drain
from apps.wire.usage import warm
from mockopenai.environment import allowed_hosts, is_loopback

DRAIN_S = 2
GRACE_S = 6  # for replies that are on their way when the server is told to stop
BACKLOG = 4096


class Server(uvicorn.Server):
    """Uvicorn waits for open connections before it says shutdown; parked ones would never end."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(drain(), timeout=DRAIN_S)
        await super().shutdown(sockets)


class Command(BaseCommand):
    help = "Serves the dashboard and the OpenAI endpoints (uvicorn)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        host, port = settings.MOCKOPENAI_HOST, settings.MOCKOPENAI_PORT
        parser.add_argument("--host", default=host, help=f"address to listen on (default {host})")
        parser.add_argument("--port", type=int, default=port, help=f"0 for any free one (default {port})")

    def handle(self, *args: Any, **options: Any) -> None:
        host = options["host"]
        _serves_on(host)
        threading.Thread(target=warm, name="warm", daemon=True).start()  # beside what is imported meanwhile
        migrations = MigrationExecutor(connection)
        if migrations.migration_plan(migrations.loader.graph.leaf_nodes()):
            raise CommandError("The database is not up to date. Run: python manage.py migrate")
        self._warn_of_others()
        set_up = self._first_admin(host)
        connection.close()
        listener = _listen(host, options["port"])
        port = listener.getsockname()[1]
        self._greet(host, port, set_up)
        with contextlib.suppress(KeyboardInterrupt):  # uvicorn raises it again after its shutdown
            # Uvicorn ends as it was told to, then raises the signal again: a good end is no failure.
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
            Server(_config(host, port)).run(sockets=[listener])

    def _warn_of_others(self) -> None:
        """Queues are right over several processes; without Redis the rest is late, and that is said."""
        others = [worker for worker in living() if not settings.REDIS_URL]
        if others:
            pids = ", ".join(str(worker.pid) for worker in others)
            self.stderr.write(
                f"Another server (process {pids}) works on this database, and there is no Redis: "
                "dashboards of one do not hear of the other's calls, and answers between them take up to "
                "2 s. Set REDIS_URL for both, or stop one."
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

    def _greet(self, host: str, port: int, set_up: str) -> None:
        shown = "127.0.0.1" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host  # noqa: S104
        self.stdout.write(
            f"mockopenai {settings.VERSION}\n"
            f"  dashboard  http://{shown}:{port}/\n"
            f"  base_url   http://{shown}:{port}/v1\n"
            f"  data       {settings.MOCKOPENAI_DATA_DIR}\n"
            "Stop with Ctrl+C."
        )
        if set_up:
            self.stdout.write(
                "There is no admin yet. Open this once, within 24 hours, to become one:\n"
                f"  http://{shown}:{port}{set_up}"
            )
        self.stdout.flush()


def _config(host: str, port: int) -> uvicorn.Config:
    return uvicorn.Config(
        "mockopenai.asgi:application",
        host=host,
        port=port,
        lifespan="on",
        log_level=settings.MOCKOPENAI_LOG_LEVEL if settings.MOCKOPENAI_LOG_LEVEL != "info" else "warning",
        # Each line of the access log is written by uvicorn's own way.
        http=Http1 if settings.MOCKOPENAI_ACCESS_LOG else Lane,
        log_config=None,
        access_log=settings.MOCKOPENAI_ACCESS_LOG,
        proxy_headers=False,  # who calls is decided by MOCKOPENAI_TRUSTED_PROXIES alone
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
        timeout_keep_alive=75,
        ws_max_size=2 * settings.MAX_BODY_BYTES,
        backlog=BACKLOG,
    )


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        listener.close()
        why = error.strerror if isinstance(error, OSError) else "there is no such port"
        raise CommandError(f"Cannot listen on {host}:{port}: {why}. Try --port 8001.") from None
    listener.listen(BACKLOG)
    listener.set_inheritable(True)
    return listener


def _serves_on(host: str) -> None:
    """Where the command line names another address than the environment, that one decides."""
    if host != settings.MOCKOPENAI_HOST:
        settings.MOCKOPENAI_HOST, settings.IS_LOOPBACK = host, is_loopback(host)
        if not os.environ.get("MOCKOPENAI_ALLOWED_HOSTS", "").strip():
            settings.ALLOWED_HOSTS = allowed_hosts(host)
