"""The shelf in the database does what the one in memory does; what is old goes with its caller."""

import os
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import openai
import pytest
from django.conf import LazySettings
from django.utils import timezone

from apps.journal.writer import writer
from apps.kept import contents
from apps.kept.models import Content, Kept
from apps.kept.prune import prune
from apps.kept.shelf import KeptShelf
from apps.wire.shelf import MemoryShelf, Shelf
from tests.conftest import start_server
from tests.databases import fresh

pytestmark = pytest.mark.django_db(transaction=True)


class Written:
    """A shelf whose every use is a job of the writer, as it is for calls."""

    def __init__(self, shelf: KeptShelf) -> None:
        self._shelf = shelf

    def __getattr__(self, name: str) -> Callable[..., Any]:
        used = getattr(self._shelf, name)
        return lambda *args, **named: writer.call(lambda: used(*args, **named))


@pytest.fixture(params=["memory", "kept"])
def shelf(request: pytest.FixtureRequest, tmp_path: Any, settings: LazySettings) -> Iterator[Shelf]:
    settings.MOCKOPENAI_DATA_DIR = tmp_path
    yield MemoryShelf() if request.param == "memory" else Written(KeptShelf("ci"))  # type: ignore[misc]
    writer.stop()


def test_what_is_put_is_found_until_it_is_deleted(shelf: Shelf) -> None:
    assert (
        shelf.get("file", "a") is None and not shelf.update("file", "a", {}) and not shelf.delete("file", "a")
    )
    shelf.put("file", "a", {"id": "a", "n": 1})
    shelf.put("batch", "a", {"id": "a", "n": 2})
    assert shelf.update("file", "a", {"id": "a", "n": 3})
    assert shelf.get("file", "a") == {"id": "a", "n": 3}
    assert shelf.delete("file", "a")
    assert shelf.get("file", "a") is None
    assert shelf.get("batch", "a") == {"id": "a", "n": 2}


def test_children_and_contents_go_with_their_parent(shelf: Shelf) -> None:
    shelf.put("store", "s", {"id": "s"})
    shelf.put("store.file", "f", {"id": "f"}, parent="s")
    shelf.put_content("f", b"\0\xff")
    assert shelf.content("f") == b"\0\xff"
    shelf.delete("store", "s")
    assert shelf.get("store.file", "f") is None and shelf.content("f") is None


def test_pages_go_on_in_both_directions(shelf: Shelf) -> None:
    for n in range(7):
        shelf.put("x", f"x{n}", {"id": f"x{n}", "odd": n % 2}, parent="p")
    shelf.put("x", "other", {"id": "other"})

    def ids(**asked: Any) -> tuple[str, bool]:
        page = shelf.page("x", parent="p", **asked)
        return "".join(one["id"][1:] for one in page.items), page.has_more

    assert ids() == ("6543210", False)
    assert ids(limit=3) == ("654", True)
    assert ids(limit=3, after="x4") == ("321", True)
    assert ids(limit=3, after="x2") == ("10", False)
    assert ids(order="asc", limit=2) == ("01", True)
    assert ids(order="asc", after="x4") == ("56", False)
    assert ids(order="desc", before="x5") == ("6", False)
    assert ids(order="asc", after="x1", before="x4") == ("23", False)
    assert ids(where={"odd": 1}, limit=2) == ("53", True)
    assert ids(where={"odd": 1}, limit=2, after="x3") == ("1", False)
    assert ids(after="gone") == ("", False)


def test_a_replaced_object_stays_where_it_stands(shelf: Shelf) -> None:
    for name in ("a", "b", "a"):
        shelf.put("x", name, {"id": name})
    assert [one["id"] for one in shelf.page("x", order="asc").items] == ["a", "b"]


def test_a_large_content_is_a_file_until_no_row_names_it(tmp_path: Any, settings: LazySettings) -> None:
    settings.MOCKOPENAI_DATA_DIR, settings.MOCKOPENAI_FILE_DB_MAX_MB = tmp_path, 0.001
    shelf: Any = Written(KeptShelf("ci"))
    shelf.put_content("../../f", b"x" * 2000)
    [path] = (tmp_path / "files").iterdir()
    assert shelf.content("../../f") == b"x" * 2000
    assert Content.objects.get().data is None
    os.utime(path, (0, 0))
    assert contents.sweep() == 0
    Content.objects.all().delete()
    assert contents.sweep(now_s=time.time()) == 1
    writer.stop()


def test_what_is_old_goes_when_the_journal_has_no_more_of_its_caller() -> None:
    shelf: Any = Written(KeptShelf("gone"))
    shelf.put("x", "old", {"id": "old"})
    shelf.put("x", "new", {"id": "new"})
    shelf.put_content("old", b"x")
    long_ago = timezone.now() - timedelta(days=9)
    Kept.objects.filter(object_id="old").update(created_at=long_ago)
    Content.objects.update(created_at=long_ago)
    assert prune(days=7) == 2
    assert [row.object_id for row in Kept.objects.all()] == ["new"]
    writer.stop()


def test_files_are_kept_on_postgresql_as_well(tmp_path: Any) -> None:
    server = start_server(tmp_path, **fresh("postgres"))
    try:
        with openai.OpenAI(base_url=server.base_url, api_key="sk-mock-pg", max_retries=0) as client:
            made = [client.files.create(file=(f"{n}", bytes([0, n])), purpose="assistants") for n in range(3)]
            assert [one.id for one in client.files.list(limit=2)] == [one.id for one in reversed(made)]
            assert client.files.content(made[1].id).read() == b"\0\x01"
            client.files.delete(made[1].id)
            assert [one.id for one in client.files.list(order="asc")] == [made[0].id, made[2].id]
    finally:
        server.stop()
