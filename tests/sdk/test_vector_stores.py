"""Vector stores as the real SDK fills and searches them."""

from collections.abc import Callable
from typing import Any

import openai
import pytest

TEXTS = {
    "refunds.txt": "Refunds: customers get their money back within thirty days of a purchase, without a reason.",
    "holidays.txt": "Holidays: employees have thirty days of paid vacation a year, and public holidays on top.",
    "coffee.md": "Coffee machine: descale it every month, and never put milk into the water tank.",
}


@pytest.fixture
def client(connect: Callable[..., openai.OpenAI], request: pytest.FixtureRequest) -> openai.OpenAI:
    """Each test has a shelf of its own."""
    return connect(caller=request.node.name[:80])


@pytest.fixture
def files(client: openai.OpenAI) -> dict[str, str]:
    """The ids of the uploaded files, by their names."""
    return {
        name: client.files.create(file=(name, text.encode()), purpose="assistants").id
        for name, text in TEXTS.items()
    }


def test_a_search_finds_the_right_file(client: openai.OpenAI, files: dict[str, str]) -> None:
    store = client.vector_stores.create(name="handbook", file_ids=list(files.values()))
    assert (store.object, store.status, store.file_counts.in_progress) == ("vector_store", "in_progress", 3)
    ready = client.vector_stores.retrieve(store.id)
    assert (ready.status, ready.file_counts.completed, ready.file_counts.total) == ("completed", 3, 3)
    assert ready.usage_bytes == sum(len(text) for text in TEXTS.values())
    for query, name in (
        ("How do I descale the coffee machine?", "coffee.md"),
        ("can a customer get the money for a purchase back", "refunds.txt"),
        ("How many days of vacation do employees have?", "holidays.txt"),
    ):
        page = client.vector_stores.search(store.id, query=query)
        best = page.data[0]
        assert (best.filename, best.file_id) == (name, files[name])
        assert best.content[0].text == TEXTS[name]
        scores = [one.score for one in page.data]
        assert scores == sorted(scores, reverse=True) and 0 <= scores[-1] and scores[0] <= 1
    page = client.vector_stores.search(store.id, query=["coffee", "milk"], max_num_results=1)
    assert [one.filename for one in page.data] == ["coffee.md"]
    strict = client.vector_stores.search(
        store.id, query="coffee machine", ranking_options={"score_threshold": 0.99}
    )
    assert strict.data == []


def test_filters_choose_among_attributes(client: openai.OpenAI, files: dict[str, str]) -> None:
    store = client.vector_stores.create()
    for year, file_id in zip((2023, 2024, 2025), files.values(), strict=True):
        client.vector_stores.files.create_and_poll(
            file_id, vector_store_id=store.id, attributes={"year": year}
        )

    def years(filters: object) -> list[Any]:
        page = client.vector_stores.search(store.id, query="thirty days", filters=filters)  # type: ignore[arg-type]
        return sorted(one.attributes["year"] for one in page.data if one.attributes)

    assert years({"type": "eq", "key": "year", "value": 2024}) == [2024]
    assert years({"type": "gte", "key": "year", "value": 2024}) == [2024, 2025]
    assert years({"type": "in", "key": "year", "value": [2023, 2025]}) == [2023, 2025]
    both = [{"type": "gt", "key": "year", "value": 2023}, {"type": "lt", "key": "year", "value": 2025}]
    assert years({"type": "and", "filters": both}) == [2024]
    assert years({"type": "or", "filters": both}) == [2023, 2024, 2025]
    client.vector_stores.files.update(files["coffee.md"], vector_store_id=store.id, attributes={"year": 1999})
    assert years({"type": "lt", "key": "year", "value": 2000}) == [1999]


def test_a_file_belongs_to_as_many_stores_as_wanted(client: openai.OpenAI, files: dict[str, str]) -> None:
    one, other = client.vector_stores.create(), client.vector_stores.create()
    file_id = files["coffee.md"]
    for store in (one, other):
        inside = client.vector_stores.files.create(store.id, file_id=file_id)
        assert (inside.id, inside.object, inside.vector_store_id) == (file_id, "vector_store.file", store.id)
        assert inside.chunking_strategy and inside.chunking_strategy.type == "static"
    content = client.vector_stores.files.content(file_id, vector_store_id=one.id)
    assert content.data[0].text == TEXTS["coffee.md"]
    deleted = client.vector_stores.files.delete(file_id, vector_store_id=one.id)
    assert deleted.deleted and deleted.object == "vector_store.file.deleted"
    assert client.vector_stores.files.list(one.id).data == []
    assert [file.id for file in client.vector_stores.files.list(other.id)] == [file_id]
    with pytest.raises(openai.NotFoundError, match=f"No file found with id '{file_id}'"):
        client.vector_stores.files.retrieve(file_id, vector_store_id=one.id)
    assert client.files.retrieve(file_id)


def test_batches_of_files_are_uploaded_and_polled(client: openai.OpenAI) -> None:
    store = client.vector_stores.create()
    sent = [(name, text.encode()) for name, text in TEXTS.items()]
    batch = client.vector_stores.file_batches.upload_and_poll(store.id, files=sent)
    assert (batch.status, batch.file_counts.completed, batch.file_counts.total) == ("completed", 3, 3)
    assert batch.object == "vector_store.files_batch" and batch.id.startswith("vsfb_")
    inside = client.vector_stores.file_batches.list_files(batch.id, vector_store_id=store.id, limit=2)
    assert len(list(inside)) == 3  # the SDK turns the page
    extra = client.files.create(file=("extra.txt", b"more"), purpose="assistants")
    client.vector_stores.files.create(store.id, file_id=extra.id)
    assert len(list(client.vector_stores.files.list(store.id))) == 4
    again = client.vector_stores.file_batches.retrieve(batch.id, vector_store_id=store.id)
    assert again.file_counts.total == 3


def test_a_deleted_store_is_gone_with_its_files(client: openai.OpenAI, files: dict[str, str]) -> None:
    store = client.vector_stores.create(name="a", file_ids=[files["coffee.md"]], metadata={"k": "v"})
    changed = client.vector_stores.update(
        store.id, name="b", expires_after={"anchor": "last_active_at", "days": 2}
    )
    assert (changed.name, changed.metadata) == ("b", {"k": "v"})
    again = client.vector_stores.retrieve(store.id)
    assert again.expires_at and again.last_active_at and again.expires_at == again.last_active_at + 2 * 86_400
    assert [one.id for one in client.vector_stores.list()] == [store.id]
    assert client.vector_stores.delete(store.id).object == "vector_store.deleted"
    with pytest.raises(openai.NotFoundError, match=f"Vector store with id '{store.id}' not found"):
        client.vector_stores.search(store.id, query="x")
    with pytest.raises(openai.NotFoundError):
        client.vector_stores.files.list(store.id)
    with pytest.raises(openai.NotFoundError, match="No such File object: file-none"):
        client.vector_stores.create(file_ids=["file-none"])
