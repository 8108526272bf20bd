"""When the connection breaks: nothing that was written is lost, and afterwards the page is true again."""

import re
import signal
from collections.abc import Callable

import openai
import pytest
from playwright.sync_api import WebSocketRoute, expect

from tests.browser.conftest import Ask, OpenPage, open_call
from tests.conftest import Server, wait_for

Start = Callable[..., Server]


def test_the_page_finds_back_after_the_server_was_restarted(
    start: Start, open_page: OpenPage, ask: Ask
) -> None:
    first = start()
    port = int(first.url.rpartition(":")[2])
    page = open_page(first.url)
    lost = ask(first, "Lost in the restart")
    open_call(page, "Lost in the restart")
    page.fill("#reply-text", "too late")
    first.stop(how=signal.SIGKILL)  # told to stop it would still tell the page how the call ended
    expect(page.locator("#connection")).to_contain_text("reconnecting in")
    page.fill("#reply-text", "too late, but kept")
    page.click("#send")
    expect(page.locator("#reply [data-problem]")).to_contain_text("The server cannot be reached.")
    with pytest.raises(openai.APIError):
        lost.result(20)
    second = start(data_dir=first.data_dir, port=port)
    page.wait_for_selector("#connection[data-state=open]")
    expect(page.locator("#waiting .row")).to_have_count(0)
    expect(page.locator("#reply-note")).to_contain_text("The server ended while this call waited.")
    expect(page.locator("#reply-text")).to_have_value("too late, but kept")
    expect(page.locator("#reply [data-problem]")).to_be_hidden()
    expect(page.locator("#call .story-note")).to_contain_text("SDKs ask again by themselves")
    future = ask(second, "After the restart")
    open_call(page, "After the restart")
    page.fill("#reply-text", "Here again")
    page.click("#send")
    assert future.result(20).choices[0].message.content == "Here again"


def test_without_a_socket_the_page_polls_and_still_answers(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    page = open_page(f"{server.url}/queues")
    page.route_web_socket(re.compile("/ws"), lambda socket: socket.close())
    page.goto(server.url)
    expect(page.locator("#connection")).to_contain_text("looking every 5 s")
    future = ask(server, "No socket")
    open_call(page, "No socket")
    page.fill("#reply-text", "No problem")
    page.click("#send")
    assert future.result(20).choices[0].message.content == "No problem"


def test_after_a_cut_the_page_equals_a_fresh_one(server: Server, open_page: OpenPage, ask: Ask) -> None:
    """What happened while the socket was cut left no event behind: the page has to ask."""
    sockets: list[WebSocketRoute] = []
    is_cut = False

    def connect(route: WebSocketRoute) -> None:
        sockets.append(route)
        if is_cut:
            route.close()
        else:
            route.connect_to_server()

    page = open_page(f"{server.url}/queues")
    page.route_web_socket(re.compile("/ws"), connect)
    page.goto(server.url)
    for number in range(5):
        ask(server, f"Call {number}")
    expect(page.locator("#waiting .row")).to_have_count(5)
    is_cut = True
    sockets[-1].close()
    expect(page.locator("#connection")).to_contain_text("reconnecting")
    for item in server.waiting(5)[:3]:
        server.api.post(f"/api/desk/{item['id']}/abort")
    is_cut = False
    page.wait_for_selector("#connection[data-state=open]")
    expect(page.locator("#waiting .row")).to_have_count(2)
    fresh = open_page(server.url)
    for part in ("#waiting", "#recent"):
        rows = f"{part} .row-text"
        wait_for(
            lambda rows=rows: page.locator(rows).all_inner_texts() == fresh.locator(rows).all_inner_texts()
        )
