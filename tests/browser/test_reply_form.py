"""The composer of a reply: form and JSON as two views of one draft, and what leaves."""

import json
from typing import Any

import openai
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Ask, OpenPage, asked, axe, fits, open_call
from tests.conftest import Server, wait_for

ORDER: dict[str, Any] = {
    "type": "object",
    "properties": {
        "order_id": {"type": "integer"},
        "amount": {"type": "number", "maximum": 500},
        "reason": {"type": "string", "enum": ["damaged", "late"]},
        "note": {"type": "string"},
    },
    "required": ["order_id", "amount", "reason"],
}
TOOLS: Any = [
    {
        "type": "function",
        "function": {"name": "get_order", "parameters": {"type": "object", "properties": {}}},
    },
    {"type": "function", "function": {"name": "refund_order", "parameters": ORDER}},
]
TRIP: dict[str, Any] = {
    "type": "object",
    "properties": {
        "city": {"type": "string"},
        "days": {"type": "integer", "minimum": 1},
        "budget": {"anyOf": [{"$ref": "#/$defs/money"}, {"type": "null"}]},
        "stops": {
            "type": "array",
            "items": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
        },
    },
    "required": ["city", "days", "budget", "stops"],
    "$defs": {
        "money": {
            "type": "object",
            "title": "money",
            "properties": {"amount": {"type": "number"}},
            "required": ["amount"],
        }
    },
}


def kind(page: Page, name: str) -> None:
    page.locator(".kinds label", has_text=name).click()


def argument(page: Page, name: str) -> Any:
    return page.locator(".arg", has_text=name).locator("input, select, textarea")


def write_json(page: Page, text: str) -> None:
    """Writes the body in the JSON view."""
    page.locator("#reply .segments label", has_text="JSON").click()
    page.locator("#reply-json .cm-content").press("Control+a")  # the editor's own, so that it knows at once
    page.keyboard.insert_text(text)


def test_a_tool_call_is_made_from_the_calls_own_tools(server: Server, open_page: OpenPage, ask: Ask) -> None:
    page = open_page(server.url)
    future = ask(server, "Refund order 17", tools=TOOLS)
    open_call(page, "Refund order 17")
    kind(page, "Tool call")
    page.locator("select[aria-label='Tool of call 1']").select_option("refund_order")
    argument(page, "order_id").fill("17")
    argument(page, "amount").fill("549.00")
    expect(page.locator(".arg", has_text="amount").locator(".arg-problem")).to_have_text("at most 500")
    argument(page, "amount").fill("149.00")
    expect(page.locator(".arg-problem")).to_have_count(0)
    argument(page, "reason").select_option(label="late")
    page.get_by_role("button", name="+ note").click()
    argument(page, "note").fill("sorry")
    page.get_by_role("button", name="+ another call").click()
    expect(page.get_by_label("Tool of call 2")).to_have_value("get_order")
    page.fill("#reply-text", "One moment.")
    page.keyboard.press("Control+Enter")
    choice = future.result(20).choices[0]
    assert choice.finish_reason == "tool_calls" and choice.message.content == "One moment."
    first, second = choice.message.tool_calls
    assert json.loads(first.function.arguments) == {
        "order_id": 17,
        "amount": 149.0,
        "reason": "late",
        "note": "sorry",
    }
    assert (second.function.name, second.function.arguments) == ("get_order", "{}")


def test_a_number_keeps_the_spelling_of_its_author(server: Server, open_page: OpenPage, ask: Ask) -> None:
    page = open_page(server.url)
    ask(server, "Spelled", tools=TOOLS)
    open_call(page, "Spelled")
    write_json(
        page,
        '{"tool_calls": [{"name": "refund_order", "arguments": {"order_id": 17, "amount": 1.10, "reason": "late"}}], "mark": 1e2}',
    )
    page.keyboard.press("Control+j")
    argument(page, "order_id").fill("1.5")
    expect(page.locator(".arg", has_text="order_id").locator(".arg-problem")).to_have_text(
        "must be a whole number"
    )
    argument(page, "order_id").fill("18")
    expect(page.locator("[data-beyond]")).to_contain_text("mark")
    page.keyboard.press("Control+j")
    expect(page.locator("#reply-json .cm-content")).to_contain_text('"amount": 1.10')
    expect(page.locator("#reply-json .cm-content")).to_contain_text('"mark": 1e2')
    expect(page.locator("#reply-json .cm-content")).to_contain_text('"order_id": 18')


