"""Ogg Opus files (RFC 3533, RFC 7845): the packets of one, and a file of packets."""

import struct
from functools import lru_cache
from itertools import accumulate

SAMPLES = 960  # of a packet of 20 ms; Opus counts 48,000 a second
RATE = 48_000
_PACKETS_A_PAGE = 50
_SERIAL = 0x6D6F636B
_FIRST, _LAST = 2, 4  # flags of a page


@lru_cache(maxsize=4)
def packets(data: bytes) -> tuple[bytes, ...]:
    """All packets of a file, the two of its head first."""
    found: list[bytes] = []
    part, at = b"", 0
    while data[at : at + 4] == b"OggS":
        count = data[at + 26]
        sizes = data[at + 27 : at + 27 + count]
        at += 27 + count
        for size in sizes:
            part += data[at : at + size]
            at += size
            if size < 255:
                found.append(part)
                part = b""
    return tuple(found)


def opus_file(parts: tuple[bytes, ...], length_s: float) -> bytes:
    """A file with the head of these packets, and the rest of them, over and over, for that long."""
    head, tags, *sound = parts
    (skipped,) = struct.unpack_from("<H", head, 10)  # what a decoder leaves out at the beginning
    end = skipped + round(length_s * RATE)
    count = -(-end // SAMPLES)
    pages = [_page([head], 0, 0, _FIRST), _page([tags], 0, 1)]
    for start in range(0, count, _PACKETS_A_PAGE):
        until = min(count, start + _PACKETS_A_PAGE)
        chosen = [sound[place % len(sound)] for place in range(start, until)]
        position, flag = (end, _LAST) if until == count else (until * SAMPLES, 0)
        pages.append(_page(chosen, position, len(pages), flag))
    return b"".join(pages)


def _page(parts: list[bytes], position: int, number: int, flag: int = 0) -> bytes:
    sizes = b"".join([b"\xff" * (len(part) // 255) + bytes([len(part) % 255]) for part in parts])
    head = struct.pack("<4sBBqIIIB", b"OggS", 0, flag, position, _SERIAL, number, 0, len(sizes))
    page = head + sizes + b"".join(parts)
    return page[:22] + struct.pack("<I", _checksum(page)) + page[26:]


def _checksum(data: bytes) -> int:
    value = 0
    for byte in data:
        value = (value << 8 & 0xFFFFFFFF) ^ _TABLE[value >> 24 ^ byte]
    return value


def _entry(byte: int) -> int:
    """CRC-32 with the polynomial 04C11DB7, the highest bit first."""
    *_, value = accumulate(
        range(8),
        lambda so_far, _: (so_far << 1 ^ (0x04C11DB7 if so_far >> 31 else 0)) & 0xFFFFFFFF,
        initial=byte << 24,
    )
    return value


_TABLE = [_entry(byte) for byte in range(256)]
