"""The chat.completions endpoint: its row of the table."""

from apps.wire.chat_fill import breadth, fill
from apps.wire.chat_frames import frames
from apps.wire.chat_request import auto, check, summary
from apps.wire.chat_typed import TYPED
from apps.wire.chat_whole import is_whole
from apps.wire.endpoint import Endpoint

COMPLETIONS = Endpoint(
    name="chat.completions",
    method="POST",
    path="/chat/completions",
    family="text",
    check=check,
    fill=fill,
    is_whole=is_whole,
    auto=auto,
    summary=summary,
    breadth=breadth,
    frames=frames,
    typed=TYPED,
)
