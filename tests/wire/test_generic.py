"""Operations without a hand-made row: what is created is found, listed, changed and deleted again."""

from typing import Any

import orjson
import pytest

from apps.wire.catalogue import OPERATIONS
from apps.wire.complete import complete
from apps.wire.errors import WireError
from apps.wire.generic import Resource
from apps.wire.kept_object import configure
from apps.wire.reply import Draft
from apps.wire.shelf import MemoryShelf
from apps.wire.table import find
from apps.wire.validators import validator

from .samples import Call

# Their samples may be texts: they have rows made by hand.
TEXTS = ("audio.transcriptions.create", "audio.translations.create")
NUMBERS = iter(range(10**6))


def ask(shelf: MemoryShelf, method: str, path: str, *, query: Any = None, **data: Any) -> dict[str, Any]:
    """The body that a generated answer has, kept as the server keeps it."""
    endpoint, params = find(method, path)
    call = Call(
        id=f"01{next(NUMBERS)}",
        caller="ci",
        method=method,
        path=f"/v1{path}",
        params=params,
        data=data,
        received_at=1769092737.0,
        query=query or {},
    )
    draft = Draft(body=orjson.dumps(endpoint.auto(call, shelf)))
    body: dict[str, Any] = orjson.loads(complete(draft, call, endpoint).body)
    if endpoint.keep is not None:
        endpoint.keep(call, body, shelf)
    return body


def test_a_created_object_is_found_changed_and_deleted() -> None:
    shelf = MemoryShelf()
    made = ask(shelf, "POST", "/evals", name="mine", data_source_config={"type": "custom"})
    assert made["name"] == "mine"
    assert ask(shelf, "GET", f"/evals/{made['id']}") == made
    assert ask(shelf, "POST", f"/evals/{made['id']}", name="other")["name"] == "other"
    assert ask(shelf, "GET", f"/evals/{made['id']}")["name"] == "other"
    ask(shelf, "DELETE", f"/evals/{made['id']}")
    with pytest.raises(WireError, match=f"No such Eval object: {made['id']}"):
        ask(shelf, "GET", f"/evals/{made['id']}")


def test_lists_go_on_behind_a_cursor_and_belong_to_their_parent() -> None:
    shelf = MemoryShelf()
    runs = [ask(shelf, "POST", "/evals/eval_1/runs", name=str(n))["id"] for n in range(3)]
    ask(shelf, "POST", "/evals/eval_2/runs", name="elsewhere")
    page = ask(shelf, "GET", "/evals/eval_1/runs", query={"limit": ["2"], "order": ["asc"]})
    assert [one["id"] for one in page["data"]] == runs[:2]
    assert (page["has_more"], page["last_id"]) == (True, runs[1])
    rest = ask(shelf, "GET", "/evals/eval_1/runs", query={"after": [runs[1]], "order": ["asc"]})
    assert [one["id"] for one in rest["data"]] == runs[2:]


def test_an_unknown_id_gets_a_sample_where_that_is_wished() -> None:
    configure(sampled=True)
    try:
        assert ask(MemoryShelf(), "GET", "/evals/eval_9")["id"] == "eval_9"
    finally:
        configure(sampled=False)


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_has_a_sample_that_the_package_reads(name: str) -> None:
    operation = OPERATIONS[name]
    call = Call(id="01", caller="ci", method=operation.method, path="/v1", received_at=1769092737.0)
    body = Resource(operation)._sample(call)
    checked = validator(name, "response")
    assert checked is None or checked.is_valid(body) or operation.name in TEXTS
