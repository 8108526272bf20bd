"""Two exchanges side by side in a real browser."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, axe, fits
from tests.browser.test_journal import LINE, fill, journal
from tests.conftest import Server

__all__ = ["journal"]  # the fixture


def mark_two(page: Page) -> None:
    for key in ("j", "d", "j", "d"):
        page.keyboard.press(key)
    expect(page.locator(".line-mark:visible kbd")).to_have_text(["A", "B"])


def test_two_lines_are_marked_and_compared_by_keyboard(journal: Server, open_page: OpenPage) -> None:
    fill(journal, 2)
    page = open_page(f"{journal.url}/journal")
    mark_two(page)
    page.keyboard.press("Shift+D")
    request = page.locator("[data-diff=request] .cm-mergeView")
    expect(request.locator(".cm-content").first).to_contain_text('"content": "call 1"')
    expect(request.locator(".cm-content").last).to_contain_text('"content": "call 0"')
    expect(request.locator(".cm-changedText").first).to_have_text("1")
    expect(page.locator("[data-diff=reply] .cm-mergeView")).to_be_visible()
    page.get_by_role("link", name="Swap A and B").click()
    expect(request.locator(".cm-content").first).to_contain_text('"content": "call 0"')


SIGN = "line => getComputedStyle(line, '::before').content"


def test_only_what_changed_is_marked_with_a_sign_beside_its_line(
    journal: Server, open_page: OpenPage
) -> None:
    fill(journal, 2)
    a, b = [item["id"] for item in journal.api.get("/api/exchanges").json()["items"]]
    page = open_page(f"{journal.url}/journal/diff?a={a}&b={b}")
    sides = page.locator("[data-diff=request] .cm-mergeViewEditor")
    for side, digit, sign in ((sides.first, "1", "−"), (sides.last, "0", "+")):
        expect(side.locator(".cm-changedLine")).to_have_count(1)
        expect(side.locator(".cm-changedText")).to_have_text([digit])
        assert side.locator(".cm-changedLine").evaluate(SIGN) == f'"{sign}"'
    expect(page.locator("[data-diff=reply] .cm-collapsedLines").first).to_contain_text("unchanged lines")
    axe(page)


def test_a_mark_is_taken_back_and_survives_other_pages(journal: Server, open_page: OpenPage) -> None:
    fill(journal, 3)
    page = open_page(f"{journal.url}/journal")
    mark_two(page)
    page.keyboard.press("d")
    expect(page.locator("#marks")).to_contain_text("Mark another to compare the two.")
    page.goto(f"{journal.url}/docs")
    page.goto(f"{journal.url}/journal")
    expect(page.locator(".line-mark:visible")).to_have_count(1)
    page.locator(LINE).last.click()
    page.click("[data-mark]")
    expect(page.locator("[data-mark]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-compare]")).to_be_visible()
    page.click("[data-clear]")
    expect(page.locator("#marks")).to_be_hidden()
    expect(page.locator("[data-mark]")).to_have_attribute("aria-pressed", "false")


def test_going_to_the_desk_marks_nothing(journal: Server, open_page: OpenPage) -> None:
    fill(journal, 1)
    page = open_page(f"{journal.url}/journal")
    page.keyboard.press("j")
    page.keyboard.type("gd")  # in one go: between the two is no more than a second
    page.wait_for_url(f"{journal.url}/")
    assert page.evaluate("sessionStorage.getItem('mockopenai.marks')") is None


def test_equal_requests_are_said_to_be_equal(journal: Server, open_page: OpenPage) -> None:
    fill(journal, 1)
    fill(journal, 1)
    a, b = [item["id"] for item in journal.api.get("/api/exchanges").json()["items"]]
    page = open_page(f"{journal.url}/journal/diff?a={a}&b={b}")
    expect(page.locator("[data-note=request]")).to_have_text("no difference")
    expect(page.locator("[data-diff=request] pre")).to_contain_text("call 0")


def test_on_a_phone_one_stands_below_the_other(journal: Server, open_page: OpenPage) -> None:
    fill(journal, 2)
    a, b = [item["id"] for item in journal.api.get("/api/exchanges").json()["items"]]
    page = open_page(f"{journal.url}/journal/diff?a={a}&b={b}", width=390)
    was, became = page.locator("[data-diff=request] .cm-deletedChunk"), page.locator(".cm-changedLine").first
    expect(was).to_contain_text('"content": "call 1"')
    expect(became).to_contain_text('"content": "call 0"')
    first, second = was.bounding_box(), became.bounding_box()
    assert first is not None and second is not None
    assert second["y"] >= first["y"] + first["height"] - 1
    page.set_viewport_size({"width": 1440, "height": 860})
    expect(page.locator("[data-diff=request] .cm-mergeViewEditor")).to_have_count(2)
    page.set_viewport_size({"width": 390, "height": 860})
    expect(was).to_be_visible()
    fits(page)
