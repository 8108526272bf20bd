"""The composer for a call that no text answers: JSON first, with the endpoint's short forms."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import openai
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Ask, OpenPage, axe, open_call
from tests.conftest import Server

Draw = Callable[[str], "Future[Any]"]
CODE = "#reply-json .cm-content"


@pytest.fixture
def draw(server: Server) -> Iterator[Draw]:
    """draw("a fox"): a call of images.generate in a thread, which waits for a person."""
    server.api.put("/api/fallback", json={"images": "manual"})
    client = openai.OpenAI(base_url=server.base_url, api_key="sk-mock-ci-7", max_retries=0, timeout=60)
    with ThreadPoolExecutor() as pool, client:
        yield lambda prompt: pool.submit(client.images.generate, model="gpt-image-1", prompt=prompt)
        for item in server.api.get("/api/desk").json()["items"]:
            server.api.post(f"/api/desk/{item['id']}/abort?take_over=true")
        server.api.put("/api/fallback", json={"images": "auto"})


def opened(page: Page, prompt: str) -> None:
    page.locator("#waiting .row", has_text=prompt).click()
    expect(page.locator(CODE)).to_be_visible()


def test_a_picture_is_answered_by_a_short_form_or_by_itself(
    server: Server, open_page: OpenPage, draw: Draw
) -> None:
    page = open_page(server.url)
    future = draw("a fox")
    opened(page, "a fox")
    for name in ("What the assistant says", "Finish"):
        expect(page.locator("#reply").get_by_text(name, exact=True).locator("visible=true")).to_have_count(0)
    expect(page.locator("#reply [data-shorts]")).to_contain_text("Send it empty")
    axe(page, within="#reply")
    page.locator("#reply [data-example]").first.click()
    expect(page.locator(CODE)).to_have_text('{"url": "https://…"}')
    page.keyboard.press("Control+Enter")
    assert future.result(20).data[0].url == "https://…"

    page.goto(server.url)  # a narrow page still shows the call before
    future = draw("a hare")  # sent empty
    opened(page, "a hare")
    page.locator("#send").click()
    assert future.result(20).data[0].b64_json.startswith("iVBOR")


def test_a_chats_text_is_doubted_and_an_error_is_a_form_as_ever(
    server: Server, open_page: OpenPage, draw: Draw, ask: Ask
) -> None:
    page = open_page(server.url)
    future = draw("a fox")
    opened(page, "a fox")
    page.locator(CODE).click()
    page.keyboard.insert_text('{"content": "a text"}')
    told = "content: is not used by images.generate; it takes url, b64_json, data"
    expect(page.locator("#reply .problem, #reply .field-problem").filter(has_text=told[9:])).to_be_visible()
    page.keyboard.press("Control+j")
    expect(page.locator(".kinds label:visible")).to_have_text(["Answer", "Error e"])
    expect(page.locator("#reply-text")).to_be_hidden()
    expect(page.locator("#reply [data-unshown]")).to_contain_text("written as JSON")
    page.locator(".kinds label", has_text="Error").click()
    expect(page.locator("#reply [data-shorts]")).to_be_hidden()
    page.keyboard.press("Control+Enter")
    with pytest.raises(openai.RateLimitError):
        future.result(20)

    draw("a hare")
    opened(page, "a hare")
    ask(server, "Hello")
    open_call(page, "Hello")  # a chat's form is as it was
    expect(page.locator(".kinds label:visible")).to_have_text(["Text", "Tool call", "Refusal", "Error e"])
    expect(page.locator("#reply-text")).to_be_visible()
    items = server.api.get("/api/desk").json()["items"]
    [item] = [one for one in items if one["endpoint"] == "images.generate"]
    answer = server.api.post(
        f"/api/desk/{item['id']}/answer", json={"response": {"content": "a text"}}
    ).json()
    assert answer["state"] == "delivered"
    assert [one["field"] for one in answer["warnings"]] == ["response.content"]
