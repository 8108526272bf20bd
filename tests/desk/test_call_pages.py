"""What the pages of a call give, and refuse."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from apps.desk.cards import read_cards
from apps.desk.offers import read_tools, schema_name
from apps.desk.pictures import is_picture, read_picture
from apps.desk.templatetags.visible import visible
from tests.callers import CALL
from tests.conftest import Server

GIF = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA="


def ask(server: Server, **fields: Any) -> str:
    """Makes a call that a preset answers; its exchange."""
    server.queue("ci-7", {"content": "done"})
    answer = server.api.post("/as/ci-7/v1/chat/completions", json={**CALL, **fields})
    assert answer.status_code == 200
    return server.api.get("/api/exchanges").json()["items"][0]["id"]


def held(server: Server, path: str, body: dict[str, Any], family: str) -> str:
    """Makes a call that waits; the page that shows it."""
    assert server.api.put("/api/fallback", json={family: "manual"}).status_code == 200
    with ThreadPoolExecutor(1) as pool:
        pool.submit(server.api.post, f"/as/ci-7/v1{path}", json=body)
        [item] = server.waiting(1)
        page = server.api.get(f"/desk/call/{item['id']}").text
        wanted = server.api.get(f"/desk/call/{item['id']}/compose").json()
        assert server.answer(item["id"], "It leaves at nine.").status_code == 200
    return page + str(wanted["tools"])


def create(server: Server, path: str, body: dict[str, Any]) -> str:
    made = server.api.post(f"/as/ci-7/v1{path}", json=body)
    assert made.status_code == 200, made.text
    return str(made.json()["id"])


def test_a_response_that_waits_is_shown_with_the_ones_that_it_goes_on_with(server: Server) -> None:
    server.queue("ci-7", {"content": "There is a ferry."})
    first = create(server, "/responses", {"model": "gpt-4o", "input": "How do I get to Askøy?"})
    asked = {"model": "gpt-4o", "input": "When does it leave?", "previous_response_id": first}
    page = held(server, "/responses", asked, "text")
    for said in ("How do I get to Askøy?", "There is a ferry.", "When does it leave?"):
        assert said in page


def test_a_run_that_waits_is_shown_with_its_thread_and_its_assistant(server: Server) -> None:
    tool = {"type": "function", "function": {"name": "find_ferry"}}
    about = {"model": "gpt-4o", "instructions": "Be brief.", "tools": [tool]}
    assistant = create(server, "/assistants", about)
    thread = create(server, "/threads", {"messages": [{"role": "user", "content": "When does it leave?"}]})
    page = held(server, f"/threads/{thread}/runs", {"assistant_id": assistant}, "assistants")
    for said in ("Be brief.", "When does it leave?", "find_ferry"):
        assert said in page


@pytest.mark.parametrize(
    "path",
    [
        "no-such-call",
        "no-such-call/story",
        "no-such-call/text/call",
        "{id}/text/both",
        "{id}/card/0/7",
        "{id}/card/7/0",
        "{id}/picture/0/0",
        "{id}/picture/9/9",
        "{id}/tool/1",
        "{id}/schema",
        "no-such-call/earlier/3",
    ],
)
def test_what_is_not_there_is_a_404(server: Server, path: str) -> None:
    exchange_id = ask(server, tools=[{"type": "function", "function": {"name": "f"}}])
    assert server.api.get(f"/desk/call/{path.format(id=exchange_id)}").status_code == 404


def test_a_picture_is_given_as_what_it_is_and_can_do_nothing(server: Server) -> None:
    parts = [{"type": "image_url", "image_url": {"url": GIF}}]
    answer = server.api.get(
        f"/desk/call/{ask(server, messages=[{'role': 'user', 'content': parts}])}/picture/0/0"
    )
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/gif")
    assert answer.content.startswith(b"GIF89a")
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "url",
    [
        "data:image/svg+xml;base64,PHN2Zy8+",
        "data:text/html;base64,PGI+",
        "data:image/png,plain",
        "https://example.com/cat.png",
        "",
    ],
)
def test_only_a_picture_that_came_along_is_one(url: str) -> None:
    assert not is_picture(url)
    assert read_picture(url) is None


def test_a_picture_that_is_broken_is_none() -> None:
    assert read_picture("data:image/png;base64,A") is None


@pytest.mark.parametrize("shown", ["", "abc", "-1", "9" * 30, "٣"])
def test_any_number_of_rows_may_be_asked_for(server: Server, shown: str) -> None:
    assert server.api.get("/desk/waiting", params={"shown": shown}).status_code == 200


def test_the_earlier_messages_come_in_bounded_parts(server: Server) -> None:
    turns = [{"role": "user", "content": f"turn {number}"} for number in range(500)]
    path = f"/desk/call/{ask(server, messages=[{'role': 'system', 'content': 'Be brief.'}, *turns])}"
    assert "Show 494 earlier messages" in server.api.get(path).text
    part = server.api.get(f"{path}/earlier/495").text
    assert part.count("<section") == 200
    assert "Show 294 earlier messages" in part and "turn 294<" in part and "turn 493<" in part
    last = server.api.get(f"{path}/earlier/3").text
    assert last.count("<section") == 2 and "earlier message" not in last and "Be brief." not in last


def test_a_tool_s_result_has_the_name_of_what_was_called() -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "get_order", "arguments": "{}"}}
    messages = [
        {"role": "assistant", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "17"},
    ]
    assert [card.name for card in read_cards({"messages": messages})] == ["", "get_order"]
    tools = read_tools({"messages": messages, "tools": [call, {"function": {"name": "other"}}]})
    assert [(tool.name, tool.called) for tool in tools] == [("get_order", 1), ("other", 0)]


@pytest.mark.parametrize(
    "odd", [None, 1, "x", [], [None, 1, "x", []], {"a": 1}, [{"function": 1}, {"x": {}}]]
)
def test_a_body_of_any_shape_can_be_read(odd: Any) -> None:
    for name in ("content", "tool_calls", "function_call", "refusal", "name", "tool_call_id", "role"):
        read_cards({"messages": [{"role": "user", name: odd}]})
    read_cards({"messages": odd})
    read_tools({"messages": odd, "tools": odd})
    assert isinstance(schema_name({"response_format": odd}), str)
    for part in ("image_url", "input_image"):
        read_cards({"messages": [{"role": "user", "content": [{"type": part, "image_url": odd}]}]})


def test_long_texts_are_cut_and_instructions_sooner() -> None:
    messages = [{"role": role, "content": "x" * 1000} for role in ("system", "user")]
    rules, text = [card.pieces[0] for card in read_cards({"messages": messages})]
    assert (len(rules.shown), rules.is_cut, len(rules.text)) == (600, True, 1000)
    assert (len(text.shown), text.is_cut) == (1000, False)


def test_odd_characters_are_named_and_markup_is_escaped() -> None:
    assert visible("a\u202eb<i>") == 'a<span class="odd">U+202E</span>b&lt;i&gt;'
    assert visible("plain\r\n\ttext") == "plain\r\n\ttext"
    assert visible("lone\rreturn") == 'lone<span class="odd">U+000D</span>return'
    assert visible("👩\u200d🚀") == "👩\u200d🚀"
