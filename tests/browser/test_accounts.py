"""A server with accounts, as people see it: log in, join by a link, see what one may not do, log out."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.accounts.keys import ACCOUNTS, PASSWORD, logged_in, post_form
from tests.browser.conftest import OpenPage, open_call
from tests.conftest import Server, start_server

Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    told = {**ACCOUNTS, "MOCKOPENAI_FALLBACK": "manual"}
    running = start_server(tmp_path_factory.mktemp("house"), **told)
    yield running
    running.stop()


def join(open_page: OpenPage, house: Server, name: str, role: str) -> Page:
    """A page of a new account, made by an invitation of alice's, which leads to the desk."""
    with closing(logged_in(house)) as alice:
        alice.get("/people")
        made = post_form(alice, "/people", do="invite", role=role, label=name).text
    found = re.search(r"/join/[\w-]+", made)
    assert found
    page = open_page(f"{house.url}{found[0]}", live=False)
    page.fill("input[name=name]", name)
    page.fill("input[type=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("#connection[data-state=open]")
    return page


def test_a_page_asks_for_the_login_and_leads_back(house: Server, open_page: OpenPage) -> None:
    page = open_page(f"{house.url}/queues", live=False)
    expect(page).to_have_url(re.compile(r"/login\?next=/queues$"))
    page.fill("input[name=name]", "alice")
    page.fill("input[name=password]", "not hers")
    page.keyboard.press("Enter")
    expect(page.get_by_text("do not belong together")).to_be_visible()
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("#connection[data-state=open]")
    expect(page).to_have_url(f"{house.url}/queues")
    expect(page.locator("#person")).to_contain_text("alice")


def test_an_operator_answers_under_their_own_name_and_logs_out(
    house: Server, open_page: OpenPage, ask: Ask
) -> None:
    page = join(open_page, house, "bob", "operator")
    reply = ask(house, "For bob", caller="ci-1")
    open_call(page, "For bob")
    page.locator("#reply textarea:visible").first.fill("by bob")
    page.keyboard.press("Control+Enter")
    assert reply.result(30).choices[0].message.content == "by bob"
    expect(page.locator("#hold")).to_be_disabled()
    with closing(logged_in(house)) as alice:
        [row] = alice.get("/api/exchanges?caller=ci-1").json()["items"]
    assert row["answered_by"] == "bob"
    page.locator("#person").click()
    page.get_by_role("menuitem", name="Log out").click()
    expect(page).to_have_url(re.compile("/login"))


def test_a_viewer_sees_a_call_and_cannot_answer_it(house: Server, open_page: OpenPage, ask: Ask) -> None:
    page = join(open_page, house, "charlie", "viewer")
    reply = ask(house, "For alice", caller="ci-2")
    open_call(page, "For alice")
    expect(page.locator("#reply .locked")).to_have_text("Needs the role operator")
    assert page.locator("#reply").evaluate("form => form.inert")
    with closing(logged_in(house)) as alice:
        [item] = alice.get("/api/desk").json()["items"]
        alice.post(f"/api/desk/{item['id']}/answer", json={"response": {"content": "by alice"}})
        alice.post("/api/preset-queue/ci-2", json={"response": {"content": "hi"}})
    assert reply.result(30).choices[0].message.content == "by alice"
    page.goto(f"{house.url}/queues/ci-2")
    for control in ("[data-grip]", "[data-duplicate]", "[data-delete]"):
        expect(page.locator(f"#entries {control}")).to_be_disabled()
        expect(page.locator(f"#entries {control}")).to_have_attribute("title", "Needs the role operator")
    for button in ("#new", "#paste", "#import", "#clear"):
        expect(page.locator(button)).to_be_disabled()


def test_a_viewer_s_keys_on_a_queue_are_locked_like_its_buttons(house: Server, open_page: OpenPage) -> None:
    with closing(logged_in(house)) as alice:
        alice.post("/api/preset-queue/ci-3/batch", json={"responses": [{"content": "a"}, {"content": "b"}]})
    page = join(open_page, house, "charlie-2", "viewer")
    page.goto(f"{house.url}/queues/ci-3")
    page.wait_for_selector("#connection[data-state=open]")
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.method) if "/api/" in one.url else None)
    for key, role in [
        *((key, "operator") for key in ("d", "Delete", "Alt+ArrowUp", "Alt+ArrowDown", "n", "v", "i")),
        ("p", "editor"),
        ("Shift+Delete", "editor"),
    ]:
        page.locator("#entries [data-open]").nth(1).focus()
        page.keyboard.press(key)
        told = page.locator(".notice", has_text=f"Needs the role {role}")
        expect(told).to_be_visible()
        told.locator(".notice-close").click()
        expect(told).to_have_count(0)
    expect(page.locator("#entries .entry-words")).to_have_text(["a", "b"])
    assert not [method for method in asked if method != "GET"]


def test_on_a_phone_roles_can_be_changed_and_the_bar_takes_two_lines(
    house: Server, open_page: OpenPage
) -> None:
    page = open_page(f"{house.url}/login?next=/people", live=False, width=390)
    page.fill("input[name=name]", "alice")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    buttons = page.locator(".accounts-people").get_by_role("button")
    expect(buttons.first).to_be_visible()
    page.wait_for_load_state()  # with its styles
    is_whole = """button => { const { left, right, top, height } = button.getBoundingClientRect();
        return [left + 2, right - 2].every((x) => document.elementFromPoint(x, top + height / 2) === button); }"""
    assert [buttons.nth(n).evaluate(is_whole) for n in range(2)] == [True, True]
    assert page.locator(".accounts-bar").evaluate("bar => bar.offsetHeight") <= 72
    assert page.evaluate("document.documentElement.scrollWidth") == 390
