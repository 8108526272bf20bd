"""Items that an input only refers to: each has to be among what its caller has kept."""

from apps.wire.call import Call
from apps.wire.endpoint import Body
from apps.wire.errors import WireError
from apps.wire.response_asked import items_of
from apps.wire.shelf import Shelf

RESPONSES_BACK = 100  # so many responses are looked through; what may be in older ones is let be
_NOT_STORED = (
    " Items are not persisted when `store` is set to false. Try again with `store` set to true, or remove "
    "this item from your input."
)


def check_references(call: Call, shelf: Shelf, *, response: str, inputs: str, item: str) -> None:
    """Raises OpenAI's 404 for a reference to nothing; the words are the kinds of what is kept."""
    given = call.data.get("input")
    wanted = [
        one["id"]
        for one in items_of(given)
        if one.get("type") == "item_reference" and isinstance(one.get("id"), str)
    ]
    missing = [one for one in dict.fromkeys(wanted) if shelf.get(item, one) is None] if wanted else []
    if not missing:
        return
    page = shelf.page(response, limit=RESPONSES_BACK)
    said = {one.get("id") for body in page.items for one in items_of(body.get("output"))}
    for one in missing:
        if one not in said and not page.has_more and not _was_sent(one, page.items, shelf, inputs):
            more = _NOT_STORED if call.data.get("store") is False else ""
            raise WireError(404, f"Item with id '{one[:200]}' not found.{more}", param="input")


def _was_sent(item_id: str, responses: list[Body], shelf: Shelf, inputs: str) -> bool:
    return any(shelf.get(inputs, f"{body.get('id')}/{item_id}") is not None for body in responses)
