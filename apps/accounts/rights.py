"""The one table of who may do what: URL pattern × method → the least role, and the audit log's word."""

from typing import Any, NamedTuple

from apps.accounts.roles import Role

READ = ("GET", "HEAD")


class Right(NamedTuple):
    """`least` role for a request; None: public. `action`: what the audit log calls it, "" keeps nothing."""

    least: Role | None
    action: str = ""


PUBLIC = Right(None)
_SEE = Right(Role.VIEWER)
_V, _O, _E, _A = Role.VIEWER, Role.OPERATOR, Role.EDITOR, Role.ADMIN
_LOOK = dict.fromkeys(READ, _SEE)
_Rights = dict[str, Right]


def _rest(**writes: Right) -> _Rights:
    return {**_LOOK, **writes}


_QUEUE = "api/preset-queue/<str:ip>"
_DESK = "api/desk/<str:exchange_id>"
_EXCHANGE = "api/exchanges/<str:exchange_id>"

# By the whole route of a pattern. What is not here is refused.
TABLE: dict[str, _Rights] = {
    "api/desk": _LOOK,
    "api/desk/check": {"POST": _SEE},
    "api/desk/test-call": {"POST": Right(_O, "desk.test_call")},
    f"{_DESK}/answer": {"POST": Right(_O, "desk.answer")},
    f"{_DESK}/extend": {"POST": Right(_O, "desk.extend")},
    f"{_DESK}/stream": _rest(POST=Right(_O)),  # each keystroke is none; the answer itself is kept
    f"{_DESK}/claim": {"POST": Right(_O, "desk.claim")},
    f"{_DESK}/release": {"POST": Right(_O, "desk.release")},
    f"{_DESK}/abort": {"POST": Right(_O, "desk.abort")},
    "api/preset-queue": _rest(DELETE=Right(_E, "queue.clear_all")),
    "api/preset-queue/export": _LOOK,
    _QUEUE: _rest(POST=Right(_O, "queue.add"), DELETE=Right(_E, "queue.clear")),
    f"{_QUEUE}/batch": {"POST": Right(_O, "queue.batch")},
    f"{_QUEUE}/import": {"POST": Right(_O, "queue.import")},
    f"{_QUEUE}/export": _LOOK,
    f"{_QUEUE}/reorder": {"POST": Right(_O, "queue.reorder")},
    f"{_QUEUE}/pause": {"POST": Right(_E, "queue.pause")},
    f"{_QUEUE}/entries": _LOOK,
    f"{_QUEUE}/explain": {"POST": _SEE},  # only looks
    f"{_QUEUE}/<str:response_id>": {
        "PATCH": Right(_O, "queue.change"),
        "DELETE": Right(_O, "queue.remove"),
    },
    f"{_QUEUE}/<str:response_id>/move": {"POST": Right(_O, "queue.move")},
    "api/templates": _rest(POST=Right(_E, "template.add")),
    "api/templates/preview": {"POST": _SEE},
    "api/templates/export": _LOOK,
    "api/templates/import": {"POST": Right(_E, "template.import")},
    "api/templates/<str:name>": _rest(
        PATCH=Right(_E, "template.change"), DELETE=Right(_E, "template.remove")
    ),
    "api/templates/<str:name>/render": {"POST": _SEE},
    "api/callers": _LOOK,
    "api/config": _rest(PUT=Right(_E, "config.load")),
    "api/faults": _rest(POST=Right(_E, "faults.add"), DELETE=Right(_E, "faults.clear")),
    "api/faults/<int:rule_id>": {
        "PATCH": Right(_E, "faults.change"),
        "DELETE": Right(_E, "faults.remove"),
    },
    "api/latency": _rest(POST=Right(_E, "latency.add"), DELETE=Right(_E, "latency.clear")),
    "api/latency/<int:rule_id>": {
        "PATCH": Right(_E, "latency.change"),
        "DELETE": Right(_E, "latency.remove"),
    },
    "api/limits": _rest(POST=Right(_E, "limits.add"), DELETE=Right(_E, "limits.clear")),
    "api/limits/<int:limit_id>": {"PATCH": Right(_E, "limits.change"), "DELETE": Right(_E, "limits.remove")},
    "api/fallback": _rest(PUT=Right(_E, "fallback.switch"), PATCH=Right(_E, "fallback.switch")),
    "api/exchanges": _rest(DELETE=Right(_E, "journal.delete")),
    "api/exchanges/count": _LOOK,
    "api/exchanges/pruned": _LOOK,
    "api/exchanges/complete": _LOOK,
    "api/exchanges/diff": _LOOK,
    "api/exchanges/verdict": _LOOK,
    "api/exchanges/wait": {"POST": _SEE},
    "api/exchanges/export": _LOOK,
    _EXCHANGE: _rest(DELETE=Right(_E, "journal.delete")),
    f"{_EXCHANGE}/as/<str:form>": _LOOK,
    f"{_EXCHANGE}/queue": {"POST": Right(_O, "queue.add_reply")},
    f"{_EXCHANGE}/resend": {"POST": Right(_O, "journal.resend")},
    "api/stats": _LOOK,
    "api/schema": _LOOK,
    "api/docs": _LOOK,
    **dict.fromkeys(("livez", "readyz", "metrics"), dict.fromkeys(READ, PUBLIC)),  # rules of their own
    "pictures/<str:size>/<slug:seed>/<slug:words>.png": dict.fromkeys(READ, PUBLIC),  # whoever has the link
    "api/tokens": _rest(POST=_SEE),  # one's own; what was done is kept by the view, with its name
    "api/tokens/<int:row_id>": {"DELETE": _SEE},
    "api/caller-keys": {**dict.fromkeys(READ, Right(_A)), "POST": Right(_A)},
    "api/caller-keys/<int:row_id>": {"DELETE": Right(_A)},
    "login": {**dict.fromkeys(READ, PUBLIC), "POST": PUBLIC},
    "logout": {"POST": PUBLIC},
    "join/<str:link>": {**dict.fromkeys(READ, PUBLIC), "POST": PUBLIC},
    "password": _rest(POST=_SEE),  # of one's own, which the view asks for
    "tokens": _rest(POST=_SEE),
    "people": {**dict.fromkeys(READ, Right(_A)), "POST": Right(_A)},
    "people/log": dict.fromkeys(READ, Right(_A)),
}

