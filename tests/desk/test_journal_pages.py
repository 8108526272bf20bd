"""The journal's page as the server writes it: its parts, their cursors, and how long they take."""

import re
import time
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from django.conf import settings
from django.test.client import Client
from django.utils import timezone

from apps.desk import journal_shown
from apps.journal import pages
from apps.journal.models import Pruned, Source, State
from tests.journal.conftest import add_exchanges

pytestmark = pytest.mark.django_db(transaction=True)

QUICK_S = 0.2
TRIES = 5


def get(path: str, *, status: int = 200) -> str:
    answer = Client().get(path)
    assert answer.status_code == status, answer.content
    return answer.content.decode()


def ids(html: str) -> list[str]:
    return re.findall(r'<li data-key="(\w+)"', html)


def test_a_page_has_the_newest_lines_and_leads_to_the_next() -> None:
    added = add_exchanges(*[{"summary": f"call {n}"} for n in range(60)])[::-1]
    first = get("/journal")
    assert ids(first) == added[:50]
    [following] = re.findall(r'hx-get="([^"]+)"', first)
    last = get(following.replace("&amp;", "&"))
    assert ids(last) == added[50:]
    assert "Nothing older." in last and "hx-get" not in last and "<ol" not in last


def test_a_page_that_is_come_back_to_gets_as_many_lines_as_it_had() -> None:
    added = add_exchanges(*[{}] * 130)[::-1]
    assert ids(get("/journal/rows?shown=120")) == added[:120]
    assert len(ids(get("/journal/rows?shown=3"))) == 50
    assert len(ids(get("/journal/rows?shown=²"))) == 50


def test_a_search_that_stopped_says_how_far_it_came_and_waits_for_a_click(monkeypatch) -> None:
    monkeypatch.setattr(pages, "SEARCH_S", 0)
    monkeypatch.setattr(pages, "PATIENCE_S", 0)
    add_exchanges(*[{}] * 100)
    part = get("/journal/rows?q=parcel")
    assert "Searched until" in part and "Older calls" in part
    assert 'hx-get="/journal/rows?q=parcel&amp;before=' in part
    assert "intersect" not in part


def test_a_line_says_who_or_what_answered_and_how_it_ended() -> None:
    add_exchanges({"source": Source.PERSON, "answered_by": "alice", "duration_ms": 1300, "stream": True})
    [line] = re.findall(r"<li data-key.*?</li>", get("/journal"), re.S)
    for words in ("alice", "1.3 s", "delivered", ">200<", "chat.completions", "stream", "ci-42"):
        assert words in line
    add_exchanges({"state": State.GONE, "source": Source.NONE, "status_code": None})
    line = re.findall(r"<li data-key.*?</li>", get("/journal"), re.S)[0]
    assert "nobody" in line and "hung up" in line and "data-open" not in line


def test_what_came_since_is_counted_and_what_was_open_is_shown_as_it_is_now() -> None:
    open_id, *others = add_exchanges({"state": State.WAITING, "status_code": None}, {"caller": "b"}, {}, {})
    part = get(f"/journal/newer?q=caller:ci-42&after={open_id}&look={open_id},nonsense")
    assert "2 newer" in part
    assert ids(part) == [open_id]
    assert "data-open" in part
    assert 'data-newer="0"' in get(f"/journal/newer?after={others[-1]}")


def test_after_a_long_absence_not_everything_is_counted(monkeypatch) -> None:
    monkeypatch.setattr(journal_shown, "NEWER_SHOWN", 5)
    monkeypatch.setattr(journal_shown, "NEWER_LOOKED", 20)
    added = add_exchanges(*[{"caller": "a" if n < 10 else "b"} for n in range(30)])
    assert "more than 5 newer" in get(f"/journal/newer?after={added[0]}")
    assert "5 newer" in get(f"/journal/newer?after={added[-6]}")
    assert 'data-newer="0"' in get(f"/journal/newer?q=caller:a&after={added[0]}")


