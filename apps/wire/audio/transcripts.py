"""Completing transcriptions and translations, whole, as text, and streamed."""

import math
from collections.abc import Iterator
from typing import Any

import orjson

from apps.wire import sse, usage
from apps.wire.audio.listening import DIARIZED, duration_of, format_of, language_of
from apps.wire.audio.segments import segments, srt, turns, vtt, words
from apps.wire.call import Call
from apps.wire.endpoint import Body, Raw
from apps.wire.logprobs import scored_text
from apps.wire.pieces import pieces

_TOKENS_A_SECOND = 10  # of audio
TEXT = "text/plain; charset=utf-8"
SHORT_FORMS = ('{"text": "…"}', '{"content": "…"}')


def fill_transcription(draft: Body, call: Call) -> Body:
    """The whole body in the format that is asked for; {"text": …} is enough, {"content": …} does as well."""
    form, text = format_of(call), _text(draft)
    if form == DIARIZED:
        return _diarized(draft, text, call)
    if form != "json" and form != "text":
        return _verbose(draft, text, call, task="transcribe")
    body: Body = {"text": text}
    if _wants_logprobs(call):
        body["logprobs"] = scored_text(text)
    body["usage"] = _usage(text, call)
    return _with_own(body, draft)


def fill_translation(draft: Body, call: Call) -> Body:
    text = _text(draft)
    if format_of(call) in ("json", "text"):
        return _with_own({"text": text}, draft)
    return _verbose(draft, text, call, task="translate")


def is_whole(body: Body) -> bool:
    """Of the forms with times; a bare text is completed as the call asks."""
    return isinstance(body.get("text"), str) and all(
        isinstance(body.get(name), types)
        for name, types in (("duration", (int, float)), ("segments", list), ("task", str))
    )


def raw(body: Body, call: Call) -> Raw | None:
    """The formats that are no JSON."""
    form = format_of(call)
    if form not in ("text", "srt", "vtt"):
        return None
    text = _text(body)
    if form == "text":
        return Raw(TEXT, f"{text}\n".encode(errors="replace"))
    parts = body.get("segments")
    parts = parts if isinstance(parts, list) else segments(text, duration_of(call), call.model)
    return Raw(TEXT, (srt(parts) if form == "srt" else vtt(parts)).encode(errors="replace"))


def frames(body: Body, call: Call) -> Iterator[bytes] | None:
    """The events of a streamed transcription; None for whisper-1, which does not stream."""
    return None if call.model == "whisper-1" else _frames(body, call)


def _frames(body: Body, call: Call) -> Iterator[bytes]:
    text = _text(body)
    scored = _wants_logprobs(call)
    given = body.get("segments")
    if format_of(call) == DIARIZED and isinstance(given, list):
        for segment in given:
            if isinstance(segment, dict):
                said = {"delta": str(segment.get("text", "")), "segment_id": segment.get("id")}
                yield _event({"type": "transcript.text.delta", **said})
                yield _event({"type": "transcript.text.segment", **segment})
    else:
        for piece in pieces(text):
            scores = {"logprobs": scored_text(piece)} if scored else {}
            yield _event({"type": "transcript.text.delta", "delta": piece, **scores})
    done: Body = {"type": "transcript.text.done", "text": text}
    if scored:
        done["logprobs"] = body.get("logprobs") or scored_text(text)
    spent = body.get("usage")
    is_tokens = isinstance(spent, dict) and spent.get("type") == "tokens"
    yield _event(done | {"usage": spent if is_tokens else _token_usage(text, call)})


def _event(data: Body) -> bytes:
    return sse.event(orjson.dumps(data))


def _text(draft: Body) -> str:
    for name in ("text", "content"):
        if isinstance(draft.get(name), str):
            return str(draft[name])
    return ""


def _with_own(body: Body, draft: Body) -> Body:
    body.update({key: draft[key] for key in draft if key != "content"})
    return body


def _verbose(draft: Body, text: str, call: Call, *, task: str) -> Body:
    duration_s = _duration(draft, call)
    language = language_of(call) if task == "transcribe" else "english"
    body: Body = {"task": task, "language": language, "duration": duration_s, "text": text}
    asked = call.data.get("timestamp_granularities")
    asked = asked if isinstance(asked, list) and asked else ["segment"]
    if "word" in asked:
        body["words"] = words(text, duration_s)
    if "segment" in asked or format_of(call) != "verbose_json":
        body["segments"] = segments(text, duration_s, call.model)
    if task == "transcribe":
        body["usage"] = {"type": "duration", "seconds": math.ceil(duration_s)}
    return _with_own(body, draft)


def _diarized(draft: Body, text: str, call: Call) -> Body:
    duration_s = _duration(draft, call)
    names = call.data.get("known_speaker_names")
    speakers = [str(name) for name in names] if isinstance(names, list) and names else ["A", "B"]
    own = draft.get("segments")
    if not text and isinstance(own, list):
        text = " ".join([_text(one).strip() for one in own if isinstance(one, dict)])
    body: Body = {
        "task": "transcribe",
        "duration": duration_s,
        "text": text,
        "segments": turns(text, duration_s, speakers),
        "usage": _usage(text, call),
    }
    return _with_own(body, draft)


def _duration(draft: Body, call: Call) -> float:
    given = draft.get("duration")
    return float(given) if isinstance(given, (int, float)) else duration_of(call)


def _usage(text: str, call: Call) -> Body:
    if call.model == "whisper-1":
        return {"type": "duration", "seconds": math.ceil(duration_of(call))}
    return _token_usage(text, call)


def _token_usage(text: str, call: Call) -> Body:
    prompt = call.data.get("prompt")
    read, written = usage.count([prompt if isinstance(prompt, str) else "", text], call.model)
    heard = math.ceil(_TOKENS_A_SECOND * duration_of(call))
    return {
        "type": "tokens",
        "input_tokens": read + heard,
        "input_token_details": {"text_tokens": read, "audio_tokens": heard},
        "output_tokens": written,
        "total_tokens": read + heard + written,
    }


def _wants_logprobs(call: Call) -> bool:
    include: Any = call.data.get("include")
    return isinstance(include, list) and "logprobs" in include and call.model != "whisper-1"
