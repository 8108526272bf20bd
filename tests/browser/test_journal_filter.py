"""The filter line in a real browser: it completes itself, says where it is wrong, and stands in the address."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.test_journal import LINE, fill, journal
from tests.conftest import Server

__all__ = ["journal"]  # the fixture

OPTION = "#filter-options [role=option]"


@pytest.fixture
def page(journal: Server, open_page: OpenPage) -> Page:
    """The journal with two callers in it."""
    fill(journal, 2, caller="ci-7", content="refund")
    fill(journal, 1, caller="dev", content="weather")
    return open_page(f"{journal.url}/journal")


def begin(page: Page) -> None:
    """The field, empty, with the focus."""
    page.fill("#filter", "")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator("#filter")).not_to_be_focused()
    page.keyboard.press("/")
    expect(page.locator(OPTION).first).to_contain_text("caller:")


def test_names_then_values_are_completed_by_keyboard(journal: Server, page: Page) -> None:
    field = page.locator("#filter")
    begin(page)
    page.keyboard.type("cal")
    expect(page.locator(OPTION)).to_have_count(1)
    page.keyboard.press("Tab")
    expect(field).to_have_value("caller:")
    expect(page.locator(OPTION)).to_have_text(["caller:dev", "caller:ci-7"])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", "filter-options-1")
    page.keyboard.press("Enter")
    expect(field).to_have_value("caller:ci-7 ")
    expect(page.locator("#filter-options")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.locator(LINE)).to_have_count(2)
    expect(page).to_have_url(f"{journal.url}/journal?q=caller%3Aci-7")
    expect(page.locator("#found")).to_have_text("2 found")
    begin(page)
    page.keyboard.type("sour")
    page.keyboard.press("Tab")  # takes what is on its way
    expect(field).to_have_value("source:")
    expect(field).to_be_focused()
    page.fill("#filter", "")
    expect(page.locator(OPTION).first).to_contain_text("caller:")
    page.keyboard.press("Tab")  # leaves the field when nothing is typed
    expect(field).not_to_be_focused()
    begin(page)
    page.keyboard.type("st")
    expect(page.locator(OPTION)).to_have_count(3)
    page.keyboard.press("Escape")  # closes the list, and then leaves the field
    expect(page.locator("#filter-options")).to_be_hidden()
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    expect(field).not_to_be_focused()


def test_a_completion_is_taken_by_a_click_and_in_the_middle_of_the_line(page: Page) -> None:
    page.fill("#filter", "mod status:200")
    page.evaluate("document.querySelector('#filter').setSelectionRange(3, 3)")
    page.locator("#filter").dispatch_event("input")
    page.locator(OPTION, has_text="model:").click()
    expect(page.locator("#filter")).to_have_value("model: status:200")
    page.locator(OPTION, has_text="model:gpt-4o").click()
    expect(page.locator("#filter")).to_have_value("model:gpt-4o status:200")
    page.keyboard.press("Enter")
    expect(page.locator(LINE)).to_have_count(3)
    page.route(
        "**/complete*",
        lambda route: route.fulfill(
            json={"from": 0, "to": 6, "suggestions": ["state:gone", "state:orphaned"], "errors": []}
        ),
    )
    page.fill("#filter", "state:")  # the words of the list stand beside what is typed for them
    expect(page.locator(OPTION)).to_have_text(["state:gonehung up", "state:orphanedserver ended"])


def test_what_is_wrong_is_told_at_its_place(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("caller:dev status:nonsense")
    expect(page.locator("#filter-problem")).to_be_hidden()  # it is being written
    page.keyboard.press("Enter")
    expect(page.locator("#filter-problem")).to_contain_text("a status such as 429")
    expect(page.locator("#filter-mirror mark")).to_have_text("status:nonsense")
    expect(page.locator("#filter")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#rows")).to_contain_text("This filter cannot be read")
    page.wait_for_function("document.querySelector('#filter').selectionStart === 11")  # it is selected
    page.keyboard.type("status:200")
    expect(page.locator("#filter-problem")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.locator(LINE)).to_have_count(1)
    page.fill("#filter", 'colour:red status:nonsense caller:dev latency:soon model:"x')
    page.keyboard.press("Enter")
    told = page.locator("#filter-problem p")
    expect(told).to_contain_text(
        ["colour: there is no such", "status: 'nonsense'", "latency: 'soon'", "q: cannot read"]
    )
    wrong = ["colour:red", "status:nonsense", "latency:soon", 'model:"x']
    expect(page.locator("#filter-mirror mark")).to_have_text(wrong)
    page.reload()
    expect(told).to_have_count(4)
    expect(page.locator("#filter-mirror mark")).to_have_count(4)


def test_what_is_wrong_is_told_once_the_caret_has_left_it_and_stays_in_sight(
    journal: Server, page: Page
) -> None:
    page.keyboard.press("/")
    page.keyboard.type("latency:soon caller:")
    expect(page.locator("#filter-mirror mark")).to_have_text("latency:soon")
    expect(page.locator("#filter-problem")).to_contain_text("a comparison with a duration")
    told, listed = (page.locator(name).bounding_box() for name in ("#filter-problem", "#filter-options"))
    assert told and listed and listed["y"] >= told["y"] + told["height"], "the completions cover it"
    fill(journal, 1, caller="new", content="just now")  # a call that comes in changes nothing of that
    expect(page.locator(LINE)).to_have_count(4)
    expect(page.locator("#filter-problem")).to_be_visible()


def test_whoever_comes_back_to_a_mistake_reads_it_before_any_completion(page: Page) -> None:
    page.fill("#filter", "sta")
    expect(page.locator(OPTION).first).to_be_visible()
    page.keyboard.press("Enter")
    page.fill("#filter", "state:nonsense")
    page.keyboard.press("Enter")
    expect(page.locator("#filter-problem")).to_be_visible()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.locator("#filter").click()
    page.keyboard.press("End")
    page.wait_for_timeout(200)  # longer than the pause before completions are asked for
    assert not [url for url in asked if "complete" in url]
    expect(page.locator("#filter-options")).to_be_hidden()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Backspace")
    expect(page.locator("#filter-problem")).to_be_hidden()


def test_back_and_forward_go_through_the_filters_and_the_search_of_other_pages_leads_here(
    journal: Server, page: Page
) -> None:
    for line in ("caller:dev", "caller:ci-7"):
        page.fill("#filter", line)
        page.keyboard.press("Enter")
        expect(page.locator("#found")).to_have_text("1 found" if line == "caller:dev" else "2 found")
    page.go_back()
    expect(page.locator("#filter")).to_have_value("caller:dev")
    expect(page.locator(LINE)).to_have_count(1)
    page.go_forward()
    expect(page.locator(LINE)).to_have_count(2)
    page.reload()
    expect(page.locator("#filter")).to_have_value("caller:ci-7")
    expect(page.locator(LINE)).to_have_count(2)
    page.fill("#filter", "caller:nobody tool:get_weather")
    page.keyboard.press("Enter")
    expect(page.locator("#rows .sought")).to_have_text("caller:nobody tool:get_weather")
    page.click("#filter-clear")
    expect(page.locator(LINE)).to_have_count(3)
    expect(page.locator("#filter")).to_be_focused()
    page.goto(f"{journal.url}/docs")
    page.wait_for_selector("#connection[data-state=open]")
    page.keyboard.press("/")
    page.keyboard.type("weather")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/journal\?q=weather$"))
    expect(page.locator(LINE)).to_have_count(1)