def test_a_filter_that_cannot_be_read_is_told_with_its_place() -> None:
    page = get("/journal?q=caller:ci-7%20status:nonsense")
    assert re.search(
        r'id="filter-problem" role="alert"><p data-position="12">[^<]*a status such as 429', page
    )
    assert 'data-position="12"' in get("/journal/rows?q=caller:ci-7%20status:nonsense")


@pytest.mark.parametrize("line", ["\0", "%00", '"', "status:", "-" * 5000, "tool:" + "x" * 2000])
def test_no_line_breaks_the_page(line: str) -> None:
    get(f"/journal?q={quote(line)}")
    get(f"/journal/newer?q={quote(line)}&after={quote(line)}&look={quote(line)}")


@pytest.mark.parametrize("path", ["/journal/nothing", "/journal/%00/whole", f"/journal/{'x' * 26}/whole"])
def test_an_exchange_that_is_not_there_is_a_404(path: str) -> None:
    get(path, status=404)


def test_an_exchange_has_an_address_with_the_list_beside_it() -> None:
    asked = '{"messages": [{"role": "user", "content": "Where is my order?"}]}'
    replied = '{"choices": [{"message": {"role": "assistant", "content": "In the post."}}]}'
    [one] = add_exchanges(
        {"request_body": asked, "reply_body": replied, "duration_ms": 12, "bytes_sent": 12345}
    )
    page = get(f"/journal/{one}?q=caller:ci-42")
    assert ids(page) == [one]
    for words in (
        "Where is my order?",
        "In the post.",
        "12 ms",
        "12,345",
        'href="/journal?q=caller%3Aci-42"',
    ):
        assert words in page
    assert "<html" not in get(f"/journal/{one}/whole")


def test_the_error_of_a_reply_is_shown_in_words() -> None:
    [one] = add_exchanges({"reply_body": '{"error": {"message": "Slow down"}}', "status_code": 429})
    assert "Slow down" in get(f"/journal/{one}/whole")


def test_two_exchanges_are_compared_in_the_order_of_the_address() -> None:
    one, two = add_exchanges({"caller": "first"}, {"caller": "second"})
    page = get(f"/journal/diff?a={two}&b={one}")
    assert f'data-a="{two}" data-b="{one}"' in page
    assert page.index("second") < page.index("first")
    assert "nonce-" in Client().get(f"/journal/diff?a={two}&b={one}").headers["content-security-policy"]
    assert "These cannot be compared" in get(f"/journal/diff?a={two}&b=x", status=404)


def test_the_footer_says_how_much_was_pruned() -> None:
    assert "pruned" not in get("/docs")
    now = timezone.now()
    Pruned.objects.create(limit="count", exchanges=1204, since=now, last_at=now)
    assert f"1,204 older exchanges pruned (limit {settings.MOCKOPENAI_JOURNAL_MAX:,})" in get("/docs")


def test_a_hundred_thousand_lines_are_quick() -> None:
    moment = datetime.now(UTC)
    many = [
        {"caller": f"ci-{n % 50}", "status_code": 429 if n % 10 == 0 else 200, "created_at": moment}
        for n in range(100_000)
    ]
    added = add_exchanges(*many)
    for path in (
        "/journal",
        "/journal?q=caller:ci-7%20status:200",
        "/journal?q=caller:nobody",
        f"/journal/rows?before={added[50_000]}",
        f"/journal/newer?q=status:429&after={added[20_000]}",
        f"/journal/{added[50_000]}",
    ):
        assert best_s(path) < QUICK_S, path
    # What looks into bodies stops after its share of time, and goes on when asked to.
    assert best_s("/journal?q=%22nowhere%22") < pages.SEARCH_S + QUICK_S


def best_s(path: str) -> float:
    """How long the server computes at its best, in all its threads; no more tries than are needed.

    What it waits for a machine that is busy with something else does not count.
    """
    best = float("inf")
    for _ in range(TRIES):
        began = time.process_time()
        get(path)
        best = min(best, time.process_time() - began)
        if best < QUICK_S / 2:
            break
    return best
