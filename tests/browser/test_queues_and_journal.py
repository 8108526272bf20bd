"""The queues' page in a real browser."""

import json
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Ask, OpenPage
from tests.conftest import Server

Start = Callable[..., Server]


def test_a_queue_is_filled_imported_exported_and_cleared(
    server: Server, open_page: OpenPage, ask: Ask, tmp_path: Path
) -> None:
    page = open_page(f"{server.url}/queues")
    page.fill("#add-caller", "ci-7")
    page.fill("#add-text", "Prepared")
    page.click("#add [type=submit]")
    expect(page.locator(".entry")).to_have_count(1)
    expect(page.locator("#callers .row", has_text="ci-7").locator(".count")).to_have_text("1")
    file = tmp_path / "queue.json"
    file.write_text(json.dumps([{"content": "From a file"}, "not an object"]))
    page.set_input_files("#import", file)
    expect(page.locator(".entry")).to_have_count(2)
    expect(page.locator("#import-problem")).to_contain_text("#2")
    with page.expect_download() as download:
        page.click("[data-export]")
    entries = json.loads(download.value.path().read_text())
    assert [entry["response"]["content"] for entry in entries] == ["Prepared", "From a file"]
    page.locator(".entry summary").nth(1).click()
    expect(page.locator(".entry pre").nth(1)).to_contain_text('"content": "From a file"')
    assert ask(server, "Hello").result(20).choices[0].message.content == "Prepared"
    expect(page.locator(".entry")).to_have_count(1)
    page.click("#clear")
    page.click("#ask-ok")
    expect(page.locator("#entries")).to_contain_text("This queue is empty.")
    assert server.api.get("/api/preset-queue/ci-7").json()["count"] == 0


def test_one_entry_is_deleted_and_json_is_refused_in_words(server: Server, open_page: OpenPage) -> None:
    server.queue("ci-7", {"content": "one"}, {"content": "two"})
    page = open_page(f"{server.url}/queues?caller=ci-7")
    page.get_by_role("button", name="Delete entry 1").click()
    expect(page.locator(".entry")).to_have_count(1)
    expect(page.locator(".entry")).to_contain_text("two")
    page.get_by_role("radio", name="JSON").check()
    page.fill("#add-json", "[1]")
    page.click("#add [type=submit]")
    expect(page.locator("#add [data-problem]")).to_contain_text("has to be a JSON object")


def test_the_fallback_is_switched(server: Server, open_page: OpenPage, ask: Ask) -> None:
    page = open_page(f"{server.url}/queues")
    page.get_by_text("Answer it").click()
    expect(page.locator(".mode")).to_have_attribute("data-mode", "auto")
    assert ask(server, "Hello").result(20).choices[0].message.content
    page.goto(server.url)
    expect(page.locator("#empty")).to_contain_text("answered automatically at the moment")
