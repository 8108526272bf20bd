"""Who is calling: path, header, API key or address, the first that is present."""

import re
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from ipaddress import IPv4Network as IPv4Network

from apps.wire.errors import bad_caller

NAME = re.compile(r"[A-Za-z0-9._:-]{1,100}")
KEY_PREFIX = "sk-mock-"
Networks = Sequence[IPv4Network | IPv6Network]


def identify(path_caller: str, headers: dict[str, str], address: str) -> str:
    """The caller's name; raises WireError (400) when the name it gives cannot be one.

    `headers` by lower-case name; `address` as from `client_address`.
    """
    name = path_caller or headers.get("x-mock-caller", "").strip() or _from_key(headers) or address
    if not NAME.fullmatch(name):
        raise bad_caller(name)
    return name


def _from_key(headers: dict[str, str]) -> str:
    """The name inside a key such as sk-mock-ci-42; any other key names nobody."""
    scheme, _, key = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        key = headers.get("api-key", "")
    key = key.strip()
    return key[len(KEY_PREFIX) :] if key.startswith(KEY_PREFIX) else ""


@lru_cache(maxsize=1024)
def client_address(peer_ip: str, forwarded_for: str, trusted: tuple[IPv4Network | IPv6Network, ...]) -> str:
    """The caller's address: the peer, or behind trusted proxies the right-most hop that is not one.

    A header from anybody but a trusted proxy changes nothing.
    """
    address = _normal(peer_ip)
    if not trusted or not _is_in(address, trusted):
        return str(address) if address else "unknown"
    for hop in reversed(forwarded_for.split(",")):
        found = _normal(hop.strip())
        if found is None:
            break
        address = found
        if not _is_in(address, trusted):
            break
    return str(address)


def _normal(text: str) -> IPv4Address | IPv6Address | None:
    """::ffff:10.0.0.8 → 10.0.0.8; every loopback address → 127.0.0.1."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return IPv4Address("127.0.0.1") if address.is_loopback else address


def _is_in(address: IPv4Address | IPv6Address | None, networks: Networks) -> bool:
    return address is not None and any(
        address.version == network.version and address in network for network in networks
    )
