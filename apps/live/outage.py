"""Logs that something is away, and that it is back: one line each, however many calls find it so."""

import logging
import sys
import threading
import time

SETTLES_S = 5.0  # connections that were cut are found one by one

log = logging.getLogger(__name__)


class Outage:
    """What this process knows of something that it needs. From any thread."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._lock = threading.Lock()
        self._since: float | None = None
        self._is_told = False
        self._ended = float("-inf")  # of the one that was told last

    def met(self, error: BaseException) -> None:
        """Somebody has just found it away, perhaps only by a connection of before."""
        now = time.monotonic()
        with self._lock:
            if self._since is None:
                self._since = now
            is_news = not self._is_told and now - self._ended > SETTLES_S
            self._is_told = self._is_told or is_news
        if is_news:
            why = " ".join(str(error).split()) or type(error).__name__
            log.warning("%s cannot be reached: %s", self._what, why)

    def over(self) -> None:
        """Somebody has just found it there."""
        if self._since is None:  # asked often
            return
        now = time.monotonic()
        with self._lock:
            since, self._since = self._since, None
            was_told, self._is_told = self._is_told, False
            if was_told:
                self._ended = now
        if since is not None and was_told:
            log.warning("%s is back after %.0f s.", self._what, now - since)


DATABASE = Outage("The database")
REDIS = Outage("Redis")


def redis_errors(*more: type[Exception]) -> tuple[type[Exception], ...]:
    """What says that Redis is away. Its client is 5 MB, and nobody has loaded it where there is no Redis."""
    loaded = sys.modules.get("redis.exceptions")
    return more if loaded is None else (loaded.RedisError, *more)
