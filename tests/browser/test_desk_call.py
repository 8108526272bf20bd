"""The open call: everything about it can be read, and nothing of it does anything."""

import re
import time
from contextlib import suppress
from typing import Any

from playwright.sync_api import Error, Route, expect

from tests.browser.conftest import Ask, OpenPage, asked, axe, open_call
from tests.conftest import Server, wait_for

PICTURE = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ"
    "AAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
ODD = "a\u202egnp.exe\u2066b\u200bc\x07d\x9fe\r\nf\ufeff\U000e0041"
MARKUP = '</script></pre><img src=x onerror="window.hacked = 1"><b>bold</b>&amp;'


def tool(name: str, description: str = "") -> Any:
    parameters = {"type": "object", "properties": {"id": {"type": "integer"}}}
    return {
        "type": "function",
        "function": {"name": name, "description": description, "parameters": parameters},
    }


RESULT = '{"status": "shipped", "price": 149.00, "items": ["front wheel", "rear wheel", "a bell"]}'
CONVERSATION: Any = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Where is order 17?"},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {"id": "call_1", "type": "function", "function": {"name": "get_order", "arguments": '{"id": 17}'}}
        ],
    },
    {"role": "tool", "tool_call_id": "call_1", "content": RESULT},
    {"role": "user", "content": "Refund it."},
]


def test_the_head_says_what_was_asked_by_whom_and_whose_patience_ends(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    page = open_page(server.url)
    headers = {"x-stainless-read-timeout": "90"}
    ask(server, "", messages=CONVERSATION, tools=[tool("get_order")], stream=True, extra_headers=headers)
    page.locator("#waiting .row").click()
    head = page.locator("#call .call-head")
    for text in ("gpt-4o", "chat.completions", "stream", "1 tool"):
        expect(head).to_contain_text(text)
    facts = page.locator("#call .facts")
    for words in (
        r"caller\s*ci-7",
        r"key\s*…ci-7",
        r"from\s*127\.0\.0\.1:\d+",
        r"client waits 90 s",
        r"\d+ tokens",
    ):
        expect(facts).to_contain_text(re.compile(words))
    story = page.locator("#call .story")
    expect(story).to_have_text(re.compile(r"1:\d\d\s+until its caller gives up"))
    expect(story).to_have_attribute("data-time-left-of", "client")
    expect(page.locator("#call .call")).to_have_attribute("data-stream", "true")


def test_opening_and_reading_a_call_claims_nothing(server: Server, open_page: OpenPage, ask: Ask) -> None:
    page = open_page(server.url)
    ask(server, "", messages=CONVERSATION, tools=[tool("get_order")])
    page.locator("#waiting .row").click()
    for tab in page.locator("#call [role=tab]").all():
        tab.click()
    page.keyboard.press("r")
    assert server.waiting(1)[0]["claimed_by"] == ""


def test_tool_calls_their_results_and_what_is_offered(server: Server, open_page: OpenPage, ask: Ask) -> None:
    page = open_page(server.url)
    ask(server, "", messages=CONVERSATION, tools=[tool("get_order", "Reads one."), tool("refund_order")])
    page.locator("#waiting .row").click()
    asked, result = page.locator("#call .card-assistant"), page.locator("#call .card-tool")
    expect(asked.locator(".piece-title")).to_have_text("get_order")
    expect(asked.locator(".piece-body")).to_have_text('{"id": 17}')
    expect(result.locator("h3")).to_contain_text("get_order")
    expect(result.locator("h3")).to_contain_text("call_1")
    expect(result.locator(".piece-body")).to_have_text(
        re.compile(r'^{\n  "status": "shipped",\n  "price": 149\.00,')
    )
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url.rsplit("/", 1)[-1]))
    page.click("#tab-tools")
    expect(page.locator("#tab-tools")).to_have_text("Tools 1/2")
    expect(page.locator("#tab-tools")).to_have_attribute("title", "Tools: 1 called, 2 available")
    tools = page.locator("#panel-tools .tool")
    expect(tools.nth(0)).to_contain_text("Reads one.")
    expect(tools.nth(0)).to_contain_text("called once")
    expect(tools.nth(1)).to_contain_text("available")
    tools.nth(1).locator("summary").click()
    expect(tools.nth(1).locator("pre")).to_contain_text('"properties": {')
    assert [name for name in fetched if name.isdigit()] == ["1"]  # what nobody opened is not fetched


