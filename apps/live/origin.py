"""Tells a page of this server from a page of another, by the headers a browser cannot be made to forge."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host

PORTS = {"http": 80, "https": 443}


def same_origin(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether Origin names the host and port that Host names, and Host is a name of ours.

    Without an Origin it is no browser.

    A port left out is the default of the origin's scheme for both: behind a proxy that ends TLS
    the server itself does not know which one the browser used. See RFC 6454, section 7.
    """
    found = {name.lower(): value.decode("latin-1").strip() for name, value in headers}
    origin = found.get(b"origin")
    if origin is None:
        return True
    try:
        page = urlsplit(origin)
        host = urlsplit("//" + found.get(b"host", ""))
        # A foreign name that was made to lead here (DNS rebinding) agrees with itself: the name counts, too.
        if not validate_host(split_domain_port(found.get(b"host", ""))[0], settings.ALLOWED_HOSTS):
            return False
        default = PORTS.get(page.scheme)
        return (
            default is not None
            and bool(page.hostname)
            and (page.hostname, page.port or default) == (host.hostname, host.port or default)
        )
    except ValueError:  # a port that is no number, a bracket that does not close
        return False
