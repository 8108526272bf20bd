"""The chat.completions endpoint: its row of the table."""

from apps.wire import said
from apps.wire.call import Call
from apps.wire.chat_audio import is_wanted
from apps.wire.chat_auto import auto
from apps.wire.chat_fill import breadth, fill
from apps.wire.chat_frames import frames
from apps.wire.chat_request import check, summary
from apps.wire.chat_stored import keep, keeps
from apps.wire.chat_typed import TYPED
from apps.wire.chat_whole import is_whole
from apps.wire.endpoint import Body, Endpoint


def _fill(draft: Body, call: Call) -> Body:
    """Completes a draft of any text endpoint's form."""
    return fill(said.as_chat(draft), call)


COMPLETIONS = Endpoint(
    name="chat.completions",
    method="POST",
    path="/chat/completions",
    family="text",
    check=check,
    fill=_fill,
    is_whole=is_whole,
    auto=auto,
    summary=summary,
    breadth=breadth,
    frames=frames,
    typed=TYPED,
    keep=keep,
    keeps=keeps,
    slow_for=is_wanted,
)