def test_pictures_that_came_along_are_shown_and_others_are_not_fetched(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    page = open_page(server.url)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    content = [
        {"type": "text", "text": "Which is the cat?"},
        {"type": "image_url", "image_url": {"url": PICTURE, "detail": "low"}},
        {"type": "image_url", "image_url": {"url": "https://pictures.test/cat.png"}},
        {"type": "image_url", "image_url": {"url": "data:image/svg+xml;base64,PHN2Zy8+"}},
        {"type": "image_url", "image_url": {"url": "javascript:window.hacked=1"}},
    ]
    ask(server, "", messages=[{"role": "user", "content": content}])
    page.locator("#waiting .row").click()
    picture = page.locator("#call .thumb img")
    expect(picture).to_have_count(1)
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("naturalWidth", 1)
    expect(page.locator("#call .piece-link a")).to_have_attribute("href", "https://pictures.test/cat.png")
    expect(page.locator("#call .piece-media")).to_have_count(2)
    expect(page.locator("#call a[href^='javascript']")).to_have_count(0)
    assert [url for url in asked if not url.startswith(server.url)] == []


def test_raw_json_headers_without_secrets_and_the_call_as_a_text(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    page = open_page(server.url)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(server, "Copy me", caller="a-caller-with-a-secret", temperature=0.25)
    open_call(page, "Copy me")
    page.click("#tab-raw")
    expect(page.locator("#panel-raw .cm-content")).to_contain_text('"temperature": 0.25')
    page.click("#tab-headers")
    expect(page.locator("#panel-headers")).to_contain_text("Bearer …cret")
    for item, words in [
        ("curl", "curl"),
        ("Python", "from openai import"),
        ("Node", 'from "openai"'),
    ]:
        page.click("#copy-as")
        page.locator(".call-menu .dropdown-item", has_text=item).first.click()
        expect(page.locator(".notice", has_text=f"Copied: {item}")).to_be_visible()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert words in copied and "Copy me" in copied
    page.click("#copy-as")
    expect(page.locator(".call-menu .dropdown-item", has_text="preset")).to_be_disabled()


def test_what_hides_or_turns_text_around_is_shown(server: Server, open_page: OpenPage, ask: Ask) -> None:
    page = open_page(server.url)
    ask(server, ODD, model=ODD, user=ODD)
    page.locator("#waiting .row").click()
    body = page.locator("#call .piece-body")
    names = ["U+202E", "U+2066", "U+200B", "U+0007", "U+009F", "U+FEFF", "U+E0041"]
    expect(body.locator(".odd")).to_have_text(names)
    expect(page.locator("#waiting .row-text .odd").first).to_have_text("U+202E")
    expect(page.locator("#call h1 .odd").first).to_have_text("U+202E")
    page.click("#tab-raw")
    expect(page.locator("#panel-raw .cm-content")).to_contain_text("gnp.exe")
    shown = page.locator("main").inner_text() + page.title()
    assert not set("\u202e\u2066\u200b\x07\x9f\ufeff") & set(shown)


def test_markup_is_text_wherever_it_stands(server: Server, open_page: OpenPage, ask: Ask) -> None:
    page = open_page(server.url)
    calls = [{"id": MARKUP, "type": "function", "function": {"name": MARKUP, "arguments": MARKUP}}]
    messages = [
        {"role": "user", "name": MARKUP, "content": MARKUP},
        {"role": "assistant", "content": MARKUP, "refusal": MARKUP, "tool_calls": calls},
        {"role": "tool", "tool_call_id": MARKUP, "content": MARKUP},
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": MARKUP, "detail": MARKUP}}]},
    ]
    shape = {"type": "json_schema", "json_schema": {"name": MARKUP, "schema": {"title": MARKUP}}}
    fields: Any = {"tools": [tool(MARKUP, MARKUP)], "response_format": shape, "user": MARKUP}
    ask(server, "", model=MARKUP, messages=messages, extra_headers={"X-Odd": MARKUP}, **fields)
    page.locator("#waiting .row").click()
    expect(page.locator("#call .card-tool .piece-body")).to_have_text(MARKUP)
    for tab in page.locator("#call [role=tab]").all():
        tab.click()
    page.click("#tab-tools")
    for details in page.locator("#panel-tools summary").all():
        details.click()
    expect(page.locator("#panel-tools pre").last).to_contain_text("</script>")
    assert page.locator("main img, main script, main b:text-is('bold')").count() == 0
    assert page.evaluate("window.hacked") is None


def test_two_hundred_turns_are_folded_and_unfold_quickly(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    page = open_page(server.url)
    turns: Any = [{"role": ("user", "assistant")[n % 2], "content": f"turn {n} " * 50} for n in range(199)]
    ask(server, "", messages=[{"role": "system", "content": "Be brief."}, *turns])
    cards = page.locator("#call .card")
    unfold = page.get_by_role("button", name="Show 193 earlier messages")

    def unfolded() -> bool:
        if unfold.is_visible():  # still: the call was put again, since something of it had changed
            with suppress(Error):  # it has gone by now
                unfold.click(timeout=2000)
        page.wait_for_timeout(200)
        return cards.count() == 200

    took_s: list[float] = []
    while not took_s or (min(took_s) >= 5 and len(took_s) < 4):  # the machine may be busy
        page.goto(server.url)
        page.locator("#waiting .row").click()
        expect(cards).to_have_count(7)
        expect(cards.first).to_contain_text("Be brief.")
        began = time.monotonic()
        wait_for(unfolded)
        took_s.append(time.monotonic() - began)
    assert min(took_s) < 5
    expect(cards.nth(1)).to_contain_text("turn 0 ")
    expect(cards.last).to_contain_text("turn 198 ")


def test_a_call_is_accessible_in_all_its_tabs(server: Server, open_page: OpenPage, ask: Ask) -> None:
    ask(
        server,
        "",
        messages=CONVERSATION,
        tools=[tool("get_order")],
        extra_headers={"x-stainless-read-timeout": "50"},
    )
    ask(server, "Another", extra_headers={"x-stainless-read-timeout": "14"})
    waiting = server.waiting(2)
    server.api.post(f"/api/desk/{waiting[1]['id']}/claim", headers={"X-Mock-Person": "bob"})
    page = open_page(f"{server.url}/?call={waiting[1]['id']}")
    for tab in ("messages", "tools", "raw", "headers"):
        page.click(f"#tab-{tab}")
        if tab == "raw":
            expect(page.locator(".cm-content")).to_be_visible()
        axe(page, within="#main")


def test_who_opens_another_call_while_an_answer_is_on_its_way_stays_there(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    page = asked(server, open_page, ask, "Who comes first")
    for text in ("Who comes second", "Who comes third"):
        ask(server, text)
        expect(page.locator("#waiting .row", has_text=text)).to_be_visible()
    late: list[Route] = []
    page.route("**/answer", lambda route: late.append(route))
    page.fill("#reply [name=text]", "Sent")
    page.click("#send")
    wait_for(lambda: late or page.wait_for_timeout(20))
    open_call(page, "Who comes third")
    late[0].continue_()
    expect(page.locator("#notices")).to_contain_text("elivered")
    expect(page.locator("#waiting .row", has_text="Who comes first")).to_have_count(0)
    page.wait_for_timeout(100)
    expect(page.locator("#call .card").last).to_contain_text("Who comes third")
