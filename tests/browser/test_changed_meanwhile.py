"""Two people change one preset, or one template: neither takes from the other without a word."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, axe
from tests.browser.test_queues import said, words
from tests.conftest import Server, wait_for

THEIRS, MINE = "Show theirs, drop mine", "Save mine over it"
BOB = {"x-mock-person": "bob"}


def item(server: Server, place: int = 0) -> Any:
    return server.api.get("/api/preset-queue/ci-7").json()["items"][place]


def change(server: Server, place: int = 0, **fields: Any) -> None:
    path = f"/api/preset-queue/ci-7/{item(server, place)['id']}"
    assert server.api.patch(path, json=fields).status_code == 200


def unheard(page: Page, url: str, act: Callable[[], Any]) -> None:
    """Does that, and the page that looks what it was is told what was there before."""
    before = page.request.get(url).text()
    page.route(url, lambda route: route.fulfill(body=before))
    with page.expect_response(url):
        act()
    page.unroute(url)


def choose(page: Page, answer: str) -> None:
    page.get_by_role("button", name=answer).click()


def test_who_changes_the_label_leaves_what_another_has_written_meanwhile(
    server: Server, open_page: OpenPage
) -> None:
    server.queue("ci-7", *said("one"))
    page = open_page(f"{server.url}/queues/ci-7")
    words(page).click()
    page.fill("#entry-label", "from A")
    change(server, delay_ms=77, response={"content": "three by Z"})
    expect(words(page)).to_have_text(["three by Z"])
    expect(page.locator("#entry-text")).to_have_value("three by Z")  # what A has not touched follows
    expect(page.locator("#entry-label")).to_be_focused()
    with page.expect_request(lambda request: request.method == "PATCH") as sent:
        page.keyboard.press("Control+Enter")
    assert sent.value.post_data_json == {"label": "from A"}
    expect(page.locator("#entry")).to_be_hidden()
    now = item(server)
    assert (now["label"], now["delay_ms"], now["response"]) == ("from A", 77, {"content": "three by Z"})


@pytest.mark.parametrize("heard", [True, False])
@pytest.mark.parametrize("answer", [THEIRS, MINE])
def test_who_writes_the_same_as_another_is_asked(
    server: Server, open_page: OpenPage, answer: str, *, heard: bool
) -> None:
    server.queue("ci-7", *said("one"))
    page = open_page(f"{server.url}/queues/ci-7")
    words(page).click()
    page.fill("#entry-text", "by A")
    clash = page.locator("#entry-clash")
    theirs = {"delay_ms": 77, "response": {"content": "by Z"}}
    if not heard:
        unheard(
            page, f"{server.url}/queues/ci-7/entries/{item(server)['id']}", lambda: change(server, **theirs)
        )
        expect(clash).to_be_hidden()
    else:
        change(server, **theirs)
        expect(clash).to_contain_text("Somebody else has changed this, too, since you opened it: response.")
        axe(page)
    page.locator("#entry-text").press("Control+Enter")
    expect(clash).to_be_visible()
    page.locator("#entry-text").press("Control+Enter")  # once more is no answer
    page.wait_for_timeout(300)
    assert item(server)["response"] == {"content": "by Z"}
    choose(page, answer)
    expect(clash).to_be_hidden()
    if answer == THEIRS:
        expect(page.locator("#entry-text")).to_have_value("by Z")
        expect(page.locator("#entry-delay")).to_have_value("77")
        page.keyboard.press("Escape")
        words(page).click()
        expect(page.locator("#entry-text")).to_have_value("by Z")
        expect(page.locator("#entry-note")).to_be_hidden()
    else:
        expect(page.locator("#entry")).to_be_hidden()
        wait_for(lambda: item(server)["response"] == {"content": "by A"})
        assert item(server)["delay_ms"] == 77


def test_an_old_draft_over_a_changed_preset_is_told_of(server: Server, open_page: OpenPage) -> None:
    server.queue("ci-7", *said("one"))
    page = open_page(f"{server.url}/queues/ci-7")
    words(page).click()
    page.fill("#entry-text", "by A")
    page.keyboard.press("Escape")
    change(server, label="from Z")  # what the draft does not touch
    expect(words(page)).to_have_text(["from Z one"])
    words(page).click()
    expect(page.locator("#entry-note")).to_contain_text("not saved yet")
    expect(page.locator("#entry-label")).to_have_value("from Z")
    expect(page.locator("#entry-text")).to_have_value("by A")
    expect(page.locator("#entry-clash")).to_be_hidden()
    page.keyboard.press("Escape")
    change(server, response={"content": "by Z"})
    expect(words(page)).to_have_text(["from Z by Z"])
    page.reload()
    words(page).click()
    expect(page.locator("#entry-clash")).to_contain_text("response")
    expect(page.locator("#entry-text")).to_have_value("by A")
    choose(page, MINE)
    expect(words(page)).to_have_text(["from Z by A"])


def test_calls_that_count_down_what_is_edited_are_nobody_s_change(
    server: Server, open_page: OpenPage
) -> None:
    server.queue("ci-7", *said("one"), uses=5)
    page = open_page(f"{server.url}/queues/ci-7")
    words(page).click()
    page.fill("#entry-uses", "9")
    change(server, uses=4)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#entry")).to_be_hidden()
    assert item(server)["uses"] == 9


def test_the_editor_is_called_by_the_number_that_its_row_has_now(server: Server, open_page: OpenPage) -> None:
    server.queue("ci-7", *said("one", "two"))
    page = open_page(f"{server.url}/queues/ci-7")
    words(page).nth(1).click()
    expect(page.locator("#entry-title")).to_have_text("Preset 2")
    first, second = item(server)["id"], item(server, 1)["id"]
    server.api.post(f"/api/preset-queue/ci-7/{second}/move", json={"before": first})
    expect(page.locator("#entry-title")).to_have_text("Preset 1")


@pytest.fixture
def template(server: Server) -> Any:
    path = "/api/templates/a-shared-one"
    one = {"name": "a-shared-one", "category": "own", "description": "it", "response": {"content": "one"}}
    assert server.api.post("/api/templates", json=one).status_code == 200
    yield path
    server.api.delete(path)


def test_who_changes_what_a_template_is_for_leaves_what_it_says(
    server: Server, open_page: OpenPage, template: str
) -> None:
    page = open_page(f"{server.url}/templates/a-shared-one")
    page.fill("#t-description", "from A")
    server.api.patch(template, json={"response": {"content": "by bob"}}, headers=BOB)
    expect(page.locator("#t-response")).to_have_value('{\n  "content": "by bob"\n}')
    expect(page.locator("#t-description")).to_have_value("from A")
    expect(page.locator("#template-unsaved")).to_be_visible()
    with page.expect_request(lambda request: request.method == "PATCH") as sent:
        page.press("#t-description", "Control+Enter")
    assert json.loads(sent.value.post_data or "") == {"description": "from A"}
    expect(page.locator("#notices")).to_contain_text("Saved.")
    now = server.api.get(template).json()
    assert (now["description"], now["response"]) == ("from A", {"content": "by bob"})


@pytest.mark.parametrize("heard", [True, False])
@pytest.mark.parametrize("answer", [THEIRS, MINE])
def test_who_writes_in_a_template_the_same_as_another_is_asked(
    server: Server, open_page: OpenPage, template: str, answer: str, *, heard: bool
) -> None:
    page = open_page(f"{server.url}/templates/a-shared-one")
    page.fill("#t-response", '{"content": "by A"}')
    theirs = {"delay_ms": 77, "response": {"content": "by bob"}}
    clash = page.locator("#template-newer")
    if not heard:
        unheard(page, page.url, lambda: server.api.patch(template, json=theirs, headers=BOB))
        expect(clash).to_be_hidden()
    else:
        server.api.patch(template, json=theirs, headers=BOB)
        expect(clash).to_contain_text("bob has changed this, too, since you opened it: response.")
        axe(page)
    page.press("#t-response", "Control+Enter")
    expect(clash).to_be_in_viewport()
    page.press("#t-response", "Control+Enter")  # once more is no answer
    page.wait_for_timeout(300)
    assert server.api.get(template).json()["response"] == {"content": "by bob"}
    choose(page, answer)
    expect(clash).to_be_hidden()
    expect(page.locator("#t-delay")).to_have_value("77")
    if answer == THEIRS:
        expect(page.locator("#t-response")).to_have_value('{\n  "content": "by bob"\n}')
    else:
        expect(page.locator("#notices")).to_contain_text("Saved.")
        now = server.api.get(template).json()
        assert (now["delay_ms"], now["response"]) == (77, {"content": "by A"})
    expect(page.locator("#template-unsaved")).to_be_hidden()
