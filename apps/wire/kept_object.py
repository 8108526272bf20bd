"""Objects that were kept, as an operation on one of them finds it; and what is said of others."""

from collections.abc import Callable

from apps.wire.endpoint import Body
from apps.wire.errors import WireError
from apps.wire.shelf import Shelf


class _Unknown:
    sampled = False


def configure(*, sampled: bool) -> None:
    """Answer for an id that nothing was kept under with a sample (setting MOCKOPENAI_UNKNOWN_IDS)."""
    _Unknown.sampled = sampled


def is_sampled() -> bool:
    """Whether unknown ids get samples: nothing is then missing."""
    return _Unknown.sampled


def found(
    shelf: Shelf,
    kind: str,
    object_id: str,
    *,
    label: str,
    sample: Callable[[], Body] | None = None,
    shown: str = "",
) -> Body:
    """The kept object; raises OpenAI's 404 ("No such File object: file-1", with the label "File").

    Where unknown ids get samples, what `sample` gives, under this id. `shown` is the id as callers know
    it, where it is kept under another one.
    """
    kept = shelf.get(kind, object_id)
    if kept is not None:
        return kept
    if _Unknown.sampled and sample is not None:
        return {**sample(), "id": shown or object_id}
    raise no_such(label, shown or object_id)


def no_such(label: str, object_id: str) -> WireError:
    """`label` is what such an object is called, or all that is said, with {id}."""
    if "{id}" in label:
        return WireError(404, label.replace("{id}", object_id[:200]))
    return WireError(404, f"No such {label} object: {object_id[:200]}", param="id")


def put_whole(shelf: Shelf, kind: str, body: Body, *, parent: str = "") -> bool:
    """Keeps an object under its own id; False for a body without a usable one."""
    object_id = body.get("id")
    if not isinstance(object_id, str) or not 0 < len(object_id) <= ID_MAX:
        return False
    shelf.put(kind, object_id, body, parent=parent)
    return True


ID_MAX = 200  # characters
