"""Which exchanges are attempts of one call, and the verdicts on clients, by facts alone and from rows."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.client import Client
from django.test.utils import CaptureQueriesContext

from apps.journal import attempt_rows
from apps.journal.attempt_rows import chain_of, chains_of
from apps.journal.attempts import Fact, link
from apps.journal.models import Exchange, State
from apps.journal.verdicts import judge
from apps.wire.retries import is_retried, read_retry_after
from tests.journal.conftest import add_exchanges

SDK = '[["x-stainless-retry-count", "0"]]'
NOW = 1_000.0


def fact(came: float, status: int | None = 200, **fields: Any) -> Fact:
    """An exchange that took a tenth of a second."""
    usual = {"ask": ("hi",), "ended": came + 0.1, "state": State.DELIVERED}
    return Fact(id=f"{came:08.3f}", caller="ci-42", came=came, status=status, **{**usual, **fields})


def shape(*facts: Fact) -> list[int]:
    """How many attempts each call has."""
    return [len(chain.attempts) for chain in link(facts)]


def verdicts(*facts: Fact, now: float = NOW) -> list[str]:
    return [one.text for one in judge(link(facts), now=now)]


def test_retry_counts_make_a_chain_whatever_was_answered() -> None:
    tries = [fact(n, 200, retry_count=n, is_counted=True) for n in range(3)]
    assert shape(*tries) == [3]
    assert shape(tries[0], tries[2]) == [1, 1]
    assert shape(tries[0], tries[1]._replace(ask=("else",))) == [1, 1]
    assert shape(tries[0], tries[1]._replace(caller="else")) == [1, 1]


def test_without_counts_the_same_body_counts_soon_after_what_is_retried() -> None:
    assert shape(fact(0, 500), fact(5), fact(6)) == [2, 1]
    assert shape(fact(0, 500), fact(70)) == [1, 1]
    assert shape(fact(0, 429, wait_s=30, wait_name="retry-after"), fact(70)) == [2]
    assert shape(fact(0, None, state=State.GONE), fact(5)) == [2]
    assert shape(fact(0, 400), fact(5)) == [2]
    assert shape(fact(0, 400), fact(15)) == [1, 1]


def test_calls_side_by_side_whose_clients_hang_up_are_calls_of_their_own() -> None:
    hung_up = fact(0, None, state=State.GONE, ended=3.0)
    assert shape(hung_up, fact(1.5)) == [1, 1]
    assert shape(hung_up, fact(2.5)) == [2]  # the server knew of it a moment later
    dead = fact(0, None, state=State.ORPHANED, ended=30.0)
    assert shape(dead, fact(1.5)) == [2]  # and of the end of a server, whoever looked for it


def test_what_is_under_way_is_followed_by_no_uncounted_attempt() -> None:
    assert shape(fact(0, None, ended=None, state=State.WAITING), fact(1)) == [1, 1]


def test_an_sdks_first_try_goes_on_with_nothing_but_a_truncated_stream() -> None:
    assert shape(fact(0, 500, is_counted=True), fact(1, is_counted=True)) == [1, 1]
    cut = fact(0, 200, is_counted=True, stream=True, fault="no-done")
    assert shape(cut, fact(1, is_counted=True)) == [2]
    assert verdicts(cut) == ["truncated"]
    assert verdicts(cut, fact(1, is_counted=True)) == ["recovered"]
    assert verdicts(cut._replace(stream=False)) == []


@pytest.mark.parametrize(
    ("fault", "whole", "streamed"),
    [
        ("reset", ["gave_up_once"], ["gave_up_once"]),
        ("cut", ["gave_up_once"], []),
        ("reset-after", ["gave_up_once"], []),
        ("stall", ["gave_up_once"], []),
        ("empty-reply", [], ["truncated"]),
        ("no-done", [], ["truncated"]),
    ],
)
def test_what_a_fault_was_to_its_client_depends_on_how_it_was_answered(
    fault: str, whole: list[str], streamed: list[str]
) -> None:
    """As the SDKs take them, see docs/faults.md: an empty reply breaks no connection, a cut body does.

    A stream that breaks raises, and is never retried: nobody can have accepted it.
    """
    assert verdicts(fact(0, 200, fault=fault)) == whole
    assert verdicts(fact(0, 200, fault=fault, stream=True)) == streamed


def test_of_several_calls_alike_a_retry_goes_on_with_one_that_waited_long_enough() -> None:
    waiting = {"wait_s": 1.0, "wait_name": "retry-after", "is_counted": True}
    first, second = fact(0, 429, **waiting), fact(0.5, 429, **waiting)
    retry = fact(1.2, retry_count=1, is_counted=True)
    chains = link([first, second, retry])
    assert [one.attempts for one in chains] == [[first, retry], [second]]
    assert "retried_early" not in verdicts(first, second, retry)


def test_giving_up_is_said_for_sure_when_sdks_would_have_come_back() -> None:
    failed = fact(NOW - 3, 503)
    assert verdicts(failed) == ["pending"]
    assert verdicts(failed, now=NOW + 20) == ["gave_up_once"]
    assert verdicts(failed._replace(wait_s=60, wait_name="retry-after"), now=NOW + 20) == ["pending"]
    assert verdicts(failed, fact(NOW - 2, 503), now=NOW + 20) == ["gave_up"]


def test_who_hangs_up_once_has_not_given_up() -> None:
    hung_up = fact(0, None, state=State.GONE)
    assert verdicts(hung_up) == []
    assert verdicts(hung_up, fact(1, None, state=State.GONE)) == ["gave_up"]
    assert verdicts(fact(0, None, state=State.ABORTED)) == ["gave_up_once"]
    assert verdicts(fact(0, 200, fault="reset")) == ["gave_up_once"]


def test_retries_are_fast_only_where_nothing_allowed_it() -> None:
    allowed = [fact(0.15 * n, 429, wait_s=0.04, wait_name="retry-after-ms") for n in range(5)]
    assert verdicts(*allowed) == ["gave_up"]
    assert verdicts(*(one._replace(wait_s=0, wait_name="") for one in allowed)) == ["storm_fast", "gave_up"]


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ([("retry-after", "2")], ("retry-after", 2.0)),
        ([("Retry-After-Ms", "250"), ("retry-after", "9")], ("retry-after-ms", 0.25)),
        ([("retry-after", "Thu, 01 Jan 1970 00:16:50 GMT")], ("retry-after", 10.0)),
        ([("retry-after", "soon")], None),
        ([("retry-after", "-1")], None),
        ([("retry-after", "nan")], None),
        ([], None),
    ],
)
def test_how_long_a_reply_asks_to_wait(headers: list[tuple[str, str]], found: Any) -> None:
    assert read_retry_after(headers, now=NOW) == found


def test_what_sdks_retry() -> None:
    retried = [status for status in (200, 400, 401, 404, 408, 409, 422, 429, 500, 504) if is_retried(status)]
    assert retried == [408, 409, 429, 500, 504]
    assert (
        is_retried(None)
        and is_retried(400, x_should_retry=True)
        and not is_retried(500, x_should_retry=False)
    )


def rows(*fields: dict[str, Any], apart_s: float = 1) -> list[str]:
    """Exchanges one after the other, each a tenth of a second long."""
    start = datetime.now(UTC) - timedelta(seconds=300)
    moments = [start + timedelta(seconds=apart_s * n) for n in range(len(fields))]
    return add_exchanges(
        *(
            {"created_at": at, "duration_ms": 100, "ended_at": at + timedelta(seconds=1), **one}
            for at, one in zip(moments, fields, strict=True)
        )
    )


@pytest.mark.django_db(transaction=True)
def test_bodies_that_are_as_long_are_compared_by_what_they_say() -> None:
    bodies = ["abc", "abd", "abc", "abcd"]
    ids = rows(*({"status_code": 500, "request_body": one} for one in bodies))
    found = chains_of(Exchange.objects.all())
    assert [[one.id for one in chain.attempts] for chain in found] == [[ids[0], ids[2]], [ids[1]], [ids[3]]]
    assert [one.id for one in chain_of(Exchange.objects.get(id=ids[2])).attempts] == [ids[0], ids[2]]
    assert [one.id for one in chain_of(Exchange.objects.get(id=ids[3])).attempts] == [ids[3]]


@pytest.mark.django_db(transaction=True)
def test_bodies_are_read_in_chunks_and_no_more_of_them_than_a_bound(monkeypatch: Any) -> None:
    rows(*[{"status_code": 500, "request_body": f"{n % 3:050}"} for n in range(30)])
    monkeypatch.setattr(attempt_rows, "HASHED_AT_ONCE", 120)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        found = chains_of(Exchange.objects.all())
    assert sorted(len(one.attempts) for one in found) == [10, 10, 10]
    assert sum('"request_body" FROM' in one["sql"] for one in asked) == 15
    monkeypatch.setattr(attempt_rows, "HASHED_MAX", 0)
    assert [len(one.attempts) for one in chains_of(Exchange.objects.all())] == [30]


@pytest.mark.django_db(transaction=True)
def test_a_call_that_a_person_sent_again_is_no_attempt_of_the_client() -> None:
    again = {"note": f"{attempt_rows.SENT_AGAIN}: it repeats another."}
    rows({"status_code": 500, "request_body": "a"}, {"request_body": "a", **again})
    assert [len(one.attempts) for one in chains_of(Exchange.objects.all())] == [1]


def test_a_broken_stream_that_was_asked_for_again_has_recovered() -> None:
    cut = fact(0, 200, is_counted=True, stream=True, fault="cut")
    assert verdicts(cut, fact(1, is_counted=True)) == ["recovered"]


@pytest.mark.django_db(transaction=True)
def test_a_verdict_on_no_calls_is_not_ok_unless_that_is_allowed() -> None:
    rows({"caller": "ci-42"})
    told = Client().get("/api/exchanges/verdict?caller=typo").json()
    assert (told["ok"], told["calls"], [one["kind"] for one in told["verdicts"]]) == (False, 0, ["no_calls"])
    assert "No call" in told["verdicts"][0]["sentence"]
    assert Client().get("/api/exchanges/verdict?caller=typo&allow=no_calls").json()["ok"]
    assert Client().get("/api/exchanges/verdict?caller=ci-42").json()["ok"]


@pytest.mark.django_db(transaction=True)
def test_a_full_journal_is_judged_within_its_bounds() -> None:
    body = "x" * 1000
    rows(*[{"status_code": 500 if n % 2 else 200, "request_body": body} for n in range(6000)], apart_s=0.01)
    began = time.process_time()
    told = Client().get("/api/exchanges/verdict?limit=5000").json()
    assert time.process_time() - began < 3
    assert told["more"] and told["attempts"] == 5000


@pytest.mark.django_db(transaction=True)
def test_the_list_says_which_attempt_a_line_is_and_an_exchange_shows_them_all() -> None:
    limited = {"status_code": 429, "reply_headers": '[["retry-after", "3"]]'}
    counted = {"request_headers": SDK, "request_body": "a"}
    ids = rows(
        {**limited, **counted},
        {**counted, "retry_count": 1, "status_code": 500, "source": "auto"},
        {**counted, "retry_count": 2},
        {"retry_count": 2, "request_body": "of another"},
    )
    lines = Client().get("/journal/rows").content.decode()
    for words in ("attempt 1 of 3", "attempt 2 of 3", "attempt 3 of 3", 'title="attempt 3"'):
        assert words in lines
    for path in (f"/journal/{ids[1]}", f"/journal/{ids[1]}/whole", f"/journal/{ids[1]}/attempts"):
        page = Client().get(path).content.decode()
        for words in (
            "3 attempts of one call",
            "Asked again after 900 ms; the 429 said: wait 3.0 s (retry-after).",
            "900 ms later (asked to wait 3.0 s)",
            "Recovered: attempt 3 succeeded",
            f'href="/journal/{ids[0]}"',
            "this one",
        ):
            assert words in page, words
    assert "attempts of one call" not in Client().get(f"/journal/{ids[3]}").content.decode()
    assert Client().get(f"/journal/{'x' * 26}/attempts").status_code == 404
    chinese = Client().get(f"/journal/{ids[1]}/attempts", headers={"accept-language": "zh-hans"})
    assert "同一调用的 3 次尝试" in chinese.content.decode()
