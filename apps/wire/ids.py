"""Identifiers: random or sortable strings in the forms that OpenAI's service uses."""

import random
import secrets
import threading
import time

_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
_ALNUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
# 3,844 pairs of alphanumerics, the first ones again up to 4,096: any 12 random bits are a pair.
_ALNUM_PAIRS = ([a + b for a in _ALNUM for b in _ALNUM] * 2)[:4096]
_PADDINGS = [
    "".join(random.choices(_ALNUM, k=length)).encode() for length in range(1, 17) for _ in range(256)
]

_lock = threading.Lock()
_last_ms = 0
_count = 0
_time_part = ""
_PROCESS = "".join(secrets.choice(_CROCKFORD) for _ in range(11))  # tells one process's ids from another's


def exchange_id() -> str:
    """26 characters of lower-case Crockford base32: 48 bits of milliseconds, a count, 55 bits of the process.

    Strictly rising within this process, also within one millisecond and when the clock goes back.
    """
    global _last_ms, _time_part, _count
    with _lock:
        now_ms = time.time_ns() // 1_000_000
        if now_ms > _last_ms:
            _last_ms, _count = now_ms, random.getrandbits(12)
            _time_part = "".join([_CROCKFORD[now_ms >> shift & 31] for shift in range(45, -1, -5)])
        _count += 1
        return f"{_time_part}{_count:05x}{_PROCESS}"


def exchange_ids_from(unix_s: float) -> str:
    """What every exchange id of that moment, or of a later one, is above."""
    now_ms = int(unix_s * 1000)
    return "".join([_CROCKFORD[now_ms >> shift & 31] for shift in range(45, -1, -5)])


def _alphanumerics(length: int) -> str:
    bits = random.getrandbits(6 * length + 12)
    text = "".join([_ALNUM_PAIRS[bits >> shift & 4095] for shift in range(0, 6 * length, 12)])
    return text[:length]


def chat_completion_id() -> str:
    return "chatcmpl-" + _alphanumerics(29)


def completion_id() -> str:
    return "cmpl-" + _alphanumerics(29)


def response_part(created: int, origin: str = "") -> str:
    """50 hexadecimal digits, as follow resp_, msg_, fc_, …: 16 of the answer (`origin`, or new ones), the
    second in which it was made, 24 of its own (as recorded in 2026)."""
    origin = origin if len(origin) == 16 else f"{random.getrandbits(64):016x}"
    return f"{origin}{created & 0xFFFFFFFFFF:010x}{random.getrandbits(96):024x}"


def tool_call_id() -> str:
    return "call_" + _alphanumerics(24)


def object_id(prefix: str, length: int = 24) -> str:
    """A random id such as file-… or batch_…: `prefix` with its dash or underscore."""
    return prefix + _alphanumerics(length)


def request_id() -> str:
    return f"req_{random.getrandbits(128):032x}"


def hexadecimal(length: int) -> str:
    return f"{random.getrandbits(4 * length):0{length}x}"


def obfuscations(count: int) -> list[bytes]:
    """For each chunk 1 to 16 random alphanumerics: padding that hides how long a streamed piece was."""
    return random.choices(_PADDINGS, k=count)
