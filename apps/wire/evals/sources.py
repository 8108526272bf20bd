"""The rows of a run, [{"item": …, "sample": …}]: from the request, a file, or what the caller has stored."""

from collections.abc import Iterator
from typing import Any

from apps.wire import files
from apps.wire.endpoint import Body
from apps.wire.history import INPUT, ITEMS_BACK, RESPONSE
from apps.wire.jsongate import GateError, read_object
from apps.wire.kept_object import found
from apps.wire.pages import LIMIT_MAX
from apps.wire.response_asked import items_of
from apps.wire.said import as_chat
from apps.wire.shelf import Shelf

ROWS_MAX = 1000  # the first ones of a source: a run is graded while its call is answered
_STORED, _MESSAGES = "chat.completions", "chat.completions.messages"


class RowError(ValueError):
    """A source that is no list of rows; the sentence says why."""


def rows(source: Any, shelf: Shelf) -> list[Body]:
    """The rows of a run's `data_source.source`, none of a file that is not there; raises RowError."""
    about: Body = source if isinstance(source, dict) else {}
    match about.get("type"):
        case "file_content":
            return [_row(one, f"Item {index}") for index, one in enumerate(_listed(about.get("content")))]
        case "file_id":
            return list(_of_file(str(about.get("id")), shelf))
        case "stored_completions" | "responses":
            return list(_stored(about, shelf))
        case _:
            return []


def must_be_there(source: Any, shelf: Shelf) -> None:
    """Raises OpenAI's 404 for a file that is not there."""
    if isinstance(source, dict) and source.get("type") == "file_id":
        found(shelf, files.KIND, str(source.get("id")), label="File", sample=dict)


def _listed(content: Any) -> list[Any]:
    return content[:ROWS_MAX] if isinstance(content, list) else []


def _of_file(file_id: str, shelf: Shelf) -> Iterator[Body]:
    lines = [line for line in (shelf.content(file_id) or b"").split(b"\n") if line.strip()]
    for number, line in enumerate(lines[:ROWS_MAX], 1):
        try:
            yield _row(read_object(line), f"Line {number}")
        except GateError:
            raise RowError(f"Line {number} is no JSON object.") from None


def _row(given: Any, place: str) -> Body:
    item = given.get("item") if isinstance(given, dict) else None
    if not isinstance(item, dict):
        raise RowError(f"{place} has no 'item' that is an object.")
    sample = given.get("sample")
    return {"item": item, "sample": sample} if isinstance(sample, dict) else {"item": item}


def _stored(about: Body, shelf: Shelf) -> Iterator[Body]:
    """What was asked and answered, of the model and with the metadata that the source names."""
    is_chat = about["type"] == "stored_completions"
    wanted = {name: about[name] for name in ("model", "metadata") if about.get(name)}
    limit = about.get("limit") if type(about.get("limit")) is int else LIMIT_MAX
    kind, inside = (_STORED, _MESSAGES) if is_chat else (RESPONSE, INPUT)
    for body in shelf.page(kind, limit=max(1, min(int(limit or 1), LIMIT_MAX)), where=wanted).items:
        asked = shelf.page(inside, parent=body["id"], limit=ITEMS_BACK, order="asc").items
        spoken = body if is_chat else as_chat(body)
        choices = items_of(spoken.get("choices"))
        message = choices[0].get("message") if choices else None
        text = message.get("content") if isinstance(message, dict) else None
        yield {"item": {"input": asked}, "sample": {"model": body.get("model"), "output_text": text or ""}}
