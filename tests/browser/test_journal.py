"""The journal's list in a real browser: it fills by itself, moves nothing that is read, and finds back."""

import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Ask, OpenPage, axe, shows_whole
from tests.conftest import Server, wait_for

Start = Callable[..., Server]
LINE = "#rows a.line"


@pytest.fixture
def journal(server: Server) -> Iterator[Server]:
    """A server whose journal is empty and whose calls are answered at once."""
    wait_for(lambda: not server.api.delete("/api/exchanges?all=true").json()["kept"])
    server.api.put("/api/fallback", json={"text": "auto"})
    yield server


def fill(
    server: Server, count: int, *, caller: str = "ci-7", content: str = "call", **fields: object
) -> None:
    """So many calls, one after the other, answered at once."""
    for number in range(count):
        messages = [{"role": "user", "content": f"{content} {number}"}]
        answer = server.api.post(
            "/v1/chat/completions",
            json={"model": "gpt-4o", "messages": messages, **fields},
            headers={"authorization": f"Bearer sk-mock-{caller}"},
        )
        assert answer.status_code == 200, answer.text


def top_of(page: Page, text: str) -> float:
    """How far down the window a line is."""
    box = page.locator(LINE, has_text=text).bounding_box()
    assert box is not None
    return box["y"]


def scroll(page: Page, down_px: int) -> None:
    page.evaluate("(top) => document.querySelector('#list').scrollTo(0, top)", down_px)


def test_a_call_that_comes_in_is_on_top_by_itself(journal: Server, open_page: OpenPage) -> None:
    page = open_page(f"{journal.url}/journal")
    expect(page.locator("#rows")).to_contain_text("Nothing has come in yet")
    expect(page.locator("#rows")).to_contain_text(journal.base_url)
    fill(journal, 2)
    expect(page.locator(LINE)).to_have_count(2)
    expect(page.locator(LINE).first).to_contain_text("call 1")
    expect(page.locator(LINE).first).to_contain_text("automatic")
    expect(page.locator("#found")).to_have_text("2 found")


def test_older_lines_come_on_scrolling_down_and_back_leads_to_the_same_place(
    journal: Server, open_page: OpenPage
) -> None:
    fill(journal, 120)
    page = open_page(f"{journal.url}/journal")
    expect(page.locator("#found")).to_have_text("the newest 50")
    for count in (100, 120):
        wait_for(lambda count=count: scroll(page, 99_999) or page.locator(LINE).count() >= count)
    expect(page.locator("#found")).to_have_text("120 found")
    page.locator(LINE, has_text="call 20").scroll_into_view_if_needed()
    before = top_of(page, "call 20")
    page.goto(f"{journal.url}/docs")
    page.go_back()
    expect(page.locator(LINE)).to_have_count(120)
    wait_for(lambda: abs(top_of(page, "call 20") - before) < 3)


def test_nothing_moves_that_is_being_read(journal: Server, open_page: OpenPage) -> None:
    fill(journal, 60, content="old")
    page = open_page(f"{journal.url}/journal")
    scroll(page, 300)
    before = top_of(page, "old 45")
    fill(journal, 3, content="new")
    expect(page.locator("#newer")).to_contain_text("3 newer")
    assert top_of(page, "old 45") == before
    page.keyboard.press("n")
    expect(page.locator("#newer")).to_be_hidden()
    expect(page.locator(LINE).first).to_contain_text("new 2")
    expect(page.locator(LINE).first).to_be_focused()
    assert page.evaluate("document.querySelector('#list').scrollTop") == 0


def test_no_line_slips_away_from_under_the_pointer(journal: Server, open_page: OpenPage) -> None:
    fill(journal, 3, content="old")
    page = open_page(f"{journal.url}/journal")
    page.locator(LINE, has_text="old 1").hover()
    before = top_of(page, "old 1")
    fill(journal, 1, content="new")
    expect(page.locator("#newer")).to_contain_text("1 newer")
    assert top_of(page, "old 1") == before
    page.mouse.move(700, 10)
    expect(page.locator(LINE).first).to_contain_text("new 0")
    expect(page.locator("#newer")).to_be_hidden()


def test_a_line_that_was_open_is_brought_up_to_date_where_it_stands(
    journal: Server, open_page: OpenPage, ask: Ask
) -> None:
    journal.api.put("/api/fallback", json={"text": "manual"})
    ask(journal, "Wait for it")
    [item] = journal.waiting(1)
    page = open_page(f"{journal.url}/journal")
    page.locator(LINE).hover()
    expect(page.locator(LINE)).to_contain_text("waiting")
    journal.answer(item["id"], by="bob")
    expect(page.locator(LINE)).to_contain_text("bob")
    expect(page.locator(LINE)).to_contain_text("delivered")
    expect(page.locator("#newer")).to_be_hidden()


def test_the_whole_way_goes_by_keyboard(journal: Server, open_page: OpenPage) -> None:
    fill(journal, 3)
    page = open_page(f"{journal.url}/journal")
    for key in ("j", "j", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("#opened .card").first).to_contain_text("call 1")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#opened .card").first).to_contain_text("call 0")
    page.go_back()
    expect(page.locator("#opened .card").first).to_contain_text("call 1")
    page.keyboard.press("Escape")
    expect(page.locator("#opened")).to_be_hidden()
    expect(page).to_have_url(f"{journal.url}/journal")
    expect(page.locator(LINE, has_text="call 1")).to_be_focused()
    page.keyboard.press("/")
    page.keyboard.type('"call 0"')
    page.keyboard.press("Enter")
    expect(page.locator(LINE)).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator(LINE)).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("#keys-dialog")).to_contain_text("mark for diff")


