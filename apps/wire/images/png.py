"""PNG files (ISO/IEC 15948), written by hand: pictures of at most 256 colours, one byte a pixel."""

import struct
import zlib
from collections.abc import Iterable
from typing import NamedTuple

SIGNATURE = b"\x89PNG\r\n\x1a\n"

Colour = tuple[int, int, int]


class Size(NamedTuple):
    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


def png(
    size: Size, rows: Iterable[bytes], palette: list[Colour], *, transparent: Iterable[int] = ()
) -> bytes:
    """A file of these rows, a byte a pixel that names a colour; those in `transparent` are not seen."""
    packer = zlib.compressobj(1)
    packed = b"".join([packer.compress(b"\0" + row) for row in rows]) + packer.flush()
    hidden = frozenset(transparent)
    alpha = bytes([0 if place in hidden else 255 for place in range(max(hidden) + 1)]) if hidden else b""
    head = struct.pack(">IIBBBBB", size.width, size.height, 8, 3, 0, 0, 0)  # 8 bits, palette
    chunks = [(b"IHDR", head), (b"PLTE", bytes([part for colour in palette for part in colour]))]
    chunks += [(b"tRNS", alpha)] if alpha else []
    return SIGNATURE + b"".join([_chunk(*one) for one in [*chunks, (b"IDAT", packed), (b"IEND", b"")]])


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
