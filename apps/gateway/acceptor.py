"""Accepts on a socket that several processes share: a few connections at a time, so that each gets its part.

The loop's own way takes all that have come: of 64 connections at once over 4 processes, one got up to 56.
"""

import asyncio
import errno
import logging
import socket
from collections.abc import Callable

from apps.live.tasks import spawn

FULL = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
TAKE = 2  # connections; then the others have a moment to take theirs
MOMENT_S = 0.001
PAUSE_S = 1.0  # when there is no room for another connection

log = logging.getLogger(__name__)


class Acceptor:
    """Makes a protocol for each connection, on the running loop."""

    def __init__(self, listener: socket.socket, protocol: Callable[[], asyncio.Protocol]) -> None:
        listener.setblocking(False)
        self._loop = asyncio.get_running_loop()
        self._listener = listener
        self._protocol = protocol
        self._taken = 0
        self._pause: asyncio.TimerHandle | None = None
        self._go_on()

    def close(self) -> None:
        """Leaves what comes to the other processes."""
        if self._pause is not None:
            self._pause.cancel()
        self._loop.remove_reader(self._listener)

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return  # another process was faster, or the client has gone
        except OSError as error:
            if error.errno not in FULL:
                raise
            log.error("No further connection can be accepted now: %s", error.strerror)
            self._rest(PAUSE_S)
            return
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._taken += 1
        if self._taken == TAKE:
            self._rest(MOMENT_S)
        spawn(self._loop.connect_accepted_socket(self._protocol, connection), name="accepted")

    def _rest(self, seconds: float) -> None:
        self._loop.remove_reader(self._listener)
        self._pause = self._loop.call_later(seconds, self._go_on)

    def _go_on(self) -> None:
        self._taken = 0
        self._loop.add_reader(self._listener, self._accept)
