"""What a preset's match is to a person: written with help, seen in the list, explained."""

import json
import re

from playwright.sync_api import expect

from tests.browser.conftest import Ask, OpenPage, axe, shows_whole
from tests.conftest import Server

REFUND = {"last_user": {"contains": "refund", "case": False}}


def test_a_match_is_put_together_shown_changed_and_taken_back(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/queues/ci-7")
    page.keyboard.press("n")
    page.keyboard.type("Yes")
    page.select_option("[data-match-add]", "last_user")
    page.select_option("[data-match-add]", "turn")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#entries .entry-match")).to_have_text(
        'last_user contains "refund" · turn at least 2'
    )
    page.keyboard.press("Escape")
    shows_whole(page.locator("#entries .entry-match"))
    page.locator("#entries [data-open]").click()
    field = page.locator("#entry [name=match]")
    expect(field).to_have_value('{\n  "last_user": "refund",\n  "turn": {"at_least":2}\n}')
    field.fill('{"last_user": {"regex": "("}}')
    problem = page.locator("#entry [data-match] .field-problem")
    expect(problem).to_contain_text("missing )")
    page.locator("#entry").evaluate("(pane) => pane.scrollTo(0, 0)")
    page.locator("#entry [type=submit]").click()
    shows_whole(problem)
    field.fill('{"model": "gpt-4*"}')
    page.keyboard.press("Control+Enter")
    expect(page.locator("#entries .entry-match")).to_have_text("model gpt-4*")
    page.locator("#entries [data-open]").click()
    expect(page.locator("#entry-title")).to_have_text("Preset 1")  # no more the form of a new one
    field.fill("")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#entries .entry-match")).to_have_count(0)
    [item] = server.api.get("/api/preset-queue/ci-7").json()["items"]
    assert item["match"] is None


def test_the_page_says_why_a_call_was_answered_as_it_was(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    server.api.put("/api/fallback", json={"text": "auto"})
    ask(server, "Hello there").result()
    server.queue("ci-7", {"content": "refunded"}, match=REFUND, label="refunds")
    page = open_page(f"{server.url}/queues/ci-7")
    page.keyboard.press("w")
    why = page.locator("#why")
    expect(why.locator("[data-sum]")).to_have_text("No preset accepts it: it would get a generated answer.")
    expect(why.locator("[data-considered] li")).to_contain_text('it is "Hello there"')
    expect(why.locator("[data-considered] li b")).to_have_text("refunds")
    expect(why.locator("#why-call option").nth(1)).to_have_text(re.compile(r"^\d\d:\d\d:\d\d · "))
    request = {"messages": [{"role": "user", "content": "a refund"}]}
    why.locator("#why-text").fill(json.dumps(request))
    expect(why.locator("[data-sum]")).to_have_text("Preset 1 of this queue answers it.")
    axe(page, within="#why")
    why.locator("#why-text").fill("{")
    expect(why.locator("[data-problem]")).to_contain_text("not JSON")


def test_what_a_preset_answers_is_seen_beside_its_fault_and_its_match(
    server: Server, open_page: OpenPage
) -> None:
    server.queue(
        "ci-7",
        {"content": "The refund was issued. " * 9},
        label="A label that is long, longer than what it stands for",
        fault={"name": "rate-limit-requests", "probability_pct": 30},
        match={"model": "gpt-4o*", "last_user": "refund"},
    )
    page = open_page(f"{server.url}/queues/ci-7")
    label, fault = page.locator(".entry-words b"), page.locator("#entries .entry-fault")
    for is_open in (False, True):
        if is_open:
            page.locator("#entries [data-open]").click()
            expect(page.locator("#entry")).to_be_visible()
        shows_whole(fault)
        assert page.locator(".entry-said").evaluate(
            "(said, label) => label.offsetWidth + 40 < said.clientWidth", label.element_handle()
        )
    expect(page.locator(".entry-said")).to_have_attribute("title", re.compile("^A label .* for The refund"))
    expect(page.locator(".entry-terms")).to_have_attribute(
        "title", re.compile("^rate-limit-requests 30 % model .*refund")
    )


def test_a_sequence_says_how_many_replies_it_has(server: Server, open_page: OpenPage) -> None:
    """Of its uses the column beside it tells, with a ×."""
    body = {"sequence": [{"content": "s1"}, {"fault": "overloaded"}]}
    server.api.post("/api/preset-queue/ci-7", json=body)
    server.api.post("/api/preset-queue/ci-7", json={"fault": "overloaded"})
    page = open_page(f"{server.url}/queues/ci-7")
    words = page.locator("#entries .entry-words")
    expect(words).to_have_text(["sequence 2 replies: s1 · overloaded", "fault overloaded"])
    page.keyboard.press("v")
    page.fill("#bring-text", json.dumps(body))
    expect(page.locator("#bring [data-good] .entry-words")).to_have_text("2 replies: s1 · overloaded")
