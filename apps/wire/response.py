"""The responses endpoint: its rows of the table."""

from apps.wire.endpoint import Endpoint
from apps.wire.history import asked
from apps.wire.hosted import is_slow
from apps.wire.response_asked import check, summary
from apps.wire.response_auto import auto
from apps.wire.response_compact import COMPACT
from apps.wire.response_fill import breadth, fill
from apps.wire.response_frames import frames
from apps.wire.response_kept import ROWS as KEPT
from apps.wire.response_kept import background, keep, keeps
from apps.wire.response_typed import TYPED
from apps.wire.response_whole import is_whole

CREATE = Endpoint(
    name="responses",
    method="POST",
    path="/responses",
    family="text",
    check=check,
    fill=fill,
    is_whole=is_whole,
    auto=auto,
    summary=summary,
    breadth=breadth,
    frames=frames,
    typed=TYPED,
    asked=asked,
    keep=keep,
    keeps=keeps,
    raw=background,
    slow_for=is_slow,
)
ROWS = (CREATE, COMPACT, *KEPT)
