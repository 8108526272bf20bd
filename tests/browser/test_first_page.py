"""The desk in a real browser, the real SDK at the other end."""

import re
from collections.abc import Callable

import openai
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Ask, OpenPage, open_call
from tests.conftest import Server, wait_for

Start = Callable[..., Server]


def test_a_call_appears_by_itself_and_is_answered_with_text(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    page = open_page(server.url)
    expect(page.locator("#empty h1")).to_be_visible()
    future = ask(server, "Where is my order?")
    open_call(page, "Where is my order?")
    expect(page).to_have_title(re.compile(r"^\(1\) "))
    page.fill("#reply-text", "On its way.")
    page.keyboard.press("Control+Enter")
    assert future.result(20).choices[0].message.content == "On its way."
    expect(page.locator(".notice")).to_contain_text("Delivered to ci-7.")
    expect(page.locator("#recent .row").first).to_contain_text("Where is my order?")
    expect(page.locator("#empty h1")).to_be_visible()


def test_json_and_a_status_go_out_as_they_were_written(server: Server, open_page: OpenPage, ask: Ask) -> None:
    page = open_page(server.url)
    future = ask(server, "Too fast?")
    open_call(page, "Too fast?")
    page.get_by_role("radio", name="JSON").check()
    page.fill("#reply-json .cm-content", '{"error": {"message": "Slow down", "limit": 1.10}')
    expect(page.locator("#reply .field-problem")).to_contain_text("not JSON yet")
    page.fill("#reply-json .cm-content", '{"error": {"message": "Slow down", "limit": 1.10}}')
    page.fill("#reply-status", "429")
    page.click("#send")
    with pytest.raises(openai.RateLimitError) as caught:
        future.result(20)
    assert caught.value.response.text == '{"error": {"message": "Slow down", "limit": 1.10}}'


def test_a_call_answered_elsewhere_keeps_the_draft_and_says_who(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    page = open_page(server.url)
    future = ask(server, "Who is first?")
    open_call(page, "Who is first?")
    page.fill("#reply-text", "My long draft")
    [item] = server.waiting(1)
    wait_for(lambda: server.waiting(1)[0]["claimed_by"] == "alice")
    answer = {"response": {"content": "Bob was"}}
    path = f"/api/desk/{item['id']}/answer?take_over=true"
    assert server.api.post(path, json=answer, headers={"X-Mock-Person": "bob"}).status_code == 200
    expect(page.locator("#reply-note")).to_contain_text("bob answered this call.")
    expect(page.locator("#reply-text")).to_have_value("My long draft")
    expect(page.locator("#send")).to_be_hidden()
    page.reload()
    expect(page.locator("#reply-text")).to_have_value("My long draft")
    page.click("#keep")
    expect(page.locator("#reply")).to_be_hidden()
    assert future.result(20).choices[0].message.content == "Bob was"
    assert ask(server, "And now?").result(20).choices[0].message.content == "My long draft"


def test_a_draft_survives_other_calls_and_a_reload(server: Server, open_page: OpenPage, ask: Ask) -> None:
    page = open_page(server.url)
    ask(server, "First call")
    open_call(page, "First call")
    page.fill("#reply-text", "half a sente")
    ask(server, "Second call")
    open_call(page, "Second call")
    expect(page.locator("#reply-text")).to_have_value("")
    open_call(page, "First call")
    expect(page.locator("#reply-text")).to_have_value("half a sente")
    page.reload()
    expect(page.locator("#reply-text")).to_have_value("half a sente")
    expect(page.locator("#call .card").last).to_contain_text("First call")


def test_who_replies_is_seen_by_others_who_may_take_over(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    alice, bob = open_page(server.url), open_page(server.url, person="bob")
    ask(server, "Anybody?")
    open_call(alice, "Anybody?")
    open_call(bob, "Anybody?")
    alice.locator("#reply-text").press_sequentially("I")
    expect(bob.locator("#waiting .row-who")).to_have_text("alice is replying")
    expect(bob.locator("#reply-note")).to_contain_text("alice is replying")
    expect(alice.locator("#waiting .row-who")).to_have_text("you")
    expect(bob.locator("#reply-text")).to_be_disabled()
    expect(bob.locator("#send")).to_be_hidden()
    bob.click("#take-over")
    expect(alice.locator("#reply-note")).to_contain_text("bob is replying")
    bob.fill("#reply-text", "Me")
    bob.click("#send")
    expect(alice.locator("#reply-note")).to_contain_text("bob answered this call.")


def test_the_whole_flow_goes_by_keyboard_and_leads_to_the_next_call(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    page = open_page(server.url)
    later = ask(server, "The patient one")
    server.waiting(1)
    hurried = ask(server, "The hurried one", extra_headers={"x-stainless-read-timeout": "30"})
    expect(page.locator("#waiting .row")).to_have_count(2)
    expect(page.locator("#waiting .row").first).to_contain_text("The hurried one")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#call .card")).to_contain_text("The hurried one")
    page.keyboard.press("r")
    page.keyboard.type("quick")
    page.keyboard.press("Control+Enter")
    assert hurried.result(20).choices[0].message.content == "quick"
    expect(page.locator("#call .card")).to_contain_text("The patient one")
    expect(page.locator("#waiting .row")).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("#keys-dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    page.keyboard.type("slow j k ?")
    page.keyboard.press("Control+Enter")
    assert later.result(20).choices[0].message.content == "slow j k ?"


def test_more_time_and_an_abort(server: Server, open_page: OpenPage, ask: Ask) -> None:
    page = open_page(server.url)
    future = ask(server, "Wait for me", extra_headers={"x-stainless-read-timeout": "600"})
    open_call(page, "Wait for me")
    before = server.waiting(1)[0]["deadline"]
    page.click("#extend")
    wait_for(lambda: server.waiting(1)[0]["deadline"] == pytest.approx(before + 60, rel=0, abs=1))
    expect(page.locator(".notice")).to_contain_text("Held 60 s longer: 5:")
    expect(page.locator("#reply-patience")).to_be_hidden()
    page.click("#abort")
    page.click("#ask-ok")
    expect(page.locator("#call .story")).to_contain_text("aborted It was aborted from the desk.")
    with pytest.raises(openai.APIConnectionError):
        future.result(20)


def test_where_the_client_gives_up_first_more_time_is_said_to_be_in_vain(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    page = open_page(server.url)
    ask(server, "Hurry", extra_headers={"x-stainless-read-timeout": "50"})
    open_call(page, "Hurry")
    expect(page.locator("#reply-patience")).to_contain_text("a longer hold does not change that")
    page.click("#extend")
    expect(page.locator(".notice")).to_contain_text(re.compile("ci-7 gives up in 0:[1-4]"))


def test_on_a_phone_the_word_of_more_time_covers_neither_the_call_nor_what_sends(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    page = open_page(server.url, width=390)
    ask(server, "Hurry", extra_headers={"x-stainless-read-timeout": "50"})
    open_call(page, "Hurry")
    page.click("#extend")
    said, send = page.locator(".notice").bounding_box(), page.locator("#send").bounding_box()
    assert said is not None and send is not None
    assert said["y"] >= send["y"] + send["height"]


def test_a_call_that_misses_its_presets_can_be_answered_from_them(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    for name in ("172.17.0.1", "vectors"):
        server.queue(name, {"data": [[0.5]]}, endpoint="embeddings")
    server.queue("172.17.0.1", {"content": "Meant for you"}, status_code=201)
    page = open_page(server.url)
    future = ask(server, "Strayed")
    open_call(page, "Strayed")
    expect(page.locator(".hint")).to_contain_text("'172.17.0.1' (2)")
    page.locator("[data-copy-from]").click()  # there is one: what lies in the other queue could not answer it
    expect(page.locator("#reply-text")).to_have_value("Meant for you")
    expect(page.locator("#reply-status")).to_have_value("201")
    page.click("#send")
    assert future.result(20).choices[0].message.content == "Meant for you"


@pytest.mark.parametrize("kind", ["template", "sequence"])
def test_a_template_or_a_sequence_s_next_reply_can_be_copied_for_a_call_that_misses_it(
    server: Server, open_page: OpenPage, ask: Ask, kind: str
) -> None:
    rate_limit = {"template": "rate-limit"}
    preset = {"sequence": [{"content": "first"}, rate_limit]} if kind == "sequence" else rate_limit
    assert server.api.post("/api/preset-queue/other", json=preset).status_code == 200
    if kind == "sequence":
        assert ask(server, "Takes the first", caller="other").result(20).choices[0].message.content == "first"
    page = open_page(server.url)
    future = ask(server, "Strayed")
    open_call(page, "Strayed")
    page.locator("[data-copy-from]").click()
    expect(page.locator("#reply [data-code]")).to_contain_text("rate-limit")
    page.click("#send")
    assert isinstance(future.exception(20), openai.RateLimitError)


def test_where_presets_lie_is_told_as_it_is_when_the_call_is_opened(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    server.queue("gone", {"content": "x"})
    page = open_page(server.url)
    ask(server, "Strayed")
    server.waiting(1)
    server.api.delete("/api/preset-queue/gone")
    server.queue("come", {"content": "x"}, {"content": "y"})
    open_call(page, "Strayed")
    expect(page.locator(".hint")).to_contain_text("in the queues of 'come' (2).")
    expect(page.locator("[data-copy-from]")).to_have_text(["come"])
