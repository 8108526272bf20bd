"""What follows from the address that a server listens on: who reaches it, and the names it goes by."""

from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """Whether a server on that address is reached from its own machine alone."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def allowed_hosts(host: str) -> list[str]:
    """The names that a server on that address goes by, as far as nobody says: on loopback no others
    than its own, so that a foreign name that leads there (DNS rebinding) opens nothing.
    """
    if is_loopback(host):
        return list(dict.fromkeys(["localhost", "127.0.0.1", "[::1]", f"[{host}]" if ":" in host else host]))
    return ["*"]
