"""A fault is chosen for an answer as for a preset: which one, its number, and, for presets, how often."""

from concurrent.futures import Future
from typing import Any

import openai
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Ask, OpenPage, open_call
from tests.browser.test_queues import said, words
from tests.conftest import Server


def choose(page: Page, letters: str, fault: str, says: str) -> None:
    """By the keyboard, in the select that has the focus."""
    page.keyboard.type(letters)
    expect(page.locator(":focus")).to_have_value(fault)
    expect(page.locator("[data-fault-says]:visible")).to_contain_text(says)


def held(server: Server, open_page: OpenPage, ask: Ask, text: str) -> tuple[Future[Any], Page]:
    """A call that waits, and the page on which it is open."""
    call = ask(server, text)
    server.waiting(1)
    page = open_page(server.url)
    open_call(page, text)
    return call, page


def test_a_held_call_is_answered_by_keyboard_with_nothing_but_a_fault(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    call, page = held(server, open_page, ask, "Break it")
    page.locator("#call h1").focus()
    page.keyboard.press("f")
    choose(page, "over", "overloaded", "503")
    page.reload()
    expect(page.locator("#reply-fault")).to_have_value("overloaded")  # as any other choice of a draft
    expect(page.locator("[data-fault-says]:visible")).to_contain_text("503")
    page.focus("#reply-fault")
    page.keyboard.press("Control+Enter")
    with pytest.raises(openai.InternalServerError) as told:
        call.result(30)
    assert told.value.status_code == 503


def test_a_fault_over_words_needs_them_and_strikes_them(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    call, page = held(server, open_page, ask, "Count it")
    page.select_option("#reply-fault", "missing-usage")
    page.click("#send")
    expect(page.locator("#reply .problem")).to_contain_text("Write a reply first")
    page.fill("#reply-text", "Two")
    page.click("#send")
    completion = call.result(30)
    assert (completion.choices[0].message.content, completion.usage) == ("Two", None)
    expect(page.locator("#reply-fault")).to_have_value("")


def test_a_preset_s_fault_has_its_number_and_its_probability_and_is_taken_back(
    server: Server, open_page: OpenPage
) -> None:
    server.queue("ci-7", *said("words"))
    page = open_page(f"{server.url}/queues/ci-7")
    words(page).click()
    expect(page.locator("#entry-text")).to_have_value("words")
    page.focus("#entry-fault")
    choose(page, "cut", "cut", "closed after n tokens")
    page.fill("#entry-fault-number", "2")
    page.fill("#entry-fault-chance", "130")
    expect(page.locator("[data-field='fault.probability_pct'] .field-problem")).to_contain_text("0 to 100")
    page.fill("#entry-fault-chance", "30")
    page.fill("#entry-text", "from {{ caller }}")
    page.click("#entry .more summary")
    page.check("#entry [name=render]")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".notice")).to_contain_text("Saved")
    [item] = server.api.get("/api/preset-queue/ci-7").json()["items"]
    assert item["fault"] == {"name": "cut", "after_tokens": 2, "probability_pct": 30}
    assert item["render"] is True
    expect(words(page)).to_contain_text("fault cut")
    words(page).click()
    expect(page.locator("#entry-fault-number")).to_have_value("2")
    page.select_option("#entry-fault", "")
    page.keyboard.press("Control+Enter")
    expect(words(page)).not_to_contain_text("fault")
    assert server.api.get("/api/preset-queue/ci-7").json()["items"][0]["fault"] is None
