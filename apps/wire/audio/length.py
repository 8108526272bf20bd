"""How long an uploaded sound plays, read from its first bytes; only guessed where its format does not say."""

import struct

_MP3_KBITS = {  # by version (MPEG-1, MPEG-2 and 2.5) of layer III
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0),
}
_GUESSED_BYTES_A_SECOND = 16_000  # 128 kbit/s


def seconds_of(data: bytes, size: int = 0) -> float:
    """The seconds that a file of `size` bytes plays (those of `data`, when it is all of it); at least 0.1."""
    size = size or len(data)
    try:
        found = _wav(data, size) or _flac(data) or _ogg(data) or _mp3(data, size)
    except (struct.error, IndexError):
        found = 0.0
    return round(max(0.1, found or size / _GUESSED_BYTES_A_SECOND), 2)


def _wav(data: bytes, size: int) -> float:
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        return 0.0
    at, bytes_a_second = 12, 0
    while at + 8 <= len(data):
        name, length = data[at : at + 4], struct.unpack_from("<I", data, at + 4)[0]
        if name == b"fmt ":
            bytes_a_second = struct.unpack_from("<I", data, at + 16)[0]
        elif name == b"data" and bytes_a_second:
            # A recorder that streams writes no length, or the largest.
            return float(min(length or size, size - at - 8)) / bytes_a_second
        at += 8 + length + length % 2
    return 0.0


def _flac(data: bytes) -> float:
    if data[:4] != b"fLaC":
        return 0.0
    bits = struct.unpack_from(">Q", data, 18)[0]
    rate, count = bits >> 44, bits & (1 << 36) - 1
    return float(count / rate) if rate else 0.0


def _ogg(data: bytes) -> float:
    """The last page says how many samples came before; Opus counts 48,000 a second."""
    last = data.rfind(b"OggS")
    if data[:4] != b"OggS" or last < 0:
        return 0.0
    vorbis = data.find(b"\x01vorbis", 0, 200)
    rate = struct.unpack_from("<I", data, vorbis + 12)[0] if vorbis >= 0 else 48_000
    count = struct.unpack_from("<q", data, last + 6)[0]
    return float(max(0, count) / rate) if rate else 0.0


def _mp3(data: bytes, size: int) -> float:
    """By the bit rate of the first frame, behind a tag if there is one."""
    at = 0
    if data[:3] == b"ID3":
        at = 10 + sum(byte << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=False))
    if data[at] != 0xFF or data[at + 1] & 0xE6 != 0xE2:
        return 0.0
    version = 1 if data[at + 1] & 0x18 == 0x18 else 2
    kbits = _MP3_KBITS[version][data[at + 2] >> 4]
    return (size - at) / (125 * kbits) if kbits else 0.0
