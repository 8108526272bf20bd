"""An answer that comes late, or after a newer one, takes nothing away from what the person has gone on to."""

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Ask, OpenPage, asked, open_call
from tests.browser.test_journal import LINE, fill, journal
from tests.browser.test_queues import contents, said, words
from tests.conftest import Server, wait_for

__all__ = ["journal"]  # the fixture

LONG_MS = 150  # for what must not happen


class Held:
    """Requests of a page that do not leave, until they are let go."""

    def __init__(self, page: Page, url: str, method: str = "") -> None:
        self.page = page
        self.routes: list[Route] = []
        page.route(
            url, lambda route: self._hold(route) if method in ("", route.request.method) else route.fallback()
        )
        self._free = False

    def _hold(self, route: Route) -> None:
        if self._free:
            route.continue_()
        else:
            self.routes.append(route)

    def wait(self, count: int = 1) -> Route:
        """The last of so many."""
        wait_for(lambda: len(self.routes) >= count or self.page.wait_for_timeout(20))
        return self.routes[count - 1]

    def free(self) -> None:
        """All go on, and whatever comes later."""
        self._free = True
        for route in self.routes:
            route.continue_()


def test_a_completion_goes_where_it_was_read_even_if_it_was_made_for_an_older_line(
    journal: Server, open_page: OpenPage
) -> None:
    fill(journal, 1)
    page = open_page(f"{journal.url}/journal")
    model = page.locator("#filter-options [role=option]", has_text="model:")
    page.locator("#filter").click()
    expect(model).to_be_visible()
    late = Held(page, "**/complete?*")
    page.keyboard.type("mod")
    late.wait()
    model.click()
    expect(page.locator("#filter")).to_have_value("mod")
    late.free()
    expect(page.locator("#filter")).to_have_value("model:")


def test_completions_that_come_after_escape_are_not_shown(journal: Server, open_page: OpenPage) -> None:
    fill(journal, 1)
    page = open_page(f"{journal.url}/journal")
    page.locator("#filter").click()
    expect(page.locator("#filter-options [role=option]").first).to_be_visible()
    late = Held(page, "**/complete?*")
    page.keyboard.type("mod")
    late.wait()
    page.keyboard.press("Escape")
    late.free()
    page.wait_for_timeout(LONG_MS)
    expect(page.locator("#filter-options")).to_be_hidden()


def test_what_is_typed_on_while_the_journal_comes_is_neither_selected_nor_left(
    journal: Server, open_page: OpenPage
) -> None:
    fill(journal, 1)
    page = open_page(f"{journal.url}/journal")
    late = Held(page, "**/journal/rows?*")
    page.fill("#filter", "status:nonsense")
    page.keyboard.press("Enter")
    late.wait()
    page.keyboard.type(" caller:ci")
    late.free()
    expect(page.locator("#rows")).to_contain_text("This filter cannot be read")
    page.wait_for_timeout(LONG_MS)
    page.keyboard.type("-7")
    expect(page.locator("#filter")).to_have_value("status:nonsense caller:ci-7")


def test_an_exchange_that_comes_late_is_not_opened_over_the_list(
    journal: Server, open_page: OpenPage
) -> None:
    fill(journal, 1)
    page = open_page(f"{journal.url}/journal")
    late = Held(page, "**/whole?*")
    page.locator(LINE).dblclick()
    late.wait()
    page.go_back()
    expect(page).to_have_url(f"{journal.url}/journal")
    late.free()
    page.wait_for_timeout(LONG_MS)
    expect(page.locator("#opened")).to_be_hidden()


def test_an_exchange_that_is_read_stays_when_the_server_is_away_for_a_moment(
    journal: Server, open_page: OpenPage, ask: Ask
) -> None:
    journal.api.put("/api/fallback", json={"text": "manual"})
    ask(journal, "Read me")
    [item] = journal.waiting(1)
    page = open_page(f"{journal.url}/journal/{item['id']}")
    page.route("**/whole?*", lambda route: route.abort())
    with page.expect_request("**/whole?*"):
        journal.answer(item["id"], "Done.")
    page.wait_for_timeout(LONG_MS)
    expect(page.locator("#opened .card").first).to_contain_text("Read me")
    page.unroute("**/whole?*")


def test_of_two_switches_of_hold_the_last_one_counts_and_an_event_is_newer_than_an_answer(
    server: Server, open_page: OpenPage
) -> None:
    page = open_page(f"{server.url}/docs")
    late = Held(page, "**/api/fallback", "PUT")
    for mode in ("auto", "refuse"):
        page.click("#hold")
        page.click(f"[data-hold={mode}]")
    late.wait()
    page.wait_for_timeout(LONG_MS)
    late.free()
    expect(page.locator("#hold")).to_have_attribute("data-mode", "refuse")
    assert server.api.get("/api/fallback").json()["text"] == "refuse"
    late = Held(page, "**/api/fallback", "PUT")
    page.click("#hold")
    page.click("[data-hold=auto]")
    answer = late.wait().fetch()
    server.api.put("/api/fallback", json={"text": "manual"})
    expect(page.locator("#hold")).to_have_attribute("data-mode", "manual")
    late.wait().fulfill(response=answer)
    expect(page.locator("#notices")).to_contain_text("Hold is off")
    expect(page.locator("#hold")).to_have_attribute("data-mode", "manual")


