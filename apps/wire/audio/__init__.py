"""The audio endpoints: their rows of the table."""

from apps.wire.audio import listening, transcripts
from apps.wire.audio.speech import SPEECH as SPEECH
from apps.wire.endpoint import Endpoint

TRANSCRIPTIONS = Endpoint(
    name="audio.transcriptions",
    method="POST",
    path="/audio/transcriptions",
    family="audio",
    check=listening.check_transcription,
    fill=transcripts.fill_transcription,
    is_whole=transcripts.is_whole,
    auto=listening.transcribe,
    summary=listening.summary,
    frames=transcripts.frames,
    raw=transcripts.raw,
    short_forms=transcripts.SHORT_FORMS,
)
TRANSLATIONS = Endpoint(
    name="audio.translations",
    method="POST",
    path="/audio/translations",
    family="audio",
    check=listening.check_translation,
    fill=transcripts.fill_translation,
    is_whole=transcripts.is_whole,
    auto=listening.translate,
    summary=listening.summary,
    raw=transcripts.raw,
    short_forms=transcripts.SHORT_FORMS,
)
ENDPOINTS = (SPEECH, TRANSCRIPTIONS, TRANSLATIONS)