# Pages, and their parts, show and change nothing.
_CALL = "desk/call/<str:exchange_id>"
_OF_QUEUE = "queues/<str:caller>"
PAGES = (
    "", "desk/waiting", "desk/recent", "queues", "callers", "journal", "settings", "docs", "stats", "pulse",
    "trouble",
    _CALL, f"{_CALL}/story", f"{_CALL}/earlier/<int:before>", f"{_CALL}/compose", f"{_CALL}/text/<str:part>",
    f"{_CALL}/card/<int:card>/<int:place>", f"{_CALL}/picture/<int:card>/<int:place>",
    f"{_CALL}/reply/<str:place>", f"{_CALL}/tool/<int:place>", f"{_CALL}/schema", _OF_QUEUE,
    f"{_OF_QUEUE}/state",
    f"{_OF_QUEUE}/from/<int:start>", f"{_OF_QUEUE}/entries/<int:preset_id>",
    "journal/rows", "journal/newer", "journal/diff", "journal/<str:exchange_id>",
    "journal/<str:exchange_id>/whole", "journal/<str:exchange_id>/attempts",
    "settings/fallbacks", "settings/faults", "settings/latency",
    "settings/latency/drawn", "settings/limits", "stats/parts", "docs/<slug:name>",
    "templates", "templates/<str:name>",
    "jsi18n/<str:language>/<str:version>.js",
)  # fmt: skip
TABLE |= dict.fromkeys(PAGES, _LOOK)

# By how a route begins; the gateway has rights of its own (keys), and files are everybody's.
_BEGINNINGS: tuple[tuple[str, Right], ...] = (
    ("^(?:v1|as|openai)(?:/|$)", PUBLIC),
    ("^api(/|$)", _SEE),  # nothing is there, which is told to those who may see what is
    ("admin/", Right(_A)),
    ("static/", PUBLIC),
)


def right_of(route: str, method: str) -> Right | None:
    """What a request needs; None when no row speaks of its URL: then nobody gets there.

    What only reads may be asked of a URL that is in the table by every viewer, if only to hear that there is
    no such method. What would write, and is in no row, is an admin's: a method that somebody adds to a view
    is nobody else's by that.
    """
    rights = TABLE.get(route)
    if rights is not None:
        return rights.get(method, _SEE if method in READ else Right(_A))
    return next((right for start, right in _BEGINNINGS if route.startswith(start)), None)


def has_method(view: Any, method: str) -> bool:
    """Whether the view answers to it at all, so far as it tells; 405 is no secret and needs no role."""
    if only := getattr(view, "only", ""):  # of a function that serves one method
        return bool(method == only)
    cls = getattr(view, "cls", None) or getattr(view, "view_class", None)
    return cls is None or (method.lower() in cls.http_method_names and hasattr(cls, method.lower()))
