"""The completions endpoint: its row of the table."""

from apps.wire.completion_auto import auto
from apps.wire.completion_fill import breadth, fill
from apps.wire.completion_frames import TYPED, frames
from apps.wire.completion_request import check, summary
from apps.wire.completion_whole import is_whole
from apps.wire.endpoint import Endpoint

COMPLETIONS = Endpoint(
    name="completions",
    method="POST",
    path="/completions",
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
