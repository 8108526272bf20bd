"""The address of whoever asks: the peer's, or behind trusted proxies what they say."""

import re
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network

from django.conf import settings
from django.http import HttpRequest

from apps.wire.caller_name import Address, read_address

# 1.2.3.4:5678, [2001:db8::1] or [2001:db8::1]:5678: some proxies name the port, too.
_PORT = re.compile(r"^(?:([\d.]+):\d+|\[([^\[\]]+)\](?::\d+)?)$")
Networks = Sequence[IPv4Network | IPv6Network]
Headers = tuple[tuple[str, str], ...]


@lru_cache(maxsize=1024)
def address_of(headers: Headers, peer_ip: str) -> str:
    """The address of the caller of a request with these headers that came from `peer_ip`."""
    # Some proxies add a line of their own below the one that the client sent: all lines are one list.
    forwarded_for = ",".join([value for name, value in headers if name == "x-forwarded-for"])
    return client_address(peer_ip, forwarded_for, settings.MOCKOPENAI_TRUSTED_PROXIES)


def address_of_request(request: HttpRequest) -> str:
    """The same for a request of Django's, in which repeated headers are one."""
    forwarded_for = request.META.get("HTTP_X_FORWARDED_FOR", "")
    trusted = settings.MOCKOPENAI_TRUSTED_PROXIES
    return client_address(request.META.get("REMOTE_ADDR") or "", forwarded_for, trusted)


def is_from_proxy(request: HttpRequest) -> bool:
    """Whether a trusted proxy handed the request on: what it says in its headers counts."""
    peer = read_address(request.META.get("REMOTE_ADDR") or "")
    return is_in(peer, settings.MOCKOPENAI_TRUSTED_PROXIES)


def client_address(peer_ip: str, forwarded_for: str, trusted: Networks) -> str:
    """The caller's address: the peer, or behind trusted proxies the right-most hop that is not one.

    A header from anybody but a trusted proxy changes nothing.
    """
    address = read_address(peer_ip)
    if not trusted or not is_in(address, trusted):
        return str(address) if address else "unknown"
    for hop in reversed(forwarded_for.split(",")):
        found = read_address(_PORT.sub(r"\1\2", hop.strip()))
        if found is None:
            break
        address = found
        if not is_in(address, trusted):
            break
    return str(address)


def is_in(address: Address | None, networks: Networks) -> bool:
    return address is not None and any(
        address.version == network.version and address in network for network in networks
    )
