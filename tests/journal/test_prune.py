"""Old exchanges go, open ones stay."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from apps.journal import prune as module
from apps.journal.models import OPEN_STATES, Body, Exchange
from apps.journal.prune import erase, prune, pruned

pytestmark = pytest.mark.django_db(transaction=True)


def kept() -> list[str]:
    return list(Exchange.objects.order_by("id").values_list("id", flat=True))


def test_the_newest_are_kept(add_many):
    ids = add_many([{}] * 10)
    assert prune(keep=4, days=7) == 6
    assert kept() == ids[-4:]
    assert sorted(Body.objects.values_list("exchange_id", flat=True)) == ids[-4:]


def test_nothing_is_deleted_while_there_is_room(add_many):
    ids = add_many([{}] * 4)
    assert prune(keep=4, days=7) == 0
    assert kept() == ids


def test_what_is_too_old_goes_however_few_there_are(add):
    old = add(created_at=datetime.now(UTC) - timedelta(days=7, minutes=1))
    young = add(created_at=datetime.now(UTC) - timedelta(days=6, hours=23))
    assert prune(keep=100, days=7) == 1
    assert kept() == [young]
    assert old not in kept()


@pytest.mark.parametrize("state", OPEN_STATES)
def test_open_calls_stay_however_old(add, add_many, state):
    waiting = add(state=state, created_at=datetime.now(UTC) - timedelta(days=30))
    add_many([{}] * 3)
    prune(keep=0, days=7)
    assert kept() == [waiting]


def test_more_than_one_chunk_goes(add_many, monkeypatch):
    monkeypatch.setattr(module, "CHUNK", 10)
    add_many([{}] * 35)
    assert prune(keep=2, days=7) == 33
    assert len(kept()) == 2


def test_the_command_says_what_it_did(add_many):
    add_many([{}] * 5)
    out = StringIO()
    call_command("prune_journal", "--keep", "2", stdout=out)
    assert out.getvalue() == "Deleted 3 exchanges, kept 2.\n"


def test_the_command_refuses_nonsense():
    with pytest.raises(CommandError, match="--keep"):
        call_command("prune_journal", "--keep", "-1")


def test_what_was_pruned_is_counted_by_the_limit_that_did_it(add, add_many, settings):
    settings.MOCKOPENAI_JOURNAL_MAX, settings.MOCKOPENAI_JOURNAL_DAYS = 2, 7
    assert pruned() == {"count": 0, "since": None, "keep": 2, "days": 7, "limits": []}
    before = datetime.now(UTC).timestamp()
    add(created_at=datetime.now(UTC) - timedelta(days=8))
    add_many([{}] * 5)
    prune(keep=2, days=7)
    add_many([{}] * 4)
    prune(keep=2, days=7)
    told = pruned()
    assert told["count"] == 8
    assert [(row["limit"], row["count"]) for row in told["limits"]] == [("count", 7), ("age", 1)]
    assert before <= told["since"] <= told["limits"][0]["last_at"]


def test_what_somebody_deletes_does_not_count_as_pruned(add_many):
    add_many([{}] * 5)
    assert erase(Exchange.objects.all()) == 5
    assert pruned()["count"] == 0
