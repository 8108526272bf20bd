"""FLAC files (RFC 9639) of samples that are written as they are: lossless, and not compressed at all."""

import struct
from array import array
from functools import cache, lru_cache
from hashlib import md5

_BLOCK = 3600  # samples of a frame: a voice repeats after 16 of them, and so do the checksums
_SIZE_16 = 7  # code of a size that 16 bits say
_RATE_CODES = {8000: 4, 16_000: 5, 22_050: 6, 24_000: 7, 32_000: 8, 44_100: 9, 48_000: 10}


def file(pcm: bytes, rate: int) -> bytes:
    """A file of 16-bit samples of one channel."""
    samples = array("H", pcm)
    samples.byteswap()  # FLAC has the high byte first
    data = samples.tobytes()
    count = len(samples)
    bits = rate << 44 | 0 << 41 | 15 << 36 | count  # one channel, 16 bits
    info = struct.pack(">HH6xQ", _BLOCK, _BLOCK, bits) + md5(pcm, usedforsecurity=False).digest()
    frames = [
        _frame(data[start : start + 2 * _BLOCK], number, rate)
        for number, start in enumerate(range(0, len(data), 2 * _BLOCK))
    ]
    return b"fLaC" + struct.pack(">I", 0x80 << 24 | len(info)) + info + b"".join(frames)


def _frame(data: bytes, number: int, rate: int) -> bytes:
    """One block of samples: a head with its checksum, the samples, and a checksum over all of it."""
    count = len(data) // 2
    head = bytes([0xFF, 0xF8, _SIZE_16 << 4 | _RATE_CODES[rate], 0b0000_1000])
    head += chr(number).encode() + struct.pack(">H", count - 1)
    head += bytes([_crc8(head), 0b0000_0010])  # verbatim
    return head + data + struct.pack(">H", _moved(_crc16(head), len(data)) ^ _crc16(data))


@lru_cache(maxsize=64)
def _crc16(data: bytes) -> int:
    """Cached: the blocks of a voice come again and again."""
    value = 0
    for byte in data:
        value = (value << 8 & 0xFFFF) ^ _TABLE_16[value >> 8 ^ byte]
    return value


def _moved(value: int, count: int) -> int:
    """A checksum after so many zero bytes more: what it was adds to that of what follows, bit by bit."""
    moved = 0
    for place, bit in enumerate(_moved_bits(count)):
        if value >> place & 1:
            moved ^= bit
    return moved


@cache
def _moved_bits(count: int) -> list[int]:
    return [_run(1 << place, count) for place in range(16)]


def _run(value: int, count: int) -> int:
    for _ in range(count):
        value = (value << 8 & 0xFFFF) ^ _TABLE_16[value >> 8]
    return value


def _crc8(data: bytes) -> int:
    value = 0
    for byte in data:
        value = _TABLE_8[value ^ byte]
    return value


def _table(polynomial: int, bits: int) -> list[int]:
    made = []
    for byte in range(256):
        value = byte << bits - 8
        for _ in range(8):
            value = (value << 1 ^ (polynomial if value >> bits - 1 else 0)) & (1 << bits) - 1
        made.append(value)
    return made


_TABLE_8, _TABLE_16 = _table(0x07, 8), _table(0x8005, 16)