def test_what_turns_text_around_is_shown_in_the_forms(server: Server, open_page: OpenPage, ask: Ask) -> None:
    page = open_page(server.url)
    odd = "get\u202eredro\u2066"
    properties = {
        odd: {"type": "string", "description": odd},
        "which": {"enum": [odd]},
        "other": {"anyOf": [{"title": odd, "type": "object"}, {"type": "null"}]},
        f"may{odd}": {"type": "string"},
    }
    schema = {"type": "object", "properties": properties, "required": [odd, "which", "other"]}
    tools: Any = [
        {"type": "function", "function": {"name": odd, "description": odd, "parameters": schema}},
    ]
    shape: Any = {"type": "json_schema", "json_schema": {"name": odd, "schema": schema}}
    ask(server, "Odd tools", tools=tools, response_format=shape)
    open_call(page, "Odd tools")
    for name in ("Schema", "Tool call"):
        kind(page, name)
        expect(page.locator("#reply .arg-name .odd").first).to_have_text("U+202E")
        shown = page.locator("#reply").inner_text() + str(page.locator("#reply option").all_text_contents())
        assert "getU+202EredroU+2066" in shown
        assert not set("\u202e\u2066") & set(shown)
    expect(page.get_by_label("Tool of call 1")).to_have_value(odd)


def test_taking_out_a_part_of_the_form_leaves_the_focus_near(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    page = asked(server, open_page, ask, "Taken out", tools=TOOLS)
    kind(page, "Tool call")
    page.locator("select[aria-label='Tool of call 1']").select_option("refund_order")
    page.get_by_role("button", name="+ note").click()
    page.get_by_role("button", name="Leave out note").press("Enter")
    expect(page.get_by_role("button", name="+ note")).to_be_focused()
    page.get_by_role("button", name="as JSON").press("Enter")
    expect(page.get_by_role("button", name="as a form")).to_be_focused()
    page.get_by_role("button", name="+ another call").click()
    page.get_by_role("button", name="Take out call 1").press("Enter")
    expect(page.get_by_role("button", name="Take out call 1")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="+ a call")).to_be_focused()


def test_a_form_from_the_response_format(server: Server, open_page: OpenPage, ask: Ask) -> None:
    page = open_page(server.url)
    schema = {"type": "json_schema", "json_schema": {"name": "trip", "strict": True, "schema": TRIP}}
    future = ask(server, "Plan a trip", response_format=schema)
    open_call(page, "Plan a trip")
    argument(page, "city").fill("Oslo")
    argument(page, "days").fill("0")
    expect(page.locator(".arg", has_text="days").locator(".arg-problem")).to_have_text("at least 1")
    argument(page, "days").fill("3")
    page.get_by_label("budget").select_option(label="null")
    page.get_by_role("button", name="+ item").click()
    argument(page, "name").fill("Museum")
    page.locator("[data-schema-json]").click()
    expect(page.get_by_label("The structure, as JSON")).to_have_value(
        '{\n  "city": "Oslo",\n  "days": 3,\n  "budget": null,\n  "stops": [\n    {\n      "name": "Museum"\n    }\n  ]\n}'
    )
    page.locator("[data-schema-json]").click()
    page.click("#send")
    answer = json.loads(future.result(20).choices[0].message.content)
    assert answer == {"city": "Oslo", "days": 3, "budget": None, "stops": [{"name": "Museum"}]}


