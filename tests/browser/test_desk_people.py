"""Two people at one desk: one of them has a call, the other sees who."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Ask, OpenPage, asked, open_call
from tests.conftest import Server, wait_for

ROUNDS = 20
# Both pages ask at the same moment: a time that is the same on both, since they share the machine's clock.
CLAIM = """
async ([path, name, at]) => {
  await new Promise((resolve) => setTimeout(resolve, at - Date.now()));
  const response = await fetch(`${path}/claim`, {method: "POST", headers: {"X-Mock-Person": name}});
  return response.status;
}
"""
RACE = """
async ([path, rounds]) => {
  const act = (what, name) => fetch(`${path}/${what}`, {method: "POST", headers: {"X-Mock-Person": name}});
  const codes = [];
  for (let round = 0; round < rounds; round += 1) {
    const both = await Promise.all([act("claim", "alice"), act("claim", "bob")]);
    codes.push(both.map((one) => one.status).sort().join());
    await Promise.all([act("release", "alice"), act("release", "bob")]);
  }
  return codes;
}
"""


def _claim_together(alice: Page, bob: Page, path: str) -> list[int]:
    at = alice.evaluate("Date.now() + 300")
    for page, name in ((alice, "alice"), (bob, "bob")):
        page.evaluate(f"([...given]) => {{ window.claimed = ({CLAIM})(given); }}", [path, name, at])
    return [page.evaluate("window.claimed") for page in (alice, bob)]


def test_a_claim_has_one_winner_however_often_two_race_for_it_whose_name_the_other_sees(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    alice, bob = open_page(server.url), open_page(server.url, person="bob")
    ask(server, "Who is quicker?")
    [item] = server.waiting(1)
    for page in (alice, bob):
        open_call(page, "Who is quicker?")
    assert set(alice.evaluate(RACE, [f"/api/desk/{item['id']}", ROUNDS])) == {"200,409"}
    codes = _claim_together(alice, bob, f"/api/desk/{item['id']}")
    assert sorted(codes) == [200, 409]
    winner, loser, name = (alice, bob, "alice") if codes[0] == 200 else (bob, alice, "bob")
    expect(loser.locator("#call .story-who")).to_contain_text(f"{name} is replying")
    expect(loser.locator("#waiting .row-who")).to_have_text(f"{name} is replying")
    expect(winner.locator("#waiting .row-who")).to_have_text("you")


def test_after_an_answer_the_call_with_the_least_time_left_is_next(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    page = open_page(server.url)
    for text, seconds in (("Patient", "400"), ("Hurried", "200"), ("Answered", "250")):
        ask(server, text, extra_headers={"x-stainless-read-timeout": seconds})
    server.waiting(3)
    open_call(page, "Answered")
    page.keyboard.press("r")
    page.keyboard.type("done")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#call .card").last).to_contain_text("Hurried")
    expect(page.locator("#waiting .row", has_text="Hurried")).to_be_focused()
    expect(page.locator("#call .story")).to_contain_text(re.compile("until its caller gives up"))


def test_who_is_taken_over_from_reads_so_and_sees_the_form_whole(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    alice, bob = open_page(server.url), open_page(server.url, person="bob")
    ask(server, "Taken over")
    server.waiting(1)
    open_call(alice, "Taken over")
    alice.locator("#reply-text").press_sequentially("Mine")
    open_call(bob, "Taken over")
    bob.click("#take-over")
    expect(alice.locator("#reply-note")).to_contain_text("bob is replying")
    expect(alice.locator("#reply-note")).to_be_focused()
    for radio in alice.locator(".kinds label:not([hidden]) input").all():
        expect(radio).to_be_disabled()
        expect(radio).to_have_css("opacity", "0")  # its words stand in its place


def test_a_page_loaded_again_keeps_its_claim_and_a_closed_one_soon_has_none(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    kept, left = (asked(server, open_page, ask, text) for text in ("Kept", "Left"))
    for page in (kept, left):
        page.locator("#reply-text").press_sequentially("Mine")
    wait_for(lambda: claims(server) == {"Kept": "alice", "Left": "alice"})
    kept.reload()
    kept.wait_for_selector("#connection[data-state=open]")
    left.close()
    wait_for(lambda: claims(server) == {"Kept": "alice", "Left": ""})
    expect(kept.locator("#claim")).to_contain_text("Let go")
    expect(kept.locator("#reply-text")).to_have_value("Mine")


def claims(server: Server) -> dict[str, str]:
    """Who has each of the two calls, by what it says."""
    return {item["summary"]: item["claimed_by"] for item in server.waiting(2)}