def test_what_the_filter_shows_is_exported_and_deleted_after_the_number_was_told(
    journal: Server, open_page: OpenPage
) -> None:
    fill(journal, 3, caller="ci-7")
    fill(journal, 2, caller="ci-8")
    page = open_page(f"{journal.url}/journal?q=caller:ci-7")
    page.click("#list-menu")
    with page.expect_download() as download:
        page.click("#export")
    lines = download.value.path().read_text().splitlines()
    assert [json.loads(line)["caller"] for line in lines] == ["ci-7"] * 3
    page.click("#list-menu")
    page.click("#delete")
    expect(page.locator("#ask-dialog")).to_contain_text("Delete 3 exchanges?")
    expect(page.locator("#ask-dialog")).to_contain_text("caller:ci-7")
    page.keyboard.press("Escape")
    assert journal.api.get("/api/exchanges/count").json()["count"] == 5
    page.click("#list-menu")
    page.click("#delete")
    page.click("#ask-ok")
    expect(page.locator("#rows")).to_contain_text("Nothing fits this filter")
    assert journal.api.get("/api/exchanges/count").json()["count"] == 2


def test_on_a_phone_there_is_one_pane_and_the_list_is_where_it_was(
    journal: Server, open_page: OpenPage
) -> None:
    fill(journal, 40)
    page = open_page(f"{journal.url}/journal", width=390)
    page.evaluate("scrollTo(0, 1200)")
    before = top_of(page, "call 10")
    page.locator(LINE, has_text="call 10").dispatch_event("click")
    expect(page.locator("#opened h1")).to_be_focused()
    expect(page.locator("#list")).to_be_hidden()
    page.get_by_role("link", name="Back to the list").click()
    expect(page.locator("#opened")).to_be_hidden()
    wait_for(lambda: abs(top_of(page, "call 10") - before) < 3)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_after_a_cut_the_list_equals_a_fresh_one(journal: Server, start: Start, open_page: OpenPage) -> None:
    fill(journal, 2, content="before")
    page = open_page(f"{journal.url}/journal")
    page.context.set_offline(True)
    page.evaluate("dispatchEvent(new Event('offline'))")
    fill(journal, 3, content="meanwhile")
    page.context.set_offline(False)
    fill(journal, 1, content="after")
    expect(page.locator(LINE)).to_have_count(6)
    fresh = open_page(f"{journal.url}/journal")
    expect(page.locator(f"{LINE} .line-summary")).to_have_text(
        fresh.locator(f"{LINE} .line-summary").all_inner_texts()
    )


def test_axe_finds_nothing_serious(journal: Server, open_page: OpenPage) -> None:
    fill(journal, 2, stream=True)
    first, second = [item["id"] for item in journal.api.get("/api/exchanges").json()["items"]]
    page = open_page(f"{journal.url}/journal")
    axe(page)
    page.locator("#filter").press_sequentially("st")
    expect(page.locator("#filter-options li").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    axe(page)
    for path in ("?q=status:nonsense", "?q=caller:nobody", f"/{first}", f"/diff?a={first}&b={second}"):
        page.goto(f"{journal.url}/journal{path}")
        page.wait_for_selector("#connection[data-state=open]")
        if "diff" in path:
            expect(page.locator(".diff-texts .cm-editor").first).to_be_visible()
        axe(page)
    page.goto(f"{journal.url}/journal/{first}")
    page.click("[data-queue]")
    axe(page)


def test_a_long_name_of_a_fault_stays_in_its_place(journal: Server, open_page: OpenPage) -> None:
    """Beside what else the line says, and its whole name is told at the latest under the pointer."""
    for fault in ("rate-limit-requests", "wrong-finish-reason"):
        journal.api.post(
            "/v1/chat/completions",
            json={"model": "gpt-4o-mini-2024-07-18", "messages": [{"role": "user", "content": "word " * 40}]},
            headers={"authorization": "Bearer sk-mock-ci-7", "x-mock-fault": fault},
        )
    page = open_page(f"{journal.url}/journal")
    expect(page.locator(LINE)).to_have_count(2)
    for width in (1920, 1440, 1024, 900, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for line in page.locator(LINE).all():
            assert line.evaluate(OVERLAPPING) == [], width
            summary = line.locator(".line-summary").bounding_box()
            assert summary is not None and summary["width"] > 40, width
        mark = page.locator(LINE).last.locator("[data-fault]")
        expect(mark).to_have_attribute("title", "rate-limit-requests")
        if width >= 1440:  # there is room for it
            shows_whole(mark)


# The parts of a line that lie over another one, and over which.
OVERLAPPING = """
(line) => {
  const parts = [...line.querySelectorAll(":scope > *, [data-fault]")].filter((part) => part.getClientRects().length);
  const over = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  return parts.flatMap((one, at) =>
    parts
      .slice(at + 1)
      .filter((two) => !one.contains(two) && over(one.getBoundingClientRect(), two.getBoundingClientRect()))
      .map((two) => `${one.className} ${two.className}`),
  );
}
"""
