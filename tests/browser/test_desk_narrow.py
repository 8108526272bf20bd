"""The desk on less than a large screen: the list slides in, or is a page of its own."""

from playwright.sync_api import expect

from tests.browser.conftest import Ask, OpenPage, axe, fits, open_call
from tests.conftest import Server


def test_on_a_tablet_the_list_slides_in_and_goes_when_a_call_is_chosen(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    page = open_page(server.url, width=1000)
    ask(server, "The first")
    server.waiting(1)
    ask(server, "The second")
    server.waiting(2)
    row = page.locator("#waiting .row", has_text="The first")
    expect(row).not_to_be_in_viewport()
    page.get_by_role("button", name="Calls 2").click()
    expect(row).to_be_in_viewport()
    open_call(page, "The first")
    expect(row).not_to_be_in_viewport()
    expect(page.locator("#reply")).to_be_visible()
    page.keyboard.press("j")
    expect(row).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#call .card")).to_contain_text("The second")
    expect(row).not_to_be_in_viewport()


def test_on_a_phone_the_list_and_the_call_take_turns(server: Server, open_page: OpenPage, ask: Ask) -> None:
    page = open_page(server.url, width=390)
    ask(server, "From a phone")
    row = page.locator("#waiting .row")
    open_call(page, "From a phone")
    expect(row).to_be_hidden()
    page.locator("[data-back]").click()
    expect(row).to_be_visible()
    expect(page.locator("#call .card")).to_have_count(0)


def test_nothing_is_wider_than_the_screen(server: Server, open_page: OpenPage, ask: Ask) -> None:
    ask(server, "x" * 400, model="a-model-with-quite-a-long-name-for-any-list", caller="c" * 90)
    [item] = server.waiting(1)
    page = open_page(f"{server.url}/?call={item['id']}")
    for width in (390, 768, 1000, 1199, 1440, 2560):
        page.set_viewport_size({"width": width, "height": 860})
        fits(page)
        expect(page.locator("#call .card")).to_be_in_viewport()


def test_a_phone_s_list_and_call_are_accessible(server: Server, open_page: OpenPage, ask: Ask) -> None:
    ask(server, "From a phone", stream=True)
    server.waiting(1)
    page = open_page(server.url, width=390)
    axe(page, within="#main")
    open_call(page, "From a phone")
    axe(page, within="#main")
