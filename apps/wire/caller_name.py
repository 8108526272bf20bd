"""Names of callers: what one may look like, and the one spelling of those that are addresses."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address

RULE = "A caller's name has 1 to 100 characters, A-Z a-z 0-9 . _ : - only"
_NAME = re.compile(r"[A-Za-z0-9._:-]{1,100}")
Address = IPv4Address | IPv6Address


def caller_name(text: str) -> str:
    """The name as queues and calls are kept under it; raises ValueError for what cannot be one.

    An address gets its one spelling, so that a queue under ::1 is the queue of 127.0.0.1.
    """
    if not _NAME.fullmatch(text):
        raise ValueError(RULE)
    address = read_address(text)
    return str(address) if address else text


def read_address(text: str) -> Address | None:
    """::ffff:10.0.0.8 → 10.0.0.8; every loopback address → 127.0.0.1; no address → None."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return IPv4Address("127.0.0.1") if address.is_loopback else address
