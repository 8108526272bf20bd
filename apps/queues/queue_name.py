"""Names of queues: those of callers, and * for the shared one."""

from apps.queues.take import SHARED
from apps.wire.caller_name import caller_name

EXPORT = "export"  # what a queue cannot be called
NO_QUEUE = f"{EXPORT!r} cannot be a queue's name: /api/preset-queue/{EXPORT} is the file of all queues."


def queue_name(text: str) -> str:
    """The name in its one spelling; raises ValueError, which says what is wrong."""
    if text == SHARED:
        return text
    if text == EXPORT:
        raise ValueError(NO_QUEUE)
    try:
        return caller_name(text)
    except ValueError as error:
        raise ValueError(f"{error}; * is the shared queue.") from None
