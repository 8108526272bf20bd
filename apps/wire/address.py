"""Where a caller reaches this server: what links in answers begin with."""

import re

from apps.wire.call import Call

# A name or an address with its port; of what else a header holds no link is made.
_HOST = re.compile(r"[\w.-]{1,255}(?::\d{1,5})?|\[[\da-fA-F:.]{2,45}\](?::\d{1,5})?", re.ASCII)


def origin_of(call: Call) -> str:
    """Scheme and host as the caller used them, also through a proxy that ends TLS and says so."""
    host = call.header("host")
    scheme = call.header("x-forwarded-proto").partition(",")[0].strip().lower()
    return f"{'https' if scheme == 'https' else 'http'}://{host if _HOST.fullmatch(host) else 'localhost'}"
