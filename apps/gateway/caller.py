"""Who is calling: path, header, API key or address, the first that is present."""

from functools import lru_cache

from apps.accounts import caller_keys
from apps.accounts.address import Headers
from apps.accounts.address import address_of as address_of
from apps.accounts.address import client_address as client_address
from apps.wire.caller_name import caller_name
from apps.wire.errors import bad_caller, invalid_api_key

KEY_PREFIX = "sk-mock-"


@lru_cache(maxsize=1024)
def identify(path_caller: str, headers: Headers, address: str, *, from_inside: bool = False) -> str:
    """The caller's name; raises WireError (400) when the name it gives cannot be one, or (401) when an
    issued key is required and this is none.

    `headers` are (lower-case name, value) pairs; `address` as from `address_of`. What it says is kept
    until the issued keys change. `from_inside`: the server itself calls, which needs no key.
    """
    named = _named(headers)
    key = _key(named)
    issued = caller_keys.caller_of(key)
    if issued is None and not from_inside and caller_keys.is_required():
        raise invalid_api_key(key)
    name = path_caller or named.get("x-mock-caller", "").strip() or issued or _from_key(key) or address
    try:
        return caller_name(name)
    except ValueError:
        raise bad_caller(name) from None


caller_keys.on_change(identify.cache_clear)


def _from_key(key: str) -> str:
    """The name inside a key such as sk-mock-ci-42; any other key names nobody."""
    return key[len(KEY_PREFIX) :] if key.startswith(KEY_PREFIX) else ""


def _key(headers: dict[str, str]) -> str:
    scheme, _, key = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        key = headers.get("api-key", "")
    return key.strip()


def _named(headers: Headers) -> dict[str, str]:
    """By name; of a repeated header the first counts."""
    return dict(reversed(headers))
