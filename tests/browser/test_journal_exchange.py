"""One exchange of the journal in a real browser: what it shows, and what is done with it."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import Ask, OpenPage, axe
from tests.browser.test_journal import LINE, fill, journal
from tests.conftest import Server, wait_for

__all__ = ["journal"]  # the fixture

MARKUP = '<img src=x onerror="window.hacked = 1"><script>window.hacked = 1</script>\'"><b>bold</b>\u202e'


def newest(server: Server) -> dict[str, Any]:
    item: dict[str, Any] = server.api.get("/api/exchanges?limit=1").json()["items"][0]
    return item


def test_an_exchange_shows_call_reply_timing_and_who_answered(
    journal: Server, open_page: OpenPage, ask: Ask
) -> None:
    journal.api.put("/api/fallback", json={"text": "manual"})
    future = ask(journal, "Where is my order?")
    [item] = journal.waiting(1)
    page = open_page(f"{journal.url}/journal/{item['id']}")
    expect(page.locator("#opened")).to_contain_text("Answer it on the desk")
    pace = {"first_token_ms": 100, "token_ms": 0}
    journal.answer(item["id"], "In the post.", by="alice", pace=pace)
    assert future.result(20)
    expect(page.locator("#opened .story")).to_contain_text("alice answered this call.")
    expect(page.locator("#opened .card-answer")).to_contain_text("In the post.")
    timing = page.locator("#opened .timing")
    expect(timing).to_contain_text("held at the desk")
    expect(timing).to_contain_text("until the first byte")
    sent = f"{journal.exchange(item['id'])['bytes_sent']:,}"
    expect(timing).to_contain_text(f"{sent} bytes sent")
    assert page.locator(".timing-bar rect").count() >= 2
    page.click("#tab-reply")
    expect(page.locator("#panel-reply pre")).to_contain_text('"content": "In the post."')
    page.click("#tab-raw")
    expect(page.locator("#panel-raw pre")).to_contain_text('"content": "Where is my order?"')
    page.click("#tab-headers")
    expect(page.locator("#panel-headers")).to_contain_text("POST /v1/chat/completions")


def test_its_reply_is_queued_for_whom_and_as_often_as_one_says(journal: Server, open_page: OpenPage) -> None:
    fill(journal, 1, content="Say it again")
    page = open_page(f"{journal.url}/journal")
    page.locator(LINE).click()
    page.click("[data-queue]")
    expect(page.locator("#queue-caller")).to_have_value("ci-7")
    page.fill("#queue-caller", "no such/name")
    page.keyboard.press("Enter")
    expect(page.locator("#queue-dialog [data-problem]")).to_be_visible()
    page.fill("#queue-caller", "ci-9")
    page.fill("#queue-uses", "3")
    page.keyboard.press("Enter")
    expect(page.locator(".notice")).to_contain_text("Queued for ci-9, whose queue has 1 preset.")
    [entry] = journal.api.get("/api/preset-queue/ci-9/entries").json()["items"]
    assert entry["uses"] == 3
    page.click("[data-queue]")
    page.get_by_label("for ever").check()
    page.keyboard.press("Enter")
    expect(page.locator(".notice").last).to_contain_text("Queued for ci-7")
    assert journal.api.get("/api/preset-queue/ci-7/entries").json()["items"][0]["uses"] is None


def test_its_call_is_sent_again_and_a_link_leads_to_the_new_exchange(
    journal: Server, open_page: OpenPage
) -> None:
    fill(journal, 1)
    first = newest(journal)["id"]
    page = open_page(f"{journal.url}/journal/{first}")
    page.click("[data-resend]")
    page.get_by_role("link", name="Sent again. Open the new exchange.").click()
    expect(page.locator("#opened .story")).to_contain_text(f"it repeats {first}")
    assert first not in page.url


def test_it_is_copied(journal: Server, open_page: OpenPage) -> None:
    fill(journal, 1)
    page = open_page(f"{journal.url}/journal")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator(LINE).click()
    for form, word in (("curl", "curl"), ("Python", "import"), ("Node", "openai"), ("preset", '"response"')):
        page.click("#copy-as")
        page.locator("[data-copy-as]", has_text=re.compile(form)).click()
        expect(page.locator(".notice", has_text=f"Copied: {form}")).to_be_visible()
        assert word in page.evaluate("navigator.clipboard.readText()")


def test_it_has_an_address_and_one_that_is_gone_says_so(journal: Server, open_page: OpenPage) -> None:
    fill(journal, 1)
    one = newest(journal)["id"]
    page = open_page(f"{journal.url}/journal?q=caller:ci-7")
    page.locator(LINE).click()
    expect(page).to_have_url(f"{journal.url}/journal/{one}?q=caller%3Aci-7")
    page.reload()
    expect(page.locator("#opened .card").first).to_contain_text("call 0")
    expect(page.locator(LINE)).to_have_attribute("aria-current", "true")
    wait_for(lambda: not journal.api.delete("/api/exchanges?all=true").json()["kept"])
    page.reload()
    expect(page.locator("#opened")).to_contain_text("not in the journal any more")
    page.get_by_role("link", name="Back to the list").click()
    expect(page).to_have_url(f"{journal.url}/journal?q=caller:ci-7")


def test_markup_is_only_text(journal: Server, open_page: OpenPage) -> None:
    journal.queue("ci-7", {"content": MARKUP}, {"content": MARKUP})
    tools = [{"type": "function", "function": {"name": MARKUP, "parameters": {}}}]
    fill(journal, 2, content=MARKUP, tools=tools, user=MARKUP, model=MARKUP)
    page = open_page(f"{journal.url}/journal")
    expect(page.locator(LINE).first).to_contain_text("<b>bold</b>")
    expect(page.locator(f"{LINE} .odd").first).to_have_text("U+202E")
    page.keyboard.press("j")
    page.keyboard.press("d")
    page.keyboard.press("j")
    page.keyboard.press("d")
    expect(page.locator("#marks")).to_contain_text("<b>bold</b>")
    page.keyboard.press("Enter")
    expect(page.locator("#opened .card-answer")).to_contain_text("window.hacked")
    for tab in page.locator("#opened [role=tab]").all():
        tab.click()
    expect(page.locator("#panel-reply pre")).to_contain_text("window.hacked")
    page.fill("#filter", "model:")
    expect(page.locator("#filter-options")).to_contain_text("window.hacked")
    page.fill("#filter", MARKUP.replace('"', ""))
    page.keyboard.press("Enter")
    expect(page.locator("#rows")).to_contain_text("Nothing fits this filter")
    check(page)
    page.click("[data-compare]")
    expect(page.locator(".cm-mergeView, .diff-texts pre").first).to_contain_text("window.hacked")
    check(page)


def check(page: Page) -> None:
    assert page.locator("main img, main script, main b:text-is('bold')").count() == 0
    assert page.evaluate("window.hacked") is None


def test_the_next_attempt_of_a_call_shows_up_where_it_is_read(journal: Server, open_page: OpenPage) -> None:
    limited = {"response": {"error": {"message": "Slow down."}}, "status_code": 429}
    journal.queue("ci-7", {**limited, "headers": {"retry-after": "30"}})
    call = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Again and again"}]}

    def ask() -> None:
        journal.api.post("/v1/chat/completions", json=call, headers={"x-mock-caller": "ci-7"})

    ask()
    first = newest(journal)["id"]
    page = open_page(f"{journal.url}/journal/{first}")
    shown = page.locator("#opened [data-attempts]")
    expect(shown).to_contain_text("Attempt 1 got 429; nothing has followed until now")
    ask()
    expect(shown).to_contain_text("2 attempts of one call")
    expect(shown).to_contain_text("the 429 said: wait 30.0 s (retry-after)")
    expect(shown).to_contain_text("Recovered: attempt 2 succeeded")
    expect(page.locator(LINE).first).to_contain_text("attempt 2 of 2")
    axe(page, within="#opened")
    shown.locator("a[data-attempt]").click()
    expect(page).to_have_url(re.compile(newest(journal)["id"]))
    expect(shown.locator("[aria-current]")).to_contain_text("this one")
    page.go_back()
    expect(page).to_have_url(re.compile(first))
