"""Reads settings from environment variables, each checked, each error naming the variable."""

import os
import re
from ipaddress import IPv4Network, IPv6Network, ip_network

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


def refuse(name: str, value: str, wanted: str) -> ImproperlyConfigured:
    """The error for a bad value: it names the variable, shows the value, says what is wanted."""
    shown = re.sub(r"//[^@/]*@", "//…@", value)  # never a password in a log
    return ImproperlyConfigured(f"{name}={shown!r} is not {wanted}.")


def text(name: str, default: str) -> str:
    return os.environ.get(name, default).strip()


def flag(name: str, *, default: bool) -> bool:
    value = os.environ.get(name)
    if value is None:
        return default
    if value.strip().lower() in TRUE:
        return True
    if value.strip().lower() in FALSE:
        return False
    raise refuse(name, value, "a switch: use 1 or 0")


def number(name: str, default: float, *, low: float, high: float) -> float:
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    try:
        found = float(value)
    except ValueError:
        raise refuse(name, value, "a number") from None
    if not low <= found <= high:
        raise refuse(name, value, f"between {low:g} and {high:g}")
    return found


def integer(name: str, default: int, *, low: int, high: int) -> int:
    found = number(name, default, low=low, high=high)
    if found != int(found):
        raise refuse(name, os.environ[name], "a whole number")
    return int(found)


def choice(name: str, default: str, options: tuple[str, ...]) -> str:
    value = text(name, default)
    if value not in options:
        raise refuse(name, value, "one of " + ", ".join(options))
    return value


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def networks(name: str) -> list[IPv4Network | IPv6Network]:
    """A comma-separated list of CIDR networks."""
    found = []
    for word in words(name):
        try:
            found.append(ip_network(word, strict=False))
        except ValueError:
            raise refuse(name, word, "a network such as 10.0.0.0/8") from None
    return found
