"""Logs that something is away, and that it is back: one line each, however many calls find it so."""

import logging
import sys
import threading
import time

log = logging.getLogger(__name__)


class Outage:
    """What this process knows of something that it needs. From any thread."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._lock = threading.Lock()
        self._since: float | None = None

    def met(self, error: BaseException) -> None:
        """Somebody has just found it away."""
        with self._lock:
            is_news = self._since is None
            if is_news:
                self._since = time.monotonic()
        if is_news:
            why = " ".join(str(error).split()) or type(error).__name__
            log.warning("%s cannot be reached: %s", self._what, why)

    def over(self) -> None:
        """Somebody has just found it there."""
        if self._since is None:  # asked often
            return
        with self._lock:
            since, self._since = self._since, None
        if since is not None:
            log.warning("%s is back after %.0f s.", self._what, time.monotonic() - since)


DATABASE = Outage("The database")
REDIS = Outage("Redis")


def redis_errors(*more: type[Exception]) -> tuple[type[Exception], ...]:
    """What says that Redis is away. Its client is 5 MB, and nobody has loaded it where there is no Redis."""
    loaded = sys.modules.get("redis.exceptions")
    return more if loaded is None else (loaded.RedisError, *more)
