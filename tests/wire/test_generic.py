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
    made = ask(shelf, "POST", "/webhook_endpoints", name="mine", url="https://ci.test/hook")
    assert made["name"] == "mine"
    assert ask(shelf, "GET", f"/webhook_endpoints/{made['id']}") == made
    assert ask(shelf, "POST", f"/webhook_endpoints/{made['id']}", name="other")["name"] == "other"
    assert ask(shelf, "GET", f"/webhook_endpoints/{made['id']}")["name"] == "other"
    ask(shelf, "DELETE", f"/webhook_endpoints/{made['id']}")
    with pytest.raises(WireError, match=f"No such Webhook object: {made['id']}"):
        ask(shelf, "GET", f"/webhook_endpoints/{made['id']}")


def test_lists_go_on_behind_a_cursor_and_belong_to_their_parent() -> None:
    shelf = MemoryShelf()
    one, other = (f"/skills/{ask(shelf, 'POST', '/skills')['id']}/versions" for _ in range(2))
    versions = [ask(shelf, "POST", one, n=n)["id"] for n in range(3)]
    ask(shelf, "POST", other)
    page = ask(shelf, "GET", one, query={"limit": ["2"], "order": ["asc"]})
    assert [each["id"] for each in page["data"]] == versions[:2]
    assert (page["has_more"], page["last_id"]) == (True, versions[1])
    rest = ask(shelf, "GET", one, query={"after": [versions[1]], "order": ["asc"]})
    assert [each["id"] for each in rest["data"]] == versions[2:]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_collection_of_what_is_not_there_is_not_there(method: str) -> None:
    with pytest.raises(WireError, match="No such Skill object: skill_none"):
        ask(MemoryShelf(), method, "/skills/skill_none/versions")


def test_an_unknown_id_gets_a_sample_where_that_is_wished() -> None:
    configure(sampled=True)
    try:
        assert ask(MemoryShelf(), "GET", "/skills/skill_9")["id"] == "skill_9"
    finally:
        configure(sampled=False)


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_has_a_sample_that_the_package_reads(name: str) -> None:
    operation = OPERATIONS[name]
    call = Call(id="01", caller="ci", method=operation.method, path="/v1", received_at=1769092737.0)
    body = Resource(operation)._sample(call)
    checked = validator(name, "response")
    assert checked is None or checked.is_valid(body) or operation.name in TEXTS


def test_a_list_shows_objects_as_its_operation_says_even_if_another_one_made_them() -> None:
    """The package's certificates have other members in a list than alone."""
    shelf = MemoryShelf()
    made = ask(shelf, "POST", "/organization/certificates", certificate="-----", name="mine")
    [listed] = ask(shelf, "GET", "/organization/certificates")["data"]
    assert (listed["id"], listed["name"]) == (made["id"], "mine")
    checked = validator("admin.organization.certificates.list", "item")
    assert checked is not None and checked.is_valid(listed) and not checked.is_valid(made)
