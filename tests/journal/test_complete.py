"""The filter line completes itself from what is in the journal."""

from urllib.parse import urlencode

import orjson
import pytest
from django.db import connection
from django.test.client import Client
from django.test.utils import CaptureQueriesContext

from apps.journal import complete as module
from apps.journal.complete import SUGGESTIONS_MAX
from apps.journal.filters import read_query

pytestmark = pytest.mark.django_db(transaction=True)


def complete(line: str, at: int | None = None, *, status: int = 200) -> dict:
    params = {"q": line} if at is None else {"q": line, "at": at}
    answer = Client().get(f"/api/exchanges/complete?{urlencode(params)}")
    assert answer.status_code == status, answer.content
    return orjson.loads(answer.content)


def suggested(line: str, at: int | None = None) -> list[str]:
    return complete(line, at)["suggestions"]


def completed(line: str, at: int | None = None) -> str:
    """The line with the first suggestion taken."""
    told = complete(line, at)
    return line[: told["from"]] + told["suggestions"][0] + line[told["to"] :]


@pytest.fixture
def shop(add):
    add(caller="ci-1", model="gpt-4o", status_code=200, source="preset")
    add(caller="ci-2", model="my model", status_code=429, source="auto", endpoint="")
    add(caller="dev-ci", model='say "hi" \\', status_code=None, state="waiting", source="")
    add(caller="ci-1", model="o3", status_code=503)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("st", ["status:", "state:", "stream:"]),
        ("mo", ["model:"]),
        ("-so", ["-source:"]),
        ("status:429 end", ["endpoint:"]),
        ("ncy", ["latency:"]),
        ("hung", ["state:gone"]),
        ("-abo", ["-state:aborted"]),
        ("state:hung", ["state:gone"]),
        ("hu", []),
        ("nothing", []),
        ('"quoted', []),
    ],
)
def test_a_name_is_completed(line, names):
    assert suggested(line) == names


def test_an_empty_line_offers_every_name():
    assert suggested("")[:3] == ["caller:", "endpoint:", "model:"]
    assert suggested("caller:a ") == suggested("")


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("caller:", ["caller:ci-1", "caller:dev-ci", "caller:ci-2"]),
        ("caller:ci", ["caller:ci-1", "caller:ci-2", "caller:dev-ci"]),
        ("-caller:DEV", ["-caller:dev-ci"]),
        ("caller:nobody", []),
        ("model:", ["model:o3", 'model:"say \\"hi\\" \\\\"', 'model:"my model"', "model:gpt-4o"]),
        ('model:"my m', ['model:"my model"']),
        ('model:"say \\"', ['model:"say \\"hi\\" \\\\"']),
        ("status:", ["status:503", "status:429", "status:200", "status:4xx", "status:5xx"]),
        ("status:4", ["status:429", "status:4xx"]),
        ("state:", ["state:delivered", "state:waiting"]),
        ("source:", ["source:preset", "source:auto"]),
        ("endpoint:", ["endpoint:chat.completions"]),
        ("stream:t", ["stream:true"]),
        ("latency:", ["latency:>500ms", "latency:>2s", "latency:>10s"]),
        ("since:1", ["since:15m", "since:1h"]),
        ("colour:", []),
    ],
)
def test_a_value_is_completed_from_the_journal_the_newest_first(shop, line, values):
    assert sorted(suggested(line)) == sorted(values)
    assert suggested(line)[:1] == values[:1]


def test_what_is_suggested_can_be_read(shop):
    for name in ("caller", "endpoint", "model", "status", "state", "source", "stream", "latency", "since"):
        for suggestion in suggested(f"{name}:"):
            read_query(suggestion)


def test_the_word_at_the_caret_is_replaced(shop):
    assert completed("caller:ci- status:429", 9) == "caller:ci-1 status:429"
    assert completed("caller:ci-1 sta status:429", 14) == "caller:ci-1 status: status:429"
    assert completed("  sta", 5) == "  status:"
    assert completed('"a b" mod', 9) == '"a b" model:'


def test_positions_count_as_a_browser_does(shop):
    line = "\U0001f389 caller:ci-2 colour:red"
    told = complete(line, 12)
    assert (told["from"], told["to"]) == (3, 14)
    assert told["error"]["position"] == 15
    assert told["error"]["detail"].startswith("colour:")


def test_what_is_wrong_is_told_with_its_position(shop):
    assert complete("caller:ci-1")["error"] is None
    assert complete('status:429 model:"x')["error"]["position"] == 11
    assert complete("status:429  -status:many")["error"]["position"] == 12


def test_everything_that_is_wrong_is_told(shop):
    errors = complete('colour:red status:200 since:soon model:"x')["errors"]
    assert [error["position"] for error in errors] == [0, 22, 33]
    assert complete("status:200")["errors"] == []


def test_only_so_many_are_suggested(add_many):
    add_many([{"caller": f"ci-{number}"} for number in range(40)])
    assert suggested("caller:")[0] == "caller:ci-39"
    assert len(suggested("caller:")) == SUGGESTIONS_MAX


@pytest.mark.parametrize("at", ["-1", "x", "1.5", "\u0663", "10000000"])
def test_a_bad_caret_is_refused(at):
    assert complete("a", at, status=400)["detail"].startswith("at:")


def test_bad_parameters_are_refused():
    assert Client().get("/api/exchanges/complete?colour=red").status_code == 400
    assert complete("x" * 10_001, status=400)["detail"].startswith("q:")
    assert complete("abc", 99)["to"] == 3


def test_it_looks_at_the_newest_exchanges_only(add_many, monkeypatch):
    monkeypatch.setattr(module, "RECENT", 10)
    add_many([{"caller": "old"}] + [{"caller": "new"}] * 10)
    with CaptureQueriesContext(connection) as queries:
        assert suggested("caller:") == ["caller:new"]
    assert len(queries) == 2
    assert all("LIMIT 1" in query["sql"] or '"id" >= ' in query["sql"] for query in queries)
    assert suggested("caller:o") == []
