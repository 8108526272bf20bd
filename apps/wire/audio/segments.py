"""A transcribed text cut into sentences and words with times, and written as subtitles."""

import re
import zlib
from collections.abc import Iterable
from typing import Any

from apps.wire import usage
from apps.wire.endpoint import Body

_SENTENCE = re.compile(r"\s*\S.*?(?:[.!?。！？]+(?=\s|$)|[。！？]|\n|$)", re.S)


def segments(text: str, duration_s: float, model: str) -> list[Body]:
    """The sentences, as whisper writes segments; each lasts as long as its share of the text."""
    parts = [match[0] for match in _SENTENCE.finditer(text)] or [text]
    return [
        {
            "id": index,
            "seek": 0,
            "start": start,
            "end": end,
            "text": part,
            "tokens": _tokens(part, model),
            "temperature": 0.0,
            "avg_logprob": -0.25,
            "compression_ratio": 1.2,
            "no_speech_prob": 0.01,
        }
        for index, (part, start, end) in enumerate(_timed(parts, duration_s))
    ]


def words(text: str, duration_s: float) -> list[Body]:
    return [
        {"word": word.strip(".,!?;:\"'()"), "start": start, "end": end}
        for word, start, end in _timed(text.split(), duration_s)
    ]


def turns(text: str, duration_s: float, speakers: list[str]) -> list[Body]:
    """The sentences, as they are told apart by speaker: they take turns."""
    parts = [match[0].strip() for match in _SENTENCE.finditer(text)] or [text]
    return [
        {
            "type": "transcript.text.segment",
            "id": f"seg_{index + 1:03}",
            "start": start,
            "end": end,
            "text": part,
            "speaker": speakers[index % len(speakers)],
        }
        for index, (part, start, end) in enumerate(_timed(parts, duration_s))
    ]


def _timed(parts: list[str], duration_s: float) -> list[tuple[str, float, float]]:
    total, said = sum(map(len, parts)) or 1, 0
    made = []
    for part in parts:
        start = round(duration_s * said / total, 2)
        said += len(part)
        made.append((part, start, round(duration_s * said / total, 2)))
    return made


def _tokens(text: str, model: str) -> list[int]:
    """As many as there are; which they would be is not known here."""
    return [
        zlib.crc32(f"{place}{text}".encode(errors="replace")) % 50_000
        for place in range(usage.count([text], model)[0])
    ]


def srt(parts: Iterable[Any]) -> str:
    """SubRip subtitles of segments."""
    blocks = [
        f"{number}\n{_stamp(start, ',')} --> {_stamp(end, ',')}\n{text}\n"
        for number, (start, end, text) in enumerate(_readable(parts), 1)
    ]
    return "\n".join(blocks) + "\n"


def vtt(parts: Iterable[Any]) -> str:
    """WebVTT subtitles of segments."""
    blocks = [
        f"{_stamp(start, '.')} --> {_stamp(end, '.')}\n{text}\n" for start, end, text in _readable(parts)
    ]
    return "WEBVTT\n\n" + "\n".join(blocks) + "\n"


def _readable(parts: Iterable[Any]) -> list[tuple[float, float, str]]:
    """Start, end and text of each that has a text; an author may have left the times out."""
    found, last = [], 0.0
    for part in parts:
        if isinstance(part, dict) and isinstance(part.get("text"), str):
            start, end = _number(part.get("start"), last), _number(part.get("end"), last)
            found.append((start, end, part["text"].strip()))
            last = end
    return found


def _number(value: Any, default: float) -> float:
    return float(value) if type(value) in (int, float) and 0 <= value < 1e6 else default


def _stamp(seconds: float, mark: str) -> str:
    ms = round(seconds * 1000)
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}{mark}{ms % 1000:03}"
