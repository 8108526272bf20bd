"""Type live: what is typed in a real browser reaches the real SDK while it is typed."""

import re
import statistics
import threading
import time
from queue import SimpleQueue
from typing import Any

import openai
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import OpenPage, axe, open_call
from tests.conftest import PATIENCE_S, Server, wait_for

SOON_S = 0.1
ROUNDS = 5  # the machine may be busy with something else


class Listener(threading.Thread):
    """Reads a stream with the SDK; every text with the moment at which it came."""

    def __init__(self, server: Server, text: str, *, leaves_after: str | None = None) -> None:
        super().__init__(daemon=True)
        self.client = openai.OpenAI(
            base_url=server.base_url, api_key="sk-mock-ci-7", max_retries=0, timeout=60
        )
        self.question, self.leaves_after = text, leaves_after
        self.pieces: SimpleQueue[tuple[str, float]] = SimpleQueue()
        self.text = ""
        self.finish_reason: str | None = None
        self.start()

    def run(self) -> None:
        messages: Any = [{"role": "user", "content": self.question}]
        stream = self.client.chat.completions.create(model="gpt-4o", messages=messages, stream=True)
        for chunk in stream:
            choice = chunk.choices[0]
            self.finish_reason = choice.finish_reason or self.finish_reason
            if choice.delta.content:
                self.text += choice.delta.content
                self.pieces.put((choice.delta.content, time.time()))
            if self.text == self.leaves_after:
                stream.close()
                return

    def until(self, text: str) -> None:
        wait_for(lambda: self.text == text or None)

    def whole(self) -> str:
        self.join(timeout=PATIENCE_S)
        assert not self.is_alive()
        return self.text


def live(page: Page, text: str) -> None:
    open_call(page, text)
    page.click("#type-live")
    expect(page.locator("#live-text")).to_be_focused()


def test_keystrokes_reach_the_sdk_within_a_tenth_of_a_second(server: Server, open_page: OpenPage) -> None:
    page = open_page(server.url)
    medians = []
    while not medians or (min(medians) >= SOON_S and len(medians) < ROUNDS):
        listener = Listener(server, f"How fast {len(medians)}")
        live(page, f"How fast {len(medians)}")
        page.evaluate("""() => {
          window.pressed = [];
          document.querySelector("#live-text").addEventListener("keydown", ({ key }) => window.pressed.push([key, Date.now() / 1000]));
        }""")
        page.keyboard.type("abcdefghijklmnopqrstuvwxyz", delay=60)
        listener.until("abcdefghijklmnopqrstuvwxyz")
        pressed = dict(page.evaluate("window.pressed"))
        came: dict[str, float] = {}
        while not listener.pieces.empty():
            piece, at = listener.pieces.get()
            came |= dict.fromkeys(piece, at)
        medians.append(statistics.median(came[key] - pressed[key] for key in came))
        page.keyboard.press("Control+Enter")
        assert listener.whole() == "abcdefghijklmnopqrstuvwxyz" and listener.finish_reason == "stop"
    print(f"keystroke to chunk, median: {min(medians) * 1000:.0f} ms")
    assert min(medians) < SOON_S, medians


def test_what_has_left_is_locked_and_pause_holds_the_rest_back(server: Server, open_page: OpenPage) -> None:
    page = open_page(server.url)
    listener = Listener(server, "Slowly")
    live(page, "Slowly")
    page.keyboard.type("Hello")
    listener.until("Hello")
    expect(page.locator("#live-count")).to_contain_text("5 characters")
    page.keyboard.press("Backspace")
    expect(page.locator("#live-state")).to_contain_text("cannot be taken back")
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.press("Control+z")
    expect(page.locator("#live-text")).to_have_value("Hello")
    page.keyboard.press("Home")
    page.keyboard.type("!")
    listener.until("Hello!")
    page.click("#pause")
    page.locator("#live-text").focus()
    page.keyboard.press("End")
    page.keyboard.type(" wrong")
    for _ in " wrong":
        page.keyboard.press("Backspace")
    page.keyboard.type(" right")
    expect(page.locator("#live-ahead span").last).to_have_text(" right")
    axe(page)
    assert listener.text == "Hello!"
    page.click("#pause")
    listener.until("Hello! right")
    page.select_option("#live-reason", "length")
    page.click("#finish")
    assert listener.whole() == "Hello! right" and listener.finish_reason == "length"
    expect(page.locator(".notice")).to_contain_text("Delivered to ci-7.")
    expect(page.locator("#live")).to_be_hidden()


def test_what_is_said_of_a_key_outlives_the_answer_to_the_one_before(
    server: Server, open_page: OpenPage
) -> None:
    page = open_page(server.url)
    listener = Listener(server, "Refused")
    live(page, "Refused")
    late: list[Route] = []
    page.route("**/api/desk/*/stream", lambda route: route.continue_() if late else late.append(route))
    page.keyboard.type("H")
    wait_for(lambda: late or page.wait_for_timeout(20))
    page.keyboard.press("Backspace")
    with page.expect_response("**/api/desk/*/stream"):
        late[0].continue_()
    listener.until("H")
    page.wait_for_timeout(100)
    expect(page.locator("#live-state")).to_contain_text("cannot be taken back")
    # Whoever waits for a thread lets no request of the page go on.
    with page.expect_response("**/api/desk/*/stream"):
        page.keyboard.press("Control+Enter")
    assert listener.whole() == "H"


