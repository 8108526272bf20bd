"""The queues' page in a real browser: callers, entries, and what is done with them."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Ask, OpenPage
from tests.conftest import Server, wait_for


def words(page: Page) -> Any:
    return page.locator("#entries .entry-words")


def contents(server: Server, caller: str = "ci-7") -> list[str]:
    items = server.api.get(f"/api/preset-queue/{caller}").json()["items"]
    return [item["response"]["content"] for item in items]


def said(*texts: str) -> list[dict[str, str]]:
    return [{"content": text} for text in texts]


def test_callers_come_with_their_counts_the_shared_queue_first(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    server.queue("0-first", *said("one", "two"))
    server.queue("0-paused", *said("one"))
    server.api.post("/api/preset-queue/0-paused/pause", json={"paused": True})
    ask(server, "I wait", caller="0-waits")
    server.waiting(1)
    server.queue("z" * 90, *said("one"))
    page = open_page(f"{server.url}/queues")
    rows = page.locator("#callers .row")
    expect(rows.nth(0)).to_contain_text("shared by all")
    long = page.locator("#callers .row", has_text="zzz")
    expect(long.locator("b")).to_have_attribute("title", "z" * 90)
    assert long.evaluate("(row) => row.offsetHeight") < 50  # one line
    expect(rows.nth(1)).to_contain_text(re.compile(r"0-first\s+2"))
    expect(rows.nth(2)).to_contain_text(re.compile(r"0-paused\s+paused\s*1"))
    expect(rows.nth(3).locator(".row-waiting")).to_contain_text("1")
    server.queue("0-first", *said("three"))
    expect(rows.nth(1)).to_contain_text(re.compile(r"0-first\s+3"))


def test_a_queue_is_made_by_naming_a_caller(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/queues")
    page.keyboard.press("/")
    page.keyboard.type("ci-9")
    expect(page.locator("#callers .row-new")).to_have_text(re.compile("Make a queue for ci-9"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{server.url}/queues/ci-9")
    expect(page.locator("#nothing")).to_contain_text("Add one (n), paste several (v), or drop a JSON file")
    page.wait_for_selector("#connection[data-state=open]")
    page.keyboard.press("n")
    page.keyboard.type("Hello from the form")
    page.keyboard.press("Control+Enter")
    expect(words(page)).to_have_text(["Hello from the form"])
    assert contents(server, "ci-9") == ["Hello from the form"]
    expect(page.locator("#callers [aria-current=true] .count")).to_contain_text("1")


def test_a_name_that_cannot_be_is_refused_with_its_reason(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/queues")
    reasons = {
        "export": "is the file of all queues",
        "a caller": "A-Z a-z 0-9",
        "..": "they mean a folder",
        "über": "A-Z a-z 0-9",
    }
    for name, reason in reasons.items():
        page.fill("#filter", name)
        expect(page.locator("#callers .problem")).to_contain_text(reason)
        with page.expect_navigation():
            page.press("#filter", "Enter")
        expect(page.locator("#callers .problem")).to_contain_text(reason)
        expect(page.locator("#queue")).to_have_count(0)


def test_a_caller_is_found_by_a_part_of_its_name(server: Server, open_page: OpenPage) -> None:
    for name in ("team-a", "team-b", "other"):
        server.queue(name, *said("x"))
    page = open_page(f"{server.url}/queues")
    page.fill("#filter", "TEAM")
    expect(page.locator("#callers .row:not(.row-new) b")).to_have_text(["team-a", "team-b"])
    page.press("#filter", "ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{server.url}/queues/team-a")


def test_an_entry_shows_all_that_matters_of_it(server: Server, open_page: OpenPage) -> None:
    server.queue("ci-7", {"error": {"message": "Slow down"}}, status_code=429, label="busy", delay_ms=300)
    server.queue("ci-7", *said("again"), uses=None, endpoint="chat.completions")
    page = open_page(f"{server.url}/queues/ci-7")
    first, second = page.locator("#entries .entry").all()
    for text in ("429", "busy", "Slow down", "300 ms"):
        expect(first).to_contain_text(text)
    expect(second).to_contain_text("chat.completions")
    expect(second).to_contain_text("for ever")


def test_an_entry_is_edited_and_keeps_its_place_and_what_was_not_touched(
    server: Server, open_page: OpenPage
) -> None:
    server.queue("ci-7", *said("one"))
    server.queue("ci-7", *said("two"), label="second", uses=3, delay_ms=20)
    server.queue("ci-7", *said("three"))
    page = open_page(f"{server.url}/queues/ci-7")
    words(page).nth(1).click()
    expect(page.locator("#entry-title")).to_have_text("Preset 2")
    expect(page.locator("#entry-text")).to_have_value("two")
    page.fill("#entry-text", "changed")
    page.keyboard.press("Control+Enter")
    expect(words(page)).to_have_text(["one", "second changed", "three"])
    expect(page.locator("#entry")).to_be_hidden()
    item = server.api.get("/api/preset-queue/ci-7").json()["items"][1]
    assert (item["label"], item["uses"], item["delay_ms"]) == ("second", 3, 20)


def test_what_is_emptied_in_an_entry_is_gone_from_it(server: Server, open_page: OpenPage) -> None:
    server.queue("ci-7", *said("one"))
    plain = server.api.get("/api/preset-queue/ci-7").json()["items"][0]
    server.api.delete("/api/preset-queue/ci-7")
    beside = {"delay_ms": 20, "headers": {"x-a": "1"}, "pace": {"token_ms": 5}, "label": "a", "uses": None}
    server.queue("ci-7", *said("one"), **beside, match={"turn": 1}, fault="cut")
    order = {"order": "random", "weights": [1, 2], "seed": 5}
    server.api.post("/api/preset-queue/ci-7", json={"sequence": said("a", "b"), **order})
    page = open_page(f"{server.url}/queues/ci-7")
    words(page).first.click()
    for name in ("delay", "each", "label", "match"):
        page.fill(f"#entry-{name}", "")
    page.locator("#entry [data-more] summary").click()
    page.get_by_role("button", name="Take out this header").click()
    page.select_option("#entry-fault", "")
    page.locator("#entry [name=endless]").uncheck()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#entry")).to_be_hidden()
    words(page).nth(1).click()
    code = page.locator("#entry-json .cm-content")
    code.click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text('{"sequence": [{"content": "c"}]}')
    page.keyboard.press("Control+Enter")
    expect(page.locator("#entry")).to_be_hidden()
    first, second = server.api.get("/api/preset-queue/ci-7").json()["items"]
    assert {**first, "id": plain["id"], "created_at": plain["created_at"]} == plain
    assert second["sequence"] == said("c")
    assert second.get("order") in (None, "once")
    assert not second.keys() & {"weights", "seed"}


def test_a_sequence_is_begun_from_the_form_and_opens_as_tidy_json(
    server: Server, open_page: OpenPage
) -> None:
    server.api.post("/api/preset-queue/ci-7", json={"sequence": [{"template": "text"}], "order": "cycle"})
    page = open_page(f"{server.url}/queues/ci-7")
    words(page).click()
    code, says = page.locator("#entry-json .cm-content"), page.locator("#entry [data-json-says]")
    expect(code.locator(".cm-line").nth(1)).to_have_text('  "sequence": [')
    expect(says).to_have_text("A sequence of 1 reply (again and again)")
    expect(page.locator("#entry [data-begin]")).to_be_hidden()
    page.keyboard.press("Control+j")
    expect(page.locator("#entry [data-why]")).to_have_text("A sequence of 1 reply (again and again)")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")

    page.keyboard.press("n")
    page.locator("#entry .kinds label", has_text="Error").click()  # with its status and headers
    page.locator("#entry [data-begin] button").click()
    expect(says).to_have_text("A sequence of 2 replies (once)")
    expect(page.locator("#entry-status")).to_have_value("")
    page.keyboard.press("Control+Enter")
    expect(words(page)).to_have_count(2)
    first, second = server.api.get("/api/preset-queue/ci-7").json()["items"][1]["sequence"]
    assert (first["status_code"], first["response"]["error"]["code"]) == (429, "rate_limit_exceeded")
    assert second == {"content": "The second reply."}


def test_what_was_written_outlives_a_closed_panel_and_a_reload(server: Server, open_page: OpenPage) -> None:
    server.queue("ci-7", *said("one"))
    page = open_page(f"{server.url}/queues/ci-7")
    words(page).first.click()
    page.fill("#entry-text", "half wri")
    page.keyboard.press("Escape")
    expect(page.locator("#entry")).to_be_hidden()
    page.reload()
    words(page).first.click()
    expect(page.locator("#entry-text")).to_have_value("half wri")
    expect(page.locator("#entry-note")).to_contain_text("not saved yet")
    assert contents(server) == ["one"]


def test_an_entry_that_was_taken_while_it_was_edited_can_be_added_as_a_new_one(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    server.queue("ci-7", *said("one"))
    page = open_page(f"{server.url}/queues/ci-7")
    words(page).first.click()
    page.fill("#entry-text", "better")
    assert ask(server, "Hello").result(20).choices[0].message.content == "one"
    page.click("#entry [type=submit]")
    expect(page.locator("#entry-note")).to_contain_text("not in the queue any more")
    page.click("#entry [type=submit]")
    expect(words(page)).to_have_text(["better"])


def test_an_entry_is_duplicated_behind_itself_with_all_its_fields(
    server: Server, open_page: OpenPage
) -> None:
    server.api.post(
        "/api/preset-queue/ci-7",
        content='{"response": {"content": "one", "n": 1.10}, "label": "first", "uses": 2}',
        headers={"content-type": "application/json"},
    )
    server.queue("ci-7", *said("two"))
    page = open_page(f"{server.url}/queues/ci-7")
    page.locator("[data-duplicate]").first.click()
    expect(words(page)).to_have_text(["first one", "first one", "two"])
    assert server.api.get("/api/preset-queue/ci-7").text.count('"n": 1.10') == 2
    items = server.api.get("/api/preset-queue/ci-7").json()["items"]
    assert [item["uses"] for item in items] == [2, 2, 1]


def test_a_deleted_entry_comes_back_to_its_place(server: Server, open_page: OpenPage) -> None:
    server.queue("ci-7", *said("one", "two", "three"))
    page = open_page(f"{server.url}/queues/ci-7")
    page.locator("[data-delete]").nth(1).click()
    expect(words(page)).to_have_text(["one", "three"])
    expect(page.locator("#undo")).to_contain_text("Deleted: two")
    page.keyboard.press("u")
    expect(words(page)).to_have_text(["one", "two", "three"])
    expect(page.locator("#undo")).to_be_hidden()


def test_an_entry_is_deleted_even_if_the_list_is_fetched_anew_meanwhile(
    server: Server, open_page: OpenPage
) -> None:
    server.queue("ci-7", *said("one", "two", "three"))
    page = open_page(f"{server.url}/queues/ci-7")

    def change_then_go_on(route: Route) -> None:
        server.queue("ci-7", *said("four"))
        page.wait_for_selector("#entries [data-id]:nth-child(4)")
        route.continue_()

    page.route("**/entries/*", change_then_go_on)
    page.locator("[data-delete]").nth(1).click()
    expect(words(page)).to_have_text(["one", "three", "four"])


def test_a_queue_is_cleared_only_after_a_yes(server: Server, open_page: OpenPage) -> None:
    server.queue("ci-7", *said("one", "two"))
    page = open_page(f"{server.url}/queues/ci-7")
    page.click("#clear")
    expect(page.locator("#ask-text")).to_contain_text("All its 2 presets are deleted.")
    page.keyboard.press("Escape")
    assert len(contents(server)) == 2
    page.click("#clear")
    page.click("#ask-ok")
    expect(page.locator("#nothing")).to_be_visible()
    expect(page.locator("#clear")).to_be_hidden()
    expect(page.locator("#new")).to_be_focused()
    assert contents(server) == []
    expect(page.locator("#undo")).to_contain_text("Cleared.")
    page.keyboard.press("u")
    expect(words(page)).to_have_text(["one", "two"])
    expect(page.locator("#undo")).to_be_hidden()


def test_what_is_too_large_to_be_kept_is_said_to_be_gone_for_good(
    server: Server, open_page: OpenPage
) -> None:
    large = {"content": "x" * 3_400_000}
    server.queue("ci-7", large, large, large)
    page = open_page(f"{server.url}/queues/ci-7")
    page.click("#clear")
    expect(page.locator("#ask-text")).to_contain_text("this cannot be undone. Export them first")
    page.click("#ask-ok")
    expect(page.locator("#nothing")).to_be_visible()
    expect(page.locator("#undo")).to_be_hidden()


def test_the_focus_stays_on_the_page_when_the_last_entry_goes(server: Server, open_page: OpenPage) -> None:
    server.queue("ci-7", *said("one"))
    page = open_page(f"{server.url}/queues/ci-7")
    page.keyboard.press("j")
    page.keyboard.press("Delete")
    expect(page.locator("#nothing")).to_be_visible()
    expect(page.locator("#new")).to_be_focused()
    page.locator("#undo button").click()
    expect(words(page)).to_have_text(["one"])
    expect(page.locator("#new")).to_be_focused()


def test_escape_leaves_the_editor_for_its_row_and_stays_there(server: Server, open_page: OpenPage) -> None:
    server.queue("ci-7", *said("one", "two"))
    page = open_page(f"{server.url}/queues/ci-7")
    words(page).nth(1).click()
    expect(page.locator("#entry-text")).to_be_focused()
    for _ in range(2):
        page.keyboard.press("Escape")
        expect(page.locator("[data-open]").nth(1)).to_be_focused()


def test_a_paused_queue_says_so_and_goes_on(server: Server, open_page: OpenPage, ask: Ask) -> None:
    server.queue("ci-7", *said("one"))
    server.queue("*", *said("shared"))
    page = open_page(f"{server.url}/queues/ci-7")
    page.keyboard.press("p")
    expect(page.locator(".paused")).to_contain_text("calls go to the shared queue")
    expect(page.locator("#callers [aria-current=true]")).to_contain_text("paused")
    assert ask(server, "Hello").result(20).choices[0].message.content == "shared"
    page.get_by_role("button", name="Resume").click()
    expect(page.locator(".paused")).to_have_count(0)
    assert ask(server, "Hello").result(20).choices[0].message.content == "one"


def test_the_last_taken_entry_leads_to_its_exchange_and_the_list_follows(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    server.queue("ci-7", *said("one", "two"))
    page = open_page(f"{server.url}/queues/ci-7")
    expect(words(page)).to_have_count(2)
    ask(server, "Hello").result(20)
    expect(words(page)).to_have_text(["two"])
    expect(page.locator("#state")).to_contain_text("1 preset")
    link = page.locator("#state a", has=page.locator("time"))
    expect(link).to_be_visible()
    [item, *_] = server.api.get("/api/exchanges").json()["items"]
    assert item["id"] in (link.get_attribute("href") or "")


def test_a_call_that_waits_is_one_click_away(server: Server, open_page: OpenPage, ask: Ask) -> None:
    page = open_page(f"{server.url}/queues/ci-7")
    ask(server, "Anybody?")
    [item] = server.waiting(1)
    link = page.get_by_role("link", name="1 call of this caller waits on the desk")
    expect(link).to_have_attribute("href", re.compile(item["id"]))
    server.answer(item["id"], "yes")
    expect(link).to_have_count(0)


def test_a_queue_is_exported(server: Server, open_page: OpenPage) -> None:
    server.queue("ci-7", *said("one"), label="first")
    server.queue("ci-8", *said("other"))
    page = open_page(f"{server.url}/queues/ci-7")
    wanted: dict[str, Any] = {
        "plain": [{"content": "one"}],
        "full": [{"response": {"content": "one"}, "label": "first"}],
        "all": {"ci-7": [{"label": "first"}], "ci-8": [{"label": ""}]},
    }
    for which, expected in wanted.items():
        page.click("#export")
        with page.expect_download() as download:
            page.click(f"[data-export={which}]")
        found = json.loads(download.value.path().read_text())
        assert _has(found, expected), found


def _has(found: Any, expected: Any) -> bool:
    """Whether all that is expected is there, whatever else is."""
    if isinstance(expected, dict):
        return all(name in found and _has(found[name], value) for name, value in expected.items())
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(_has, found, expected))
    return bool(found == expected)


def test_every_caller_has_an_address_of_its_own(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/queues?caller=ci-7")
    expect(page).to_have_url(f"{server.url}/queues/ci-7")
    page.goto(f"{server.url}/queues/::1")
    expect(page).to_have_url(f"{server.url}/queues/127.0.0.1")
    page.goto(f"{server.url}/queues/*")
    expect(page.locator("h1")).to_contain_text("Shared queue")
    for name in ("callers", "entries", "from", "state"):
        page.goto(f"{server.url}/queues/{name}")
        expect(page.locator("h1")).to_have_text(name)


def test_what_another_person_changes_is_seen_and_the_focus_stays(server: Server, open_page: OpenPage) -> None:
    server.queue("ci-7", *said("one", "two", "three"))
    page = open_page(f"{server.url}/queues/ci-7")
    for _ in range(2):
        page.keyboard.press("j")
    expect(page.locator("[data-open]").nth(1)).to_be_focused()
    first = server.api.get("/api/preset-queue/ci-7").json()["items"][0]
    server.api.delete(f"/api/preset-queue/ci-7/{first['id']}")
    expect(words(page)).to_have_text(["two", "three"])
    expect(page.locator("[data-open]").first).to_be_focused()


@pytest.mark.parametrize("by", ["mouse", "space bar"])
def test_a_list_that_changes_under_a_pressed_button_takes_no_click_away(
    server: Server, open_page: OpenPage, by: str
) -> None:
    server.queue("ci-7", *said("one"))
    page = open_page(f"{server.url}/queues/ci-7")
    if by == "mouse":
        words(page).first.hover()
        page.mouse.down()
    else:
        page.locator("[data-open]").first.focus()
        page.keyboard.down(" ")
    with page.expect_response("**/queues/ci-7/from/1"):
        server.queue("ci-7", *said("two"))
    page.wait_for_timeout(100)
    page.mouse.up() if by == "mouse" else page.keyboard.up(" ")
    expect(page.locator("#entry-text")).to_have_value("one")
    expect(words(page)).to_have_text(["one", "two"])


def test_all_of_it_works_by_the_keyboard_alone(server: Server, open_page: OpenPage) -> None:
    server.queue("ci-7", *said("one", "two"))
    page = open_page(f"{server.url}/queues/ci-7")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.locator("#entry-text")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("edited")
    page.keyboard.press("Control+Enter")
    expect(words(page)).to_have_text(["edited", "two"])
    expect(page.locator("[data-open]").first).to_be_focused()
    page.keyboard.press("d")
    expect(words(page)).to_have_text(["edited", "edited", "two"])
    page.keyboard.press("Delete")
    expect(words(page)).to_have_text(["edited", "two"])
    page.keyboard.press("n")
    page.keyboard.type("third")
    page.keyboard.press("Control+Enter")
    expect(words(page)).to_have_text(["edited", "two", "third"])
    page.keyboard.press("Escape")
    page.keyboard.press("v")
    page.keyboard.type('{"content": "fourth"}')
    expect(page.locator("[data-commit]")).to_have_text("Add 1 preset")
    page.keyboard.press("Control+Enter")
    wait_for(lambda: contents(server) == ["edited", "two", "third", "fourth"])


def test_what_is_written_while_a_preset_is_on_its_way_stays_and_nothing_is_added_twice(
    server: Server, open_page: OpenPage
) -> None:
    page = open_page(f"{server.url}/queues/ci-7")
    late: list[Route] = []
    page.route("**/api/preset-queue/ci-7", lambda route: late.append(route))
    page.keyboard.press("n")
    page.keyboard.type("one")
    page.keyboard.press("Control+Enter")
    page.keyboard.press("Control+Enter")
    page.keyboard.type(" and more")
    wait_for(lambda: late or page.wait_for_timeout(20))
    [first] = late
    first.continue_()
    expect(words(page)).to_have_text(["one"])
    expect(page.locator("#entry [name=text]")).to_have_value("one and more")
    assert contents(server) == ["one"]


def test_a_check_that_comes_late_takes_no_refusal_away(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/queues/ci-7")
    late: list[Route] = []
    page.route("**/api/desk/check", lambda route: late.append(route))
    page.keyboard.press("n")
    page.keyboard.type("one")
    page.locator("#entry [data-match] textarea").fill("{")
    wait_for(lambda: late or page.wait_for_timeout(20))
    page.keyboard.press("Control+Enter")
    problem = page.locator("#entry .field-problem")
    expect(problem).to_have_count(1)
    text = {"errors": [], "warnings": [], "completion_tokens": 7}
    for route in late:
        route.fulfill(json=text)
    expect(page.locator("#entry [data-tokens]")).to_have_text("7 tokens")
    expect(problem).to_have_count(1)
