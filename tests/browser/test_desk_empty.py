"""The empty desk: how to point an SDK here, and a test call that can be answered."""

from playwright.sync_api import expect

from tests.browser.conftest import OpenPage, axe
from tests.conftest import Server, wait_for


def test_the_snippets_name_this_server_and_each_can_be_copied(server: Server, open_page: OpenPage) -> None:
    page = open_page(server.url)
    expect(page.locator("#empty h1")).to_have_text("No call is waiting")
    for name in ("curl", "python", "node", "langchain", "env"):
        page.click(f"#tab-{name}")
        snippet = page.locator(f"#panel-{name}")
        expect(snippet.locator("pre")).to_contain_text(f"{server.url}/v1")
        snippet.get_by_role("button").click()
        expect(snippet.get_by_role("button")).to_have_text("Copied")


def test_a_test_call_opens_by_itself_and_can_be_answered(server: Server, open_page: OpenPage) -> None:
    page = open_page(server.url)
    page.click("#test-call")
    expect(page.locator("#call .card")).to_contain_text("This is a test call.")
    expect(page.locator("#waiting .row")).to_have_count(1)
    expect(page.locator("#waiting .row")).to_have_attribute("aria-current", "true")
    expect(page.locator("#call h1")).to_be_focused()
    [item] = server.waiting(1)
    assert item["claimed_by"] == ""
    page.locator("#reply-text").fill("42")
    page.click("#send")
    wait_for(lambda: server.exchange(item["id"])["state"] == "delivered")
    expect(page.locator("#empty h1")).to_be_focused()


def test_a_test_call_may_ask_for_everything_at_once(server: Server, open_page: OpenPage) -> None:
    page = open_page(server.url)
    for name in ("stream", "tools", "image", "schema"):
        page.check(f"#test-form [name={name}]")
    page.click("#test-call")
    expect(page.locator("#waiting .trait")).to_have_count(4)
    expect(page.locator("#call .call-head")).to_contain_text("verdict")
    expect(page.locator("#call .thumb img")).to_be_visible()


def test_on_a_phone_the_empty_desk_shows_what_to_do(server: Server, open_page: OpenPage) -> None:
    page = open_page(server.url, width=390)
    expect(page.locator("#empty h1")).to_be_in_viewport()


def test_the_empty_desk_is_accessible(server: Server, open_page: OpenPage) -> None:
    page = open_page(server.url)
    axe(page)
    page.set_viewport_size({"width": 390, "height": 860})
    axe(page)
