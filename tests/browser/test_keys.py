"""The keys of what is done less often: printed on the buttons, listed in the sheet, and they do it."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Ask, OpenPage, asked, open_call
from tests.conftest import Server, wait_for


def printed(page: Page, selector: str) -> str:
    text = page.locator(f"{selector} kbd").text_content()
    assert text is not None
    return text


def listed(page: Page) -> list[str]:
    """The keys of the page's own part of the sheet, as they are spelled there."""
    page.keyboard.press("?")
    section = page.locator("#keys-dialog section").first
    expect(section).to_be_visible()
    names = [" ".join(line.locator("kbd").all_text_contents()) for line in section.locator("dl > div").all()]
    page.keyboard.press("Escape")
    return names


def test_a_call_is_taken_over_and_copied_and_a_late_reply_queued_by_key(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    ask(server, "Whose is it?")
    [item] = server.waiting(1)
    server.api.post(f"/api/desk/{item['id']}/claim", headers={"X-Mock-Person": "bob"})
    page = open_page(server.url)
    open_call(page, "Whose is it?")
    page.locator("#call h1").focus()
    assert (printed(page, "#take-over"), printed(page, "#copy-as")) == ("o", "y")
    page.keyboard.press("o")
    wait_for(lambda: server.waiting(1)[0]["claimed_by"] == "alice" or None)
    page.fill("#reply-text", "Mine now")
    page.keyboard.press("Escape")
    page.keyboard.press("y")
    expect(page.locator(".call-menu .dropdown-item").first).to_be_focused()
    page.keyboard.press("Escape")
    server.answer(item["id"], "Faster", by="alice")
    expect(page.locator("#keep")).to_be_visible()
    assert (printed(page, "#keep"), printed(page, "#discard")) == ("q", "Del")
    page.locator("#call h1").focus()
    page.keyboard.press("q")
    wait_for(lambda: server.api.get("/api/preset-queue/ci-7").json()["count"] == 1 or None)
    keys = listed(page)
    assert {"o", "Ctrl p", "y", "q", "Del"} <= set(keys) and len(keys) == len(set(keys))


def test_what_is_typed_live_is_paused_by_key_and_stands_in_one_list_alone(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    page = asked(server, open_page, ask, "Letter by letter", stream=True)
    expect(page.locator("#type-live")).to_be_visible()
    page.locator("#call h1").focus()
    page.keyboard.press("t")
    expect(page.locator("#live-text")).to_be_focused()
    page.keyboard.type("Hel")
    expect(page.locator("#live-count")).to_contain_text("3 characters")
    expect(page.locator("#waiting .rows-typing .row")).to_contain_text("Letter by letter")
    assert server.api.get("/desk/recent").text.count("Letter by letter") == 0
    assert printed(page, "#pause") == "Ctrl P"
    page.keyboard.press("Control+p")
    expect(page.locator("#pause")).to_have_text(re.compile("Go on"))
    expect(page.locator("#live-text")).to_be_focused()
    page.keyboard.press("Control+p")
    expect(page.locator("#pause")).to_have_text(re.compile("Pause"))
    page.keyboard.press("Control+Enter")
    expect(page.locator("#recent .row", has_text="Letter by letter")).to_be_visible()
    expect(page.locator("#waiting .rows-typing")).to_have_count(0)


def test_an_exchange_is_queued_sent_again_copied_and_exported_by_key(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    server.queue("ci-7", {"content": "Said"})
    ask(server, "Say it").result(20)
    page = open_page(f"{server.url}/journal")
    page.locator("a.line").first.click()
    expect(page.locator("#opened .exchange")).to_be_visible()
    page.locator("#opened h1").focus()
    buttons = {"[data-queue]": "q", "[data-resend]": "s", "[data-mark]": "d", "#copy-as": "y"}
    assert {name: printed(page, f"#opened {name}") for name in buttons} == buttons
    assert "(e)" in (page.locator("#list-menu").get_attribute("title") or "")
    page.keyboard.press("y")
    expect(page.locator(".call-menu .dropdown-item").first).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    expect(page.locator("#export")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("q")
    expect(page.locator("#queue-dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    expect(page.locator(".notice", has_text="Sent again.")).to_be_visible()
    assert {"a", "q", "s", "y", "e"} <= set(listed(page))


def test_a_queue_is_exported_and_cleared_by_key(server: Server, open_page: OpenPage) -> None:
    server.queue("ci-7", {"content": "one"})
    page = open_page(f"{server.url}/queues/ci-7")
    assert (printed(page, "#export"), printed(page, "#clear")) == ("e", "Shift Del")
    page.keyboard.press("e")
    expect(page.locator("[data-export=full]")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+Delete")
    page.click("#ask-ok")
    wait_for(lambda: server.api.get("/api/preset-queue/ci-7").json()["count"] == 0 or None)
    assert {"e", "Shift Del"} <= set(listed(page))


@pytest.mark.parametrize(("second", "path"), [("d", "/"), ("q", "/queues")])
def test_the_second_key_of_two_does_nothing_of_its_own(
    server: Server, open_page: OpenPage, second: str, path: str
) -> None:
    server.queue("ci-7", {"content": "one"})
    page = open_page(f"{server.url}/queues/ci-7")
    page.locator("#entries [data-open]").focus()
    page.keyboard.type(f"g{second}")  # in one go: between the two is no more than a second
    expect(page).to_have_url(f"{server.url}{path}")
    assert server.api.get("/api/preset-queue/ci-7").json()["count"] == 1


def test_a_call_is_claimed_and_let_go_of_by_a_button(server: Server, open_page: OpenPage, ask: Ask) -> None:
    page = open_page(server.url)
    ask(server, "Whose?")
    open_call(page, "Whose?")
    page.click("#claim")
    expect(page.locator("#claim")).to_have_text("Let go c")
    assert server.waiting(1)[0]["claimed_by"] == "alice"
    page.click("#claim")
    expect(page.locator("#claim")).to_have_text("Claim c")
    assert not server.waiting(1)[0]["claimed_by"]
