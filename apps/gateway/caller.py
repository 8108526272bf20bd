"""Who is calling: path, header, API key or address, the first that is present."""

import re
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network

from django.conf import settings

from apps.wire.caller_name import Address, caller_name, read_address
from apps.wire.errors import bad_caller

KEY_PREFIX = "sk-mock-"
# 1.2.3.4:5678, [2001:db8::1] or [2001:db8::1]:5678: some proxies name the port, too.
_PORT = re.compile(r"^(?:([\d.]+):\d+|\[([^\[\]]+)\](?::\d+)?)$")
Networks = Sequence[IPv4Network | IPv6Network]
Headers = tuple[tuple[str, str], ...]


@lru_cache(maxsize=1024)
def identify(path_caller: str, headers: Headers, address: str) -> str:
    """The caller's name; raises WireError (400) when the name it gives cannot be one.

    `headers` are (lower-case name, value) pairs; `address` as from `address_of`.
    """
    named = _named(headers)
    name = path_caller or named.get("x-mock-caller", "").strip() or _from_key(named) or address
    try:
        return caller_name(name)
    except ValueError:
        raise bad_caller(name) from None


def _from_key(headers: dict[str, str]) -> str:
    """The name inside a key such as sk-mock-ci-42; any other key names nobody."""
    scheme, _, key = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        key = headers.get("api-key", "")
    key = key.strip()
    return key[len(KEY_PREFIX) :] if key.startswith(KEY_PREFIX) else ""


@lru_cache(maxsize=1024)
def address_of(headers: Headers, peer_ip: str) -> str:
    """The address of the caller of a request with these headers that came from `peer_ip`."""
    # Some proxies add a line of their own below the one that the client sent: all lines are one list.
    forwarded_for = ",".join([value for name, value in headers if name == "x-forwarded-for"])
    return client_address(peer_ip, forwarded_for, settings.MOCKOPENAI_TRUSTED_PROXIES)


def _named(headers: Headers) -> dict[str, str]:
    """By name; of a repeated header the first counts."""
    return dict(reversed(headers))


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
