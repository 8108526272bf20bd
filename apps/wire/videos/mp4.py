"""A grey video of any size as MP4, made here: H.264 whose every picture is flat, a few kilobytes in all.

The first picture is intra-coded without any residual (each macroblock 8 bits), the later ones skip every
macroblock. ITU-T H.264: 7.3 for the syntax, 9.1 for Exp-Golomb codes; ISO/IEC 14496-12 and -15 for the boxes.
"""

from struct import pack

FPS = 1  # pictures a second: nothing moves
_TIMESCALE = 1000
_IDENTITY = pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


class _Bits:
    """Bits of a NAL unit."""

    def __init__(self) -> None:
        self._text: list[str] = []

    def u(self, length: int, value: int) -> None:
        self._text.append(f"{value:0{length}b}")

    def ue(self, value: int) -> None:
        bits = f"{value + 1:b}"
        self._text.append("0" * (len(bits) - 1) + bits)

    def se(self, value: int) -> None:
        self.ue(2 * value - 1 if value > 0 else -2 * value)

    def nal(self, header: int) -> bytes:
        """The whole unit: stop bit, padding, emulation prevention."""
        text = "".join(self._text) + "1"
        text += "0" * (-len(text) % 8)
        data, zeros, made = int(text, 2).to_bytes(len(text) // 8), 0, bytearray([header])
        for byte in data:
            if zeros >= 2 and byte <= 3:
                made.append(3)
                zeros = 0
            made.append(byte)
            zeros = zeros + 1 if byte == 0 else 0
        return bytes(made)


def grey(width: int, height: int, seconds: int) -> bytes:
    """The file."""
    units = _parameters(width, height)
    blocks = -(-width // 16) * -(-height // 16)
    count = max(1, seconds * FPS)
    pictures = [_first(blocks), *(_same(blocks, number) for number in range(1, count))]
    samples = [pack(">I", len(one)) + one for one in pictures]
    head = _box(b"ftyp", b"isom", pack(">I", 0x200), b"isomiso2avc1mp41")
    # The index names where the samples are: behind itself.
    moov = _moov(width, height, samples, units, at=0)
    at = len(head) + len(moov) + 8
    return head + _moov(width, height, samples, units, at=at) + _box(b"mdat", *samples)


def _parameters(width: int, height: int) -> tuple[bytes, bytes]:
    """The sequence's and the picture's parameter set, of the baseline profile."""
    across, down = -(-width // 16), -(-height // 16)
    sps = _Bits()
    sps.u(8, 66)
    sps.u(8, 0b11000000)
    sps.u(8, 40)
    for value in (0, 0, 2, 1):  # id, frame numbers of 4 bits, order of output as decoded, one reference
        sps.ue(value)
    sps.u(1, 0)
    sps.ue(across - 1)
    sps.ue(down - 1)
    sps.u(2, 0b11)  # frames only; direct_8x8_inference
    right, below = (across * 16 - width) // 2, (down * 16 - height) // 2
    sps.u(1, int(bool(right or below)))
    if right or below:
        for value in (0, right, 0, below):
            sps.ue(value)
    sps.u(1, 0)
    pps = _Bits()
    for value in (0, 0):
        pps.ue(value)
    pps.u(2, 0)  # CAVLC
    for value in (0, 0, 0):
        pps.ue(value)
    pps.u(3, 0)
    for value in (0, 0, 0):
        pps.se(value)
    pps.u(3, 0b100)  # deblocking may be switched off
    return sps.nal(0x67), pps.nal(0x68)


def _first(blocks: int) -> bytes:
    bits = _Bits()
    for value in (0, 7, 0):  # the first macroblock; an I slice; its parameter set
        bits.ue(value)
    bits.u(4, 0)
    bits.ue(0)
    bits.u(2, 0)  # nothing is marked
    bits.se(0)
    bits.ue(1)  # no deblocking
    # Intra 16x16 by the mean of its neighbours, chroma as well, no change of the quantizer, no residual.
    bits.u(8 * blocks, int("00100111" * blocks, 2))
    return bits.nal(0x65)


def _same(blocks: int, number: int) -> bytes:
    bits = _Bits()
    for value in (0, 5, 0):
        bits.ue(value)
    bits.u(4, number % 16)
    bits.u(3, 0)  # the usual number of references, in their order, marked by age
    bits.se(0)
    bits.ue(1)
    bits.ue(blocks)  # all are skipped
    return bits.nal(0x41)


def _box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return pack(">I", len(body) + 8) + kind + body


def _full(kind: bytes, *parts: bytes, flags: int = 0) -> bytes:
    return _box(kind, pack(">I", flags), *parts)


def _moov(width: int, height: int, samples: list[bytes], units: tuple[bytes, bytes], *, at: int) -> bytes:
    each = _TIMESCALE // FPS
    length = each * len(samples)
    mvhd = pack(">IIIIIH10x", 0, 0, _TIMESCALE, length, 0x10000, 0x100) + _IDENTITY + pack(">24xI", 2)
    tkhd = pack(">IIIIIQhhHH", 0, 0, 1, 0, length, 0, 0, 0, 0, 0) + _IDENTITY
    tkhd += pack(">II", width << 16, height << 16)
    mdhd = pack(">IIIIHH", 0, 0, _TIMESCALE, length, 0x55C4, 0)
    hdlr = pack(">I4s12x", 0, b"vide") + b"video\0"
    source = _box(b"dinf", _full(b"dref", pack(">I", 1), _full(b"url ", flags=1)))
    table = _table(width, height, samples, units, at)
    minf = _box(b"minf", _full(b"vmhd", pack(">4H", 0, 0, 0, 0), flags=1), source, table)
    media = _box(b"mdia", _full(b"mdhd", mdhd), _full(b"hdlr", hdlr), minf)
    return _box(b"moov", _full(b"mvhd", mvhd), _box(b"trak", _full(b"tkhd", tkhd, flags=3), media))


def _table(width: int, height: int, samples: list[bytes], units: tuple[bytes, bytes], at: int) -> bytes:
    sps, pps = units
    config = bytes([1, *sps[1:4], 0xFF, 0xE1]) + pack(">H", len(sps)) + sps
    config += b"\1" + pack(">H", len(pps)) + pps
    entry = pack(">6xH16xHHIIIH32xHh", 1, width, height, 0x480000, 0x480000, 0, 1, 24, -1)
    described = _full(b"stsd", pack(">I", 1), _box(b"avc1", entry, _box(b"avcC", config)))
    sizes = b"".join([pack(">I", len(one)) for one in samples])
    return _box(
        b"stbl",
        described,
        _full(b"stts", pack(">III", 1, len(samples), _TIMESCALE // FPS)),
        _full(b"stss", pack(">II", 1, 1)),
        _full(b"stsc", pack(">IIII", 1, 1, len(samples), 1)),
        _full(b"stsz", pack(">II", 0, len(samples)), sizes),
        _full(b"stco", pack(">II", 1, at)),
    )
