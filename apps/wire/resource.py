"""What hand-made rows of kept objects share: the row itself, and how an object is found."""

from collections.abc import Callable
from typing import Any

from apps.wire.endpoint import Body, Endpoint
from apps.wire.errors import WireError
from apps.wire.kept_object import found
from apps.wire.names import family_of, operation_name
from apps.wire.row import with_shape
from apps.wire.shelf import Shelf


def resource(name: str, method: str, path: str, **row: Any) -> Endpoint:
    """A row whose `auto` makes the whole body; an authored one goes out as it is."""
    kind = name.rpartition(".")[0]
    defaults: dict[str, Any] = {
        "check": lambda call: None,
        "fill": lambda draft, call: draft,
        "is_whole": is_object,
        "summary": lambda call: f"{kind} {' '.join(call.params.values())}".strip()[:200],
    }
    made = {**defaults, **row}
    if method == "POST":
        made["check"] = with_shape(operation_name(name), made["check"], seldom=True)
    return Endpoint(name=name, method=method, path=path, family=family_of(name), **made)


def is_object(body: Body) -> bool:
    """Whether it is an object, or a list of them, of which the SDK can make something."""
    return isinstance(body.get("object"), str) and ("id" in body or isinstance(body.get("data"), list))


def kept(shelf: Shelf, kind: str, object_id: str, *, what: str, sample: Callable[[], Body]) -> Body:
    """The kept object; raises the 404 in the words that the service has for this one."""
    try:
        return found(shelf, kind, object_id, label=what, sample=sample)
    except WireError:
        raise not_found(what, object_id) from None


def not_found(what: str, object_id: str) -> WireError:
    """The service's words for what a caller has not created, or has deleted."""
    return WireError(404, f"{what} with id '{object_id[:200]}' not found.")