def test_a_schemas_form_is_open_from_the_beginning_and_claims_nothing(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    page = open_page(server.url)
    city = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    schema = {"type": "json_schema", "json_schema": {"name": "trip", "schema": city}}
    future = ask(server, "Plan a trip", response_format=schema)
    open_call(page, "Plan a trip")
    expect(page.locator("#reply [name=kind][value=schema]")).to_be_checked()
    page.keyboard.press("r")
    expect(argument(page, "city")).to_be_focused()
    assert server.api.get("/api/desk").json()["items"][0]["claimed_by"] == ""
    kind(page, "Text")
    kind(page, "Schema")
    page.keyboard.press("Control+Enter")  # what the form shows is the answer, touched or not
    assert json.loads(future.result(20).choices[0].message.content) == {"city": ""}


def test_form_and_json_are_one_draft_and_nothing_is_lost(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    page = open_page(server.url)
    future = ask(server, "Two views")
    open_call(page, "Two views")
    page.fill("#reply-text", "First")
    kind(page, "Refusal")
    page.fill("#reply-refusal", "Second")
    kind(page, "Error")
    page.get_by_role("button", name="503").click()
    kind(page, "Refusal")
    expect(page.locator("#reply-refusal")).to_have_value("Second")
    expect(page.locator("#reply-status")).to_have_value("200")
    kind(page, "Text")
    expect(page.locator("#reply-text")).to_have_value("First")
    page.keyboard.press("Control+j")
    expect(page.locator("#reply-json .cm-content")).to_have_text('{  "content": "First"}')
    write_json(page, '{"content": "Fir')
    page.keyboard.press("Control+j")
    expect(page.locator("[data-unshown]")).to_contain_text("not JSON yet")
    page.get_by_role("button", name="Go on in the JSON view").click()
    write_json(page, '{"content": "Third", "service_tier": "flex"}')
    page.keyboard.press("Control+j")
    expect(page.locator("#reply-text")).to_have_value("Third")
    expect(page.locator("[data-beyond]")).to_contain_text("service_tier")
    page.reload()
    expect(page.locator("#reply-text")).to_have_value("Third")
    kind(page, "Error")
    expect(page.locator("#reply-status")).to_have_value("503")
    kind(page, "Text")
    page.click("#send")
    answer = future.result(20)
    assert (answer.choices[0].message.content, answer.service_tier) == ("Third", "flex")


def test_what_an_sdk_could_not_read_is_said_at_its_place(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    page = open_page(server.url)
    ask(server, "Linted")
    open_call(page, "Linted")
    write_json(page, '{"content": "hi", "finish_reason": "banana"}')
    expect(page.locator("#reply-json .cm-lintRange-warning")).to_have_text('"banana"')
    expect(page.locator("#reply [data-view=json] .field-problem")).to_contain_text(
        "finish_reason: must be one of"
    )
    write_json(page, '{"content": "hi", ')
    expect(page.locator("#reply-json .cm-lintRange-error")).to_have_count(1)
    expect(page.locator("#reply [data-view=json] .field-problem")).to_contain_text("The body is not JSON yet")
    axe(page)
    page.click("#send")
    expect(page.locator("#reply [data-problem]")).to_contain_text("not JSON yet")
    write_json(page, '{"content":"hi","n":1.50}')
    page.get_by_role("button", name="Tidy up").click()
    expect(page.locator("#reply-json .cm-line")).to_have_count(4)
    expect(page.locator("[data-size]")).to_have_text("34 bytes")


def test_typing_over_json_keeps_to_the_policy(server: Server, open_page: OpenPage, ask: Ask) -> None:
    page = open_page(server.url)
    ask(server, "Typed over")
    open_call(page, "Typed over")
    kind(page, "Error")
    page.locator("#reply .segments label", has_text="JSON").click()
    page.locator("#reply-json .cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.type("x")
    expect(page.locator("#reply-json .cm-content")).to_have_text("x")
    page.keyboard.press("Control+a")
    page.keyboard.type('"')
    expect(page.locator("#reply-json .cm-content")).to_have_text('"x"')


ERRORS: list[tuple[int, type[openai.APIStatusError], str | None]] = [
    (400, openai.BadRequestError, "context_length_exceeded"),
    (401, openai.AuthenticationError, "invalid_api_key"),
    (403, openai.PermissionDeniedError, "unsupported_country_region_territory"),
    (404, openai.NotFoundError, "model_not_found"),
    (409, openai.ConflictError, "conflict"),
    (422, openai.UnprocessableEntityError, None),
    (429, openai.RateLimitError, "rate_limit_exceeded"),
    (500, openai.InternalServerError, None),
    (503, openai.InternalServerError, None),
]


def test_an_error_is_openais_own(server: Server, open_page: OpenPage, ask: Ask) -> None:
    page = open_page(server.url)
    for status, caught, code in ERRORS:
        future = ask(server, f"Fail me with {status}")
        open_call(page, f"Fail me with {status}")
        kind(page, "Error")
        page.get_by_role("button", name=str(status), exact=True).click()
        page.click("#send")
        with pytest.raises(caught) as raised:
            future.result(20)
        error = raised.value.response.json()["error"]
        assert raised.value.status_code == status and error.keys() == {"message", "type", "param", "code"}
        assert error["code"] == code and "x-should-retry" not in raised.value.response.headers


def test_an_error_is_edited_and_told_whether_to_be_retried(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    page = open_page(server.url)
    future = ask(server, "Fail me slowly", model="gpt-9")
    open_call(page, "Fail me slowly")
    page.keyboard.type("er")  # in one go: between the two is no more than a second
    page.get_by_label("Which of them").select_option("tokens per minute")
    page.fill("#reply-error-param", "messages")
    page.get_by_text("Headers and retries").click()
    page.get_by_label("SDK may retry").select_option("false")
    page.get_by_role("button", name="+ header").click()
    page.get_by_label("Header name").last.fill("X-Own")
    page.get_by_label("Header value").last.fill("yes")
    page.click("#send")
    with pytest.raises(openai.RateLimitError) as raised:
        future.result(20)
    response = raised.value.response
    assert response.headers["x-should-retry"] == "false" and response.headers["x-own"] == "yes"
    assert response.headers["retry-after-ms"] == "1364"
    error = response.json()["error"]
    assert (error["type"], error["param"]) == ("tokens", "messages") and "for gpt-9 in" in error["message"]


def test_what_the_server_refuses_stands_beside_its_field(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    page = open_page(server.url)
    ask(server, "Refused")
    open_call(page, "Refused")
    page.fill("#reply-text", "x")
    page.fill("#reply-delay", "soon")
    page.click("#send")
    beside = page.locator("[data-field=delay_ms] .field-problem")
    expect(beside).to_contain_text("must be a whole number")
    expect(page.locator("#reply-delay")).to_have_attribute("aria-invalid", "true")
    page.fill("#reply-delay", "5")
    expect(beside).to_have_count(0)
    page.get_by_text("Headers and retries").click()
    page.get_by_role("button", name="+ header").click()
    page.get_by_label("Header name").fill("connection")
    expect(page.locator(".header-row .field-problem")).to_contain_text("is set by the server")
    assert server.waiting(1)


def test_an_answer_that_breaks_what_was_asked_for_goes_out_with_a_word(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    page = open_page(server.url)
    future = ask(server, "Some JSON", response_format={"type": "json_object"})
    open_call(page, "Some JSON")
    expect(page.locator("[data-schema-kind]")).to_be_hidden()
    page.fill("#reply-text", "no braces")
    beside = page.locator("[data-field='response.content'] .field-problem")
    expect(beside).to_contain_text("is not JSON")
    expect(beside).to_have_attribute("data-level", "warn")
    page.click("#send")
    assert future.result(20).choices[0].message.content == "no braces"
    expect(page.locator(".notice[data-level=warn]")).to_contain_text("With 1 finding: content: is not JSON")
    future = ask(server, "Too much", tools=TOOLS)
    open_call(page, "Too much")
    kind(page, "Tool call")
    page.locator("select[aria-label='Tool of call 1']").select_option("refund_order")
    argument(page, "amount").fill("549")
    page.click("#send")
    assert future.result(20).choices[0].message.tool_calls
    expect(page.locator(".notice").last).to_contain_text("With 1 finding: amount: at most 500")


def test_finish_usage_delay_and_pace_go_along(server: Server, open_page: OpenPage, ask: Ask) -> None:
    page = open_page(server.url)
    future = ask(server, "All of it")
    open_call(page, "All of it")
    page.fill("#reply-text", "cut he")
    expect(page.locator("[data-tokens]")).to_have_text("2 tokens")
    page.select_option("#reply-finish", "length")
    page.select_option("#reply-usage", "own")
    page.fill("#reply-prompt", "100")
    page.fill("#reply-completion", "7")
    page.fill("#reply-delay", "20")
    expect(page.locator("#reply-each")).to_be_hidden()  # what does not stream has no pace
    expect(page.locator("#reply-each")).to_be_hidden()  # what does not stream has no pace
    page.click("#send")
    answer = future.result(20)
    assert answer.choices[0].finish_reason == "length"
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens, answer.usage.total_tokens) == (
        100,
        7,
        107,
    )
    [row] = server.api.get("/api/exchanges?limit=1&caller=ci-7").json()["items"]
    assert server.exchange(row["id"])["reply_extras"]["delay_ms"] == 20


def test_the_same_is_queued_for_the_next_calls(server: Server, open_page: OpenPage, ask: Ask) -> None:
    page = open_page(server.url)
    future = ask(server, "Once more")
    open_call(page, "Once more")
    page.fill("#reply-text", "and again")
    page.click("#send-more")
    page.fill("#repeat", "2")
    page.click("#send-repeat")
    assert future.result(20).choices[0].message.content == "and again"
    expect(page.locator(".notice")).to_contain_text("queued for its next 2 calls")
    assert [ask(server, "next").result(20).choices[0].message.content for _ in range(2)] == ["and again"] * 2
    ask(server, "third")
    open_call(page, "third")
    page.click("#sent")
    page.locator("#sent-list .dropdown-item").first.click()
    expect(page.locator("#reply-text")).to_have_value("and again")


def test_nothing_is_sent_twice(server: Server, open_page: OpenPage, ask: Ask) -> None:
    page = open_page(server.url)
    sent: list[str | None] = []
    page.on(
        "request",
        lambda request: (
            sent.append(request.headers.get("idempotency-key")) if "/answer" in request.url else None
        ),
    )
    future = ask(server, "Impatient")
    open_call(page, "Impatient")
    page.fill("#reply-text", "once")
    page.evaluate("""() => {
      const key = () => document.querySelector("#reply-text").dispatchEvent(
        new KeyboardEvent("keydown", { key: "Enter", ctrlKey: true, bubbles: true, cancelable: true }));
      key(); key(); document.querySelector("#send").click(); key();
    }""")
    assert future.result(20).choices[0].message.content == "once"
    expect(page.locator(".notice")).to_have_count(1)
    assert len(sent) == 1 and sent[0]


def test_a_draft_is_kept_for_each_call_up_to_fifty(server: Server, open_page: OpenPage) -> None:
    page = open_page(server.url)
    left = page.evaluate("""async () => {
      const { saveDraft, loadDraft } = await import("/static/js/drafts.js");
      for (let n = 0; n < 60; n += 1) saveDraft(`call-${n}`, { body: String(n) });
      saveDraft("call-59", null);
      return [loadDraft("call-0"), loadDraft("call-9"), loadDraft("call-10"), loadDraft("call-58"), loadDraft("call-59")];
    }""")
    assert left == [None, None, {"body": "10"}, {"body": "58"}, None]


def test_axe_finds_nothing_grave_in_any_view(server: Server, open_page: OpenPage, ask: Ask) -> None:
    schema = {"type": "json_schema", "json_schema": {"name": "trip", "schema": TRIP}}
    ask(server, "Everything", tools=TOOLS, response_format=schema)
    page = open_page(server.url)
    open_call(page, "Everything")
    page.get_by_text("Headers and retries").click()
    for name in ("Text", "Tool call", "Schema", "Refusal", "Error"):
        kind(page, name)
        axe(page, within="#reply")
        fits(page, 390, 1440)
    write_json(page, '{"content": "hi", "finish_reason": "banana"}')
    expect(page.locator("#reply-json .cm-lintRange-warning")).to_have_count(1)
    axe(page, within="#reply")


def test_on_a_phone_the_bar_stays_while_the_rest_scrolls(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    ask(server, "On a phone", tools=TOOLS)
    page = open_page(server.url, width=390)
    open_call(page, "On a phone")
    kind(page, "Tool call")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(page.locator("#send")).to_be_in_viewport()
    page.get_by_text("Headers and retries").click()
    page.get_by_role("button", name="+ header").scroll_into_view_if_needed()
    page.get_by_role("button", name="+ header").click()
    page.evaluate("scrollTo(0, 0)")
    expect(page.locator("#send")).to_be_in_viewport()


def test_a_tool_call_is_composed_by_keyboard_alone(server: Server, open_page: OpenPage, ask: Ask) -> None:
    page = open_page(server.url)
    future = ask(server, "Keys only", tools=TOOLS)
    expect(page.locator("#waiting .row")).to_have_count(1)
    for key in ("j", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("#call .card")).to_contain_text("Keys only")
    page.keyboard.press("c")
    wait_for(lambda: server.waiting(1)[0]["claimed_by"] == "alice")
    expect(page.locator(".kinds label", has_text="Tool call")).to_be_visible()  # what it offers has come
    page.keyboard.press("r")
    page.wait_for_function("document.activeElement.closest('#reply')")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("Tool of call 1")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Tool of call 1")).to_have_value("refund_order")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("5")
    page.keyboard.press("Control+Enter")
    [call] = future.result(20).choices[0].message.tool_calls
    assert json.loads(call.function.arguments)["order_id"] == 5
