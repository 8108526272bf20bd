"""Pages of the journal: what they read, and how long they look."""

import time
from urllib.parse import urlencode

import orjson
import pytest
from django.db import connection
from django.test.client import Client
from django.test.utils import CaptureQueriesContext

from apps.journal import pages
from apps.journal.filters import read_query
from apps.journal.pages import read_page

pytestmark = pytest.mark.django_db(transaction=True)


def get(**params) -> dict:
    answer = Client().get(f"/api/exchanges?{urlencode(params)}")
    assert answer.status_code == 200, answer.content
    return orjson.loads(answer.content)


def walk(line: str, **params) -> tuple[list[str], int]:
    """The ids on all pages of a filter, and how many pages there were."""
    found, count, cursor = [], 0, {}
    while True:
        page = get(q=line, **params, **cursor)
        found, count, cursor = (
            found + [row["id"] for row in page["items"]],
            count + 1,
            {"cursor": page["next"]},
        )
        assert page["next"] or page["searched_until"] is None
        if page["next"] is None:
            return found, count


@pytest.fixture
def in_a_hurry(monkeypatch):
    """Each page looks into one slice only."""
    monkeypatch.setattr(pages, "SEARCH_S", 0)
    monkeypatch.setattr(pages, "PATIENCE_S", 0)


@pytest.fixture
def at_leisure(monkeypatch):
    """However slow the machine is, a search comes to its end."""
    monkeypatch.setattr(pages, "SEARCH_S", 60)
    monkeypatch.setattr(pages, "PATIENCE_S", 60)


def test_a_search_finds_all_in_their_order_whatever_the_slices(add_many, at_leisure):
    ids = add_many([{"request_body": f'"parcel {n % 3}"'} for n in range(300)])
    assert walk('"parcel 1"', limit=7)[0] == ids[1::3][::-1]
    assert walk('"parcel 1"', limit=200) == (ids[1::3][::-1], 1)
    assert walk("nowhere") == ([], 1)


def test_a_search_that_takes_long_stops_and_says_how_far_it_came(add_many, in_a_hurry):
    ids = add_many([{"request_body": '"parcel"' if n in (0, 150, 299) else ""} for n in range(300)])
    first = get(q="parcel")
    assert [row["id"] for row in first["items"]] == [ids[299]]
    assert first["next"] == ids[300 - pages.SLICE_MIN]
    oldest_seen = get(cursor=ids[301 - pages.SLICE_MIN], limit=1)["items"][0]
    assert first["searched_until"] == oldest_seen["created_at"]
    found, count = walk("parcel")
    assert found == [ids[299], ids[150], ids[0]]
    assert count == 10


def test_a_search_looks_at_a_few_rows_even_when_it_is_late(add_many, monkeypatch):
    monkeypatch.setattr(pages, "SEARCH_S", 0)
    monkeypatch.setattr(pages, "PATIENCE_S", 60)
    monkeypatch.setattr(pages, "SURE", 200)
    ids = add_many([{"request_body": '"parcel"' if n in (0, 150) else ""} for n in range(2000)])
    assert walk('"parcel"')[0] == [ids[150], ids[0]]
    assert get(q="parcel", cursor=ids[300])["items"][0]["id"] == ids[150]
    assert get(q="parcel")["next"] is not None


def test_a_full_page_of_a_search_goes_on_after_its_last_row(add_many, in_a_hurry):
    ids = add_many([{"summary": "parcel"}] * 100)
    page = get(q="parcel", limit=10)
    assert (page["next"], page["searched_until"]) == (ids[90], None)
    assert walk("parcel", limit=10)[0] == ids[::-1]


def test_what_looks_into_no_body_is_read_at_once(add_many, in_a_hurry):
    ids = add_many([{"caller": "a" if n == 0 else "b"} for n in range(300)])
    assert walk("caller:a -status:4xx latency:<1s") == ([], 1)
    assert walk("caller:a") == ([ids[0]], 1)


@pytest.mark.parametrize("line", ["", "caller:ci-42 -status:4xx", "parcel"])
def test_a_list_never_loads_a_body(add_many, at_leisure, line):
    add_many([{"summary": "parcel", "request_body": '"body"', "reply_body": '"body"'}] * 100)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = read_page(read_query(line), limit=50, cursor=None)
    assert len(page.rows) == 50
    assert 0 < len(queries) <= 7
    for query in queries:
        chosen = query["sql"].partition(" FROM ")[0]
        assert "_body" not in chosen and "_headers" not in chosen


def test_a_search_over_large_bodies_does_not_look_at_all_of_them(add_many):
    for _ in range(10):
        add_many([{"request_body": "x" * 1_000_000}] * 32)
    began = time.process_time()
    page = get(q="nowhere")
    assert page["items"] == []
    assert time.process_time() - began < 5
    assert page["next"] is None or page["searched_until"]


def test_a_tool_is_looked_for_in_bodies_that_may_hold_it_alone(add_many):
    holding = '{"tools": [{"function": {"name": "get_weather"}}]}'
    add_many([{"request_body": '{"messages": ["get_weather"]}'}] * 100 + [{"request_body": holding}])
    with CaptureQueriesContext(connection) as queries:
        page = read_page(read_query("tool:get_weather"), limit=50, cursor=None)
    assert len(page.rows) == 1
    loading = [query["sql"] for query in queries if "_body" in query["sql"].partition(" FROM ")[0]]
    assert 0 < len(loading) == sum("LIKE '%\"get\\_weather\"%'" in sql for sql in loading)
