"""Lines of the log as they are written: no library that writes one may tell a secret in it."""

import logging

from apps.wire.redact import safe_line


class SafeLine(logging.Formatter):
    """Masks keys, tokens, parameters of addresses and the secret part of links, in tracebacks, too."""

    def format(self, record: logging.LogRecord) -> str:
        return safe_line(super().format(record))