def test_a_draft_goes_live_only_when_that_is_wanted(server: Server, open_page: OpenPage) -> None:
    page = open_page(server.url)
    listener = Listener(server, "Prepared")
    open_call(page, "Prepared")
    expect(page.locator("#type-live")).to_be_visible()  # as soon as the page knows that the call streams
    page.fill("#reply-text", "Written before")
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    expect(page.locator("#live-text")).to_have_value("Written before")
    expect(page.locator("#live-state")).to_contain_text("Paused")
    assert server.waiting(1)[0]["state"] == "waiting"
    page.click("#pause")
    listener.until("Written before")
    page.click("#finish")
    assert listener.whole() == "Written before"


def test_typing_goes_on_after_a_reload(server: Server, open_page: OpenPage) -> None:
    page = open_page(server.url)
    listener = Listener(server, "Reloaded")
    live(page, "Reloaded")
    page.keyboard.type("One, ")
    listener.until("One, ")
    page.reload()
    expect(page.locator("#live-text")).to_have_value("One, ")
    expect(page.locator("#live-count")).to_contain_text("5 characters")
    page.locator("#live-text").press_sequentially("two.")
    listener.until("One, two.")
    page.keyboard.press("Control+Enter")
    assert listener.whole() == "One, two."


def test_nothing_is_lost_or_doubled_while_the_network_is_away(server: Server, open_page: OpenPage) -> None:
    page = open_page(server.url)
    listener = Listener(server, "Shaky")
    live(page, "Shaky")
    page.keyboard.type("before ")
    listener.until("before ")
    dropped = []

    def shaky(route: Any) -> None:
        # Every other piece arrives, and only its answer is lost.
        dropped.append(route.request.post_data)
        if len(dropped) % 2:
            server.api.post(
                route.request.url, content=route.request.post_data, headers={"x-mock-person": "alice"}
            )
        route.abort()

    page.route("**/stream", shaky)
    page.keyboard.type("during ")
    expect(page.locator("#live-state")).to_contain_text("cannot be reached")
    while len(dropped) < 3:
        page.wait_for_timeout(50)
    page.unroute("**/stream")
    page.keyboard.type("after")
    listener.until("before during after")
    page.keyboard.press("Control+Enter")
    assert listener.whole() == "before during after"


def test_a_caller_who_hangs_up_is_said_and_the_text_is_kept(server: Server, open_page: OpenPage) -> None:
    page = open_page(server.url)
    listener = Listener(server, "Impatient", leaves_after="Once upon")
    live(page, "Impatient")
    page.keyboard.type("Once upon")
    listener.until("Once upon")
    expect(page.locator("#live")).to_be_hidden()
    expect(page.locator("#reply-note")).to_contain_text("The caller hung up before the reply had left.")
    expect(page.locator("#reply-text")).to_have_value("Once upon")
    expect(page.locator("#keep")).to_be_visible()


def test_others_see_who_types_and_may_go_on_in_their_place(server: Server, open_page: OpenPage) -> None:
    alice, bob = open_page(server.url), open_page(server.url, person="bob")
    listener = Listener(server, "Together")
    live(alice, "Together")
    alice.keyboard.type("From alice, ")
    listener.until("From alice, ")
    [item] = [one for one in server.api.get("/api/desk").json()["typing"] if one["summary"] == "Together"]
    bob.goto(f"{server.url}/?call={item['id']}")
    expect(bob.locator("#reply-note")).to_contain_text("alice is typing a reply to this call, live.")
    bob.click("#take-over")
    expect(bob.locator("#live-text")).to_have_value("From alice, ")
    bob.keyboard.type("from bob.")
    listener.until("From alice, from bob.")
    alice.keyboard.type("?")
    expect(alice.locator("#live")).to_be_hidden()
    bob.keyboard.press("Control+Enter")
    assert listener.whole() == "From alice, from bob."


def test_only_a_call_that_streams_is_typed_live(server: Server, open_page: OpenPage, ask: Any) -> None:
    page = open_page(server.url)
    ask(server, "As a whole")
    open_call(page, "As a whole")
    page.fill("#reply-text", "x")
    expect(page.locator("[data-tokens]")).to_have_text("1 token")
    expect(page.locator("#type-live")).to_be_hidden()


def test_whole_texts_emoji_and_line_breaks_arrive_as_they_are(server: Server, open_page: OpenPage) -> None:
    page = open_page(server.url)
    listener = Listener(server, "Odd signs")
    live(page, "Odd signs")
    page.keyboard.insert_text("🐉 one\n")
    page.keyboard.press("Enter")
    page.keyboard.insert_text("日本" * 9_000)
    page.keyboard.press("Control+Enter")
    assert listener.whole() == "🐉 one\n\n" + "日本" * 9_000


def test_a_call_that_is_being_typed_to_counts_no_more_as_waiting(server: Server, open_page: OpenPage) -> None:
    page = open_page(server.url)
    listener = Listener(server, "Counted")
    live(page, "Counted")
    expect(page.locator(".pages [data-waiting-count]")).to_have_text("1")
    page.keyboard.type("Hello")
    listener.until("Hello")
    for place in page.locator("[data-waiting-count]").all():
        expect(place).to_have_text("0")
    expect(page).to_have_title(re.compile(r"^(?!\(1\))"))
    late: list[Route] = []  # every other page hears of the end before this one hears what came of it
    page.route("**/api/desk/*/stream", lambda route: late.append(route))
    page.keyboard.press("Control+Enter")
    wait_for(lambda: late or page.wait_for_timeout(20))
    told = late[0].fetch()
    assert listener.whole() == "Hello"
    expect(page.locator("#call .story")).to_contain_text("alice answered this call")
    late[0].fulfill(response=told)
    expect(page.locator("#empty h1")).to_be_focused()
