"""The shapes of lists, by the name that the catalogue has for each."""

from apps.wire.call import Call
from apps.wire.endpoint import Body
from apps.wire.pages import LIMIT_MAX, asked_page, cursor_page
from apps.wire.shelf import Shelf


def shaped(shape: str, call: Call, shelf: Shelf, kind: str, *, parent: str) -> Body:
    """The part of a list that the query asks for: Page, CursorPage, ConversationCursorPage, NextCursorPage
    or TokenPage; raises WireError."""
    if shape == "Page":  # it never goes on
        return cursor_page(shelf.page(kind, parent=parent, limit=LIMIT_MAX))
    if shape == "TokenPage":
        call = call._replace(query={**call.query, "after": [call.asked("page")]})
    page = asked_page(call, shelf, kind, parent=parent)
    body = cursor_page(page)
    if shape in ("NextCursorPage", "TokenPage"):
        body["next"] = body["last_id"] if page.has_more else None
    return body
