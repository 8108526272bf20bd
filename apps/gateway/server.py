"""One serving process: uvicorn on a socket that is open already, whose end leaves no caller unanswered."""

import asyncio
import contextlib
import logging
import socket
from typing import Any

import uvicorn
from django.conf import settings

from apps.gateway.acceptor import Acceptor
from apps.gateway.http1 import Http1
from apps.gateway.lane import Lane
from apps.gateway.line import GRACE_S
from apps.gateway.upkeep import drain, sweep_now
from apps.live.tasks import spawn

DRAIN_S = 2
LINGER_S = 1.0  # for idle connections to say their next request, whose answer closes them
BACKLOG = 4096
READY, SWEEP = b"r", b"s"  # what a worker and its supervisor say to each other

log = logging.getLogger(__name__)


class Server(uvicorn.Server):
    """Uvicorn waits for open connections before it says shutdown; parked ones would never end.

    `line` leads to the supervisor, if there is one: its end is this server's end, too.
    """

    def __init__(self, config: uvicorn.Config, line: socket.socket | None = None) -> None:
        super().__init__(config)
        self._line = line
        self._acceptor: Acceptor | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        if self._line is None or not sockets:
            await super().startup(sockets)
            return
        await super().startup([])
        if self.started:
            self._acceptor = Acceptor(sockets[0], self._connection)
            spawn(self._obey(self._line), name="supervisor")

    def _connection(self) -> asyncio.Protocol:
        connect: Any = self.config.http_protocol_class  # as uvicorn makes them
        made: asyncio.Protocol = connect(
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return made

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._acceptor is not None:
            self._acceptor.close()
            for one in sockets or []:
                one.close()  # ours of it: whoever starts this server anew may need the address
        for server in self.servers:
            server.close()
        self._announce()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(drain(), self._linger()), timeout=DRAIN_S)
        await super().shutdown(sockets)

    def _announce(self) -> None:
        """Each answer says now that it is its connection's last: no client sends into a closed one."""
        # In place: the requests that are being served have this very list.
        self.server_state.default_headers.append((b"connection", b"close"))
        for connection in self.server_state.connections:
            if isinstance(connection, Lane):
                connection.is_last = True

    async def _linger(self) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + LINGER_S
        while loop.time() < end and self._is_connected():  # noqa: ASYNC110 - uvicorn tells nobody of it
            await asyncio.sleep(0.05)

    def _is_connected(self) -> bool:
        return any(isinstance(one, Http1) for one in self.server_state.connections)

    async def _obey(self, line: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        with contextlib.suppress(OSError):
            await loop.sock_sendall(line, READY)
            while await loop.sock_recv(line, 1) == SWEEP:
                await sweep_now()
        if not self.should_exit:
            log.warning("The supervisor is gone: this worker ends, too.")
            self.should_exit = True


def configured(host: str, port: int) -> uvicorn.Config:
    """How uvicorn serves us."""
    return uvicorn.Config(
        "mockopenai.asgi:application",
        host=host,
        port=port,
        lifespan="on",
        log_level=settings.MOCKOPENAI_LOG_LEVEL if settings.MOCKOPENAI_LOG_LEVEL != "info" else "warning",
        # Each line of the access log is written by uvicorn's own way.
        http=Http1 if settings.MOCKOPENAI_ACCESS_LOG else Lane,
        log_config=None,
        access_log=False,  # ours knows the call: apps.gateway.access
        proxy_headers=False,  # who calls is decided by MOCKOPENAI_TRUSTED_PROXIES alone
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
        timeout_keep_alive=75,
        ws_max_size=2 * settings.MAX_BODY_BYTES,
        backlog=BACKLOG,
    )


def listen(host: str, port: int) -> socket.socket:
    """The socket that all processes of this server share; raises OSError or OverflowError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except BaseException:
        listener.close()
        raise
    listener.set_inheritable(True)
    return listener
