"""Makes apps/wire/audio/babble.{mp3,aac,opus} from the server's own voice: python tools/babble.py

Needs PyAV (`pip install av`), which the server itself does not: the files are committed. Each is a loop of
2.4 seconds whose frames do not lean on the ones before, so that they can be repeated and cut.
"""

import sys
from pathlib import Path

import av

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from apps.wire.audio.voice import LOOP_S, RATE, samples  # noqa: E402

FORMATS = {
    "mp3": ("libmp3lame", "mp3", RATE, 32_000, {"reservoir": "0"}, {"id3v2_version": "0", "write_xing": "0"}),
    "aac": ("aac", "adts", RATE, 32_000, {}, {}),
    "opus": ("libopus", "ogg", 48_000, 24_000, {"vbr": "off", "frame_duration": "20"}, {}),
}


def make(name: str) -> None:
    codec, container, rate, bits, codec_options, container_options = FORMATS[name]
    target = ROOT / "apps" / "wire" / "audio" / f"babble.{name}"
    with av.open(str(target), "w", format=container, options=container_options) as out:
        stream = out.add_stream(codec, rate=rate, options=codec_options)
        stream.bit_rate = bits
        stream.layout = "mono"
        pcm = samples("alloy", LOOP_S)
        source = av.AudioFrame(format="s16", layout="mono", samples=len(pcm) // 2)
        source.sample_rate = RATE
        source.planes[0].update(pcm)
        resampler = av.AudioResampler(format=stream.format, layout="mono", rate=rate)
        fifo = av.AudioFifo()
        for frame in [*resampler.resample(source), *resampler.resample(None)]:
            frame.pts = None
            fifo.write(frame)
        while (frame := fifo.read(stream.frame_size or 960, partial=True)) is not None:
            frame.pts = None
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


for name in sys.argv[1:] or FORMATS:
    make(name)
