"""What the queues' page owes like every other: text stays text, the policy, axe, phones."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, axe, fits
from tests.browser.test_manners import MARKUP
from tests.browser.test_queues import said, words
from tests.conftest import Server

WIDTHS = (390, 768, 1024, 1440, 2560)
ODD = MARKUP + "\u202e gnp.exe \x07"


def fill(server: Server) -> None:
    server.queue("ci-7", *said("one"), label="first", delay_ms=300)
    server.queue("ci-7", {"error": {"message": "busy"}}, status_code=429)
    match = {"last_user": "refund", "model": "gpt-4*"}
    server.queue("ci-7", *said("last"), uses=None, endpoint="chat.completions", match=match)
    server.api.post("/api/preset-queue/ci-7/pause", json={"paused": True})


def open_edit(page: Page) -> None:
    words(page).first.click()
    expect(page.locator("#entry-text")).to_have_value("one")


def open_preview(page: Page) -> None:
    page.keyboard.press("Escape")
    page.keyboard.press("v")
    page.fill("#bring-text", '{"content": "good"}\n{"content": "bad}')
    expect(page.locator("#bring [data-wrong]")).to_contain_text("line 2")


def test_axe_finds_nothing_in_any_state_of_the_page(server: Server, open_page: OpenPage) -> None:
    fill(server)
    page = open_page(f"{server.url}/queues")
    axe(page)
    page.fill("#filter", "export")
    expect(page.locator("#callers .problem")).to_be_visible()
    axe(page)
    for path in ("empty", "*", "ci-7"):
        page.goto(f"{server.url}/queues/{path}")
        page.wait_for_selector("#connection[data-state=open]")
        axe(page)
    page.locator("[data-grip]").first.click()
    axe(page)
    page.keyboard.press("Escape")
    open_edit(page)
    axe(page)
    open_preview(page)
    axe(page)


def test_no_state_of_the_page_is_wider_than_the_screen(server: Server, open_page: OpenPage) -> None:
    fill(server)
    server.queue("ci-7", *said("word " * 40, "x" * 400), label="l" * 200)
    page = open_page(f"{server.url}/queues/ci-7")
    for step in (lambda: None, lambda: open_edit(page), lambda: open_preview(page)):
        step()
        fits(page, *WIDTHS)
    page.goto(f"{server.url}/queues/{'x' * 100}")
    fits(page, *WIDTHS)


def test_markup_in_labels_and_bodies_is_only_text(server: Server, open_page: OpenPage) -> None:
    server.queue("ci-7", {"content": ODD}, label=MARKUP)
    page = open_page(f"{server.url}/queues/ci-7")
    expect(words(page)).to_contain_text("window.hacked")
    words(page).click()
    expect(page.locator("#entry-text")).to_have_value(ODD)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("d")
    expect(words(page)).to_have_count(2)
    page.keyboard.press("Delete")
    expect(page.locator("#undo")).to_contain_text("window.hacked")
    page.keyboard.press("v")
    page.fill(
        "#bring-text", '{"response": {"content": "<img src=x onerror=hacked()>"}, "label": "<b>bold</b>"}'
    )
    expect(page.locator("#bring [data-good]")).to_contain_text("<b>bold</b>")
    page.goto(f"{server.url}/queues?caller=<img src=x>")
    expect(page.locator("#filter")).to_have_value("<img src=x>")
    assert page.locator("main img, main script, main b:text-is('bold')").count() == 0
    assert page.evaluate("window.hacked") is None


def test_what_turns_a_text_around_is_named_where_it_stands(server: Server, open_page: OpenPage) -> None:
    server.queue("ci-7", {"content": "a\u202egnp"}, label="<b>lab</b>\u202e")
    page = open_page(f"{server.url}/queues/ci-7")
    expect(words(page)).to_have_text("<b>lab</b>U+202E aU+202Egnp")
    page.keyboard.press("v")
    page.fill(
        "#bring-text", '{"response": {"content": "\\u202egnp"}, "label": "\\u202e"} {"content\u202e": ""}'
    )
    expect(page.locator("#bring [data-good] .entry-words").first).to_have_text("U+202E U+202Egnp")
    expect(page.locator("#bring [data-doubts]")).to_contain_text("contentU+202E is no field")


def test_on_a_phone_the_panel_takes_the_place_of_the_list(server: Server, open_page: OpenPage) -> None:
    fill(server)
    page = open_page(f"{server.url}/queues", width=390)
    page.get_by_role("link", name="ci-7").click()
    page.wait_for_url("**/queues/ci-7")
    expect(page.locator("#callers")).to_be_hidden()
    open_edit(page)
    expect(page.locator("#queue")).to_be_hidden()
    page.locator("#entry [data-close]").click()
    expect(words(page).first).to_be_visible()
    page.get_by_role("link", name="All callers").click()
    expect(page.locator("#callers")).to_be_visible()


def test_the_keys_are_in_the_sheet(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/queues/ci-7")
    page.keyboard.press("?")
    for text in ("edit the preset", "move the preset up", "pause or resume the queue"):
        expect(page.locator("#keys-dialog")).to_contain_text(text)
