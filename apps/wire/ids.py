"""Identifiers: random or sortable strings in the forms that OpenAI's service uses."""

import random
import threading
import time

_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
# Ten bits at a time: an exchange id is 13 look-ups instead of 26.
_PAIRS = tuple(high + low for high in _CROCKFORD for low in _CROCKFORD)
_ALNUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
# 3,844 pairs of alphanumerics, the first ones again up to 4,096: any 12 random bits are a pair.
_ALNUM_PAIRS = ([a + b for a in _ALNUM for b in _ALNUM] * 2)[:4096]
_SHIFTS = tuple(range(120, -1, -10))
_OBFUSCATION_POOL = "".join(random.choices(_ALNUM, k=4096))

_lock = threading.Lock()
_last = 0


def exchange_id() -> str:
    """26 characters of lower-case Crockford base32: 48 bits of milliseconds, then 80 random bits.

    Strictly rising within this process: a second one in the same millisecond (or after the clock
    went back) is the last one plus a small random step.
    """
    global _last
    with _lock:
        value = (time.time_ns() // 1_000_000 << 80) | random.getrandbits(80)
        if value <= _last or value >> 80 == _last >> 80:
            value = _last + 1 + random.getrandbits(40)
        _last = value
    return "".join([_PAIRS[value >> shift & 1023] for shift in _SHIFTS])


def _alphanumerics(length: int) -> str:
    bits = random.getrandbits(6 * length + 12)
    text = "".join([_ALNUM_PAIRS[bits >> shift & 4095] for shift in range(0, 6 * length, 12)])
    return text[:length]


def chat_completion_id() -> str:
    return "chatcmpl-" + _alphanumerics(29)


def tool_call_id() -> str:
    return "call_" + _alphanumerics(24)


def request_id() -> str:
    return f"req_{random.getrandbits(128):032x}"


def obfuscation() -> str:
    """1 to 16 random alphanumerics: padding that hides how long a streamed piece was."""
    bits = random.getrandbits(16)
    start = bits >> 4
    return _OBFUSCATION_POOL[start : start + 1 + (bits & 15)] or "x"
