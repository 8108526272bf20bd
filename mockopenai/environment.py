"""Reads settings from environment variables, each checked, each error naming the variable."""

import os
import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}


def refuse(name: str, value: str, wanted: str) -> ImproperlyConfigured:
    """The error for a bad value: it names the variable, shows the value, says what is wanted."""
    return ImproperlyConfigured(f"{name}={without_password(value)!r} is not {wanted}.")


def without_password(url: str) -> str:
    """An address as it may stand in a log."""
    return re.sub(r"//[^@/]*@", "//…@", url)


def text(name: str, default: str) -> str:
    """The value; one that is empty is as good as none."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, *, default: bool) -> bool:
    value = text(name, "")
    if not value:
        return default
    if value.lower() in TRUE:
        return True
    if value.lower() in FALSE:
        return False
    raise refuse(name, value, "a switch: use 1 or 0")


def wish(name: str) -> bool | None:
    """A switch that may be left alone: None."""
    return flag(name, default=False) if text(name, "") else None


def content(name: str) -> str:
    """What the file holds that a setting names; "" without one."""
    path = text(name, "")
    if not path:
        return ""
    try:
        return Path(path).read_text(encoding="utf-8").strip("\r\n")
    except (OSError, ValueError):
        raise refuse(name, path, "a file that can be read") from None


def number(name: str, default: float, *, low: float, high: float) -> float:
    value = text(name, "")
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
    if value.lower() not in options:
        raise refuse(name, value, "one of " + ", ".join(options))
    return value.lower()


def make_folder(name: str, path: Path) -> None:
    """Makes the folder that a setting names, for its user alone, unless it is there."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        given = text(name, str(path))
        raise refuse(name, given, f"where a folder can be made ({error.strerror})") from None


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def networks(name: str, default: str = "") -> list[IPv4Network | IPv6Network]:
    """A comma-separated list of CIDR networks."""
    found = []
    for word in words(name, default):
        try:
            found.append(ip_network(word, strict=False))
        except ValueError:
            raise refuse(name, word, "a network such as 10.0.0.0/8") from None
    return found