def test_a_claim_that_is_let_go_at_once_is_free(server: Server, open_page: OpenPage, ask: Ask) -> None:
    page = asked(server, open_page, ask, "Whose is it?")
    late = Held(page, "**/claim")
    page.locator("#reply-text").press_sequentially("x")
    late.wait()
    page.keyboard.press("Backspace")
    page.wait_for_timeout(LONG_MS)
    with page.expect_response("**/release"):
        late.free()
    assert server.waiting(1)[0]["claimed_by"] == ""


def test_a_reply_that_is_on_its_way_is_not_called_unsent(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    page = asked(server, open_page, ask, "How long?")
    late = Held(page, "**/answer")
    page.fill("#reply-text", "Long")
    page.click("#send")
    told = late.wait().fetch()  # the caller has it by now, and the page hears so first
    expect(page.locator("#waiting .row")).to_have_count(0)
    expect(page.locator("#reply-note")).to_have_text("Your reply is on its way.")
    expect(page.locator("#discard")).to_be_hidden()
    late.wait().fulfill(response=told)
    expect(page.locator("#notices")).to_contain_text("Delivered")
    expect(page.locator("#reply")).to_be_hidden()


def test_a_call_whose_reply_takes_its_time_to_leave_waits_no_more(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    page = asked(server, open_page, ask, "How long?")
    path, body = f"/api/desk/{server.waiting(1)[0]['id']}/answer", {"response": {"content": "Long"}}
    assert server.api.post(path, json={**body, "delay_ms": 8000}).status_code == 202  # after 2 s
    for place in ("#pulse .count", "#tab-waiting .count"):
        expect(page.locator(place)).to_have_text("0", timeout=4000)
    expect(page.locator("#recent .row", has_text="How long?").first).to_be_visible()


def test_what_comes_of_an_answer_is_told_of_its_own_call_and_leaves_the_open_one_its_claim(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    page = asked(server, open_page, ask, "Answered", caller="ci-1")
    ask(server, "Opened", caller="ci-2")
    ask(server, "Refused", caller="ci-3")
    late = Held(page, "**/answer")
    page.fill("#reply-text", "Sent")
    page.click("#send")
    late.wait()
    open_call(page, "Opened")
    page.fill("#reply-text", "Mine")
    expect(page.locator("#claim")).to_contain_text("Let go")
    late.free()
    expect(page.locator("#notices")).to_contain_text("ci-1")
    page.wait_for_timeout(LONG_MS)
    assert page.evaluate("sessionStorage['mockopenai.claim']")
    open_call(page, "Refused")
    late = Held(page, "**/answer")
    page.fill("#reply-text", "Too late")
    page.click("#send")
    late.wait()
    open_call(page, "Opened")
    late.routes[0].fulfill(status=410, json={"detail": "The caller hung up."})
    expect(page.locator("#notices")).to_contain_text("ci-3: The caller hung up. Your draft is kept.")


def test_a_preset_is_deleted_once_and_can_be_brought_back_until_it_is_there(
    server: Server, open_page: OpenPage
) -> None:
    server.queue("ci-7", *said("one", "two"))
    page = open_page(f"{server.url}/queues/ci-7")
    late = Held(page, "**/from/1")
    page.locator("[data-delete]").first.click()
    expect(page.locator("#undo")).to_be_visible()
    page.locator("[data-delete]").first.click()
    late.wait()
    page.wait_for_timeout(LONG_MS)
    late.free()
    expect(words(page)).to_have_text(["two"])
    expect(page.locator(".notice")).to_have_count(0)
    page.route("**/api/preset-queue/ci-7", lambda route: route.abort())
    page.keyboard.press("u")
    expect(page.locator(".notice")).to_contain_text("cannot be reached")
    page.unroute("**/api/preset-queue/ci-7")
    page.keyboard.press("u")
    expect(words(page)).to_have_text(["one", "two"])
    assert contents(server) == ["one", "two"]


def test_an_older_state_of_a_queue_overwrites_no_newer_one(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    page = open_page(f"{server.url}/queues/ci-7")
    page.wait_for_load_state("networkidle")
    late: list[Route] = []
    page.route("**/state", lambda route: route.continue_() if late else late.append(route))
    server.api.put("/api/fallback", json={"text": "auto"})
    ask(server, "Hello").result(20)
    wait_for(lambda: late or page.wait_for_timeout(20))
    told = late[0].fetch()
    page.keyboard.press("p")
    expect(page.locator(".paused")).to_be_visible()
    late[0].fulfill(response=told)
    page.wait_for_timeout(LONG_MS)
    assert page.locator(".paused").is_visible()


def test_the_focus_stays_with_whoever_has_gone_on(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/settings")
    late = Held(page, "**/api/faults", "POST")
    page.fill("#fault-new [name=caller]", "no caller!")
    page.keyboard.press("Enter")
    late.wait()
    page.focus("#latency-new [name=caller]")
    late.free()
    expect(page.locator("#fault-new .field-problem")).to_contain_text("is no caller")
    expect(page.locator("#latency-new [name=caller]")).to_be_focused()
    page.goto(f"{server.url}/queues/ci-7")
    page.wait_for_selector("#connection[data-state=open]")
    late = Held(page, "**/js/code.js*")
    page.keyboard.press("n")
    page.keyboard.press("Control+j")
    late.wait()
    page.focus("#filter")
    late.free()
    expect(page.locator("#entry .cm-content")).to_be_visible()
    page.wait_for_timeout(LONG_MS)
    expect(page.locator("#filter")).to_be_focused()
