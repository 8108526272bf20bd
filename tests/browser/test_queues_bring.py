"""Many entries at once in a real browser: pasted, dropped or chosen, and looked at first."""

import json
from pathlib import Path

from playwright.sync_api import FileChooser, Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.test_queues import contents, said, words
from tests.conftest import Server, wait_for

DROP = """([name, text]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name, { type: "application/json" }));
  for (const kind of ["dragenter", "dragover", "drop"]) {
    const event = new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true });
    document.querySelector(".pane-call").dispatchEvent(event);
  }
}"""


def paste(page: Page, text: str) -> None:
    page.keyboard.press("v")
    page.fill("#bring-text", text)


WAYS = {
    "array": '[{"content": "one"}, {"content": "two"}]',
    "lines": '{"content": "one"}\n{"content": "two"}\n',
    "one after another": '{\n  "content": "one"\n}\n\n{\n  "content": "two"\n}',
    "with commas": '{"content": "one"}, {"content": "two"}',
    "a batch": '{"responses": [{"content": "one"}, {"content": "two"}]}',
}


def test_several_bodies_are_pasted_in_any_of_the_usual_ways(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/queues/ci-7")
    paste(page, "")
    for way, text in WAYS.items():
        page.fill("#bring-text", "")
        expect(page.locator("#bring [data-good] .entry-words"), way).to_have_count(0)
        page.fill("#bring-text", text)
        expect(page.locator("#bring [data-sum]"), way).to_have_text("2 presets will be added.")
        expect(page.locator("#bring [data-good] .entry-words"), way).to_have_text(["one", "two"])
    assert contents(server) == []
    page.click("[data-commit]")
    expect(words(page)).to_have_text(["one", "two"])
    assert contents(server) == ["one", "two"]


def test_what_is_wrong_in_a_paste_is_told_by_its_line_and_left_out(
    server: Server, open_page: OpenPage
) -> None:
    page = open_page(f"{server.url}/queues/ci-7")
    lines = [
        '{"content": "good"}',
        '{"content": "never ends}',
        "17",
        '{"response": {"content": "x"}, "status_code": 99}',
        '{"response": {"content": "numbers", "n": 1.50}, "uses": null}',
    ]
    paste(page, "\n".join(lines))
    expect(page.locator("#bring [data-sum]")).to_have_text(
        "2 presets will be added. 3 cannot be used and are left out:"
    )
    wrong = page.locator("#bring [data-wrong] li")
    expect(wrong).to_have_count(3)
    expect(wrong.nth(0)).to_contain_text("preset 2, line 2: This is not JSON")
    expect(wrong.nth(1)).to_contain_text("preset 3, line 3: 17 is not an object")
    expect(wrong.nth(2)).to_contain_text("preset 4, line 4: status_code")
    page.click("[data-commit]")
    expect(words(page)).to_have_text(["good", "numbers"])
    assert "1.50" in server.api.get("/api/preset-queue/ci-7").text


def test_what_is_wrong_in_one_line_is_told_by_its_number_in_order(
    server: Server, open_page: OpenPage
) -> None:
    page = open_page(f"{server.url}/queues/ci-7")
    paste(page, '[{"content": "good"}, 5, {"response": {}, "status_code": 99}, "text", {"content": 7}]')
    wrong = page.locator("#bring [data-wrong] li")
    expect(wrong.nth(0)).to_contain_text("preset 2: 5 is not an object")
    expect(wrong.nth(1)).to_contain_text("preset 3: status_code")
    expect(wrong.nth(2)).to_contain_text('preset 4: "text" is not an object')
    expect(page.locator("#bring [data-doubts] li")).to_contain_text(
        ["preset 5: response.content is an integer"]
    )


def test_a_text_that_is_pasted_anywhere_opens_the_preview(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/queues/ci-7")
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.setData("text", '{"content": "from the clipboard"}');
          document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
        }"""
    )
    expect(page.locator("#bring [data-good]")).to_contain_text("from the clipboard")
    assert contents(server) == []


def test_a_dropped_file_is_looked_at_before_anything_is_written(server: Server, open_page: OpenPage) -> None:
    server.queue("ci-7", *said("there already"))
    page = open_page(f"{server.url}/queues/ci-7")
    page.evaluate(DROP, ["queue.json", json.dumps([*said("one", "two"), "no object"])])
    expect(page.locator("#bring [data-file]")).to_have_text("queue.json")
    expect(page.locator("#bring [data-wrong]")).to_contain_text(
        'preset 3: must be an object like {"content": …}'
    )
    expect(page.locator("#bring .entry-place")).to_have_text(["2", "3"])
    assert contents(server) == ["there already"]
    page.click("[data-commit]")
    expect(words(page)).to_have_text(["there already", "one", "two"])


def test_a_chosen_file_that_is_no_queue_says_why_and_adds_nothing(
    server: Server, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(f"{server.url}/queues/ci-7")
    file = tmp_path / "broken.json"
    file.write_text("[{")
    choosers: list[FileChooser] = []
    page.on("filechooser", lambda chooser: choosers.append(chooser))
    while not choosers:  # Playwright's watch for it may begin after a first press
        page.keyboard.press("i")
        page.wait_for_timeout(100)
    choosers[0].set_files(file)
    expect(page.locator("#bring [data-problem]")).to_contain_text("not JSON that can be read")
    expect(page.locator("[data-commit]")).to_be_disabled()


def test_an_export_imports_again_to_the_same_queue(
    server: Server, open_page: OpenPage, tmp_path: Path
) -> None:
    server.queue("ci-7", *said("one"), label="first", uses=None, delay_ms=5)
    page = open_page(f"{server.url}/queues/ci-7")
    page.click("#export")
    with page.expect_download() as download:
        page.click("[data-export=full]")
    file = tmp_path / "queue.json"
    file.write_bytes(download.value.path().read_bytes())
    page.goto(f"{server.url}/queues/ci-8")
    page.set_input_files("#file", file)
    expect(page.locator("[data-commit]")).to_have_text("Add 1 preset")
    page.click("[data-commit]")
    expect(words(page)).to_have_text(["first one"])
    old, new = (server.api.get(f"/api/preset-queue/{name}").json()["items"][0] for name in ("ci-7", "ci-8"))
    for item in (old, new):
        del item["id"], item["created_at"]
    assert old == new


def test_a_large_file_shows_its_first_entries_and_how_far_it_is(
    server: Server, open_page: OpenPage, tmp_path: Path
) -> None:
    file = tmp_path / "large.json"
    file.write_text(json.dumps(said(*(f"{number} {'x' * 500}" for number in range(5000)))))
    page = open_page(f"{server.url}/queues/ci-7")
    page.evaluate(
        """() => {
          window.seen = [];
          const bar = document.querySelector("#bring [data-progress]");
          new MutationObserver(() => window.seen.push(!bar.hidden)).observe(bar, { attributes: true });
        }"""
    )
    page.set_input_files("#file", file)
    expect(page.locator("[data-commit]")).to_have_text("Add 5,000 presets", timeout=30_000)
    expect(page.locator("#bring [data-good] li")).to_have_count(50)
    expect(page.locator("#bring [data-more]")).to_have_text("and 4,950 more after these")
    assert True in page.evaluate("window.seen")
    page.click("[data-commit]")
    expect(page.locator("#state")).to_contain_text("5,000 presets", timeout=30_000)
    wait_for(lambda: server.api.get("/api/preset-queue/ci-7/entries?limit=1").json()["count"] == 5000)


def test_what_is_doubtful_in_a_paste_is_told_and_added_all_the_same(
    server: Server, open_page: OpenPage
) -> None:
    page = open_page(f"{server.url}/queues/ci-7")
    paste(page, '{"content": "good"}\n{"response": {"content": "one"}}\n{"contnet": "slip"}')
    expect(page.locator("#bring [data-sum]")).to_have_text("3 presets will be added.")
    doubts = page.locator("#bring [data-doubts] li")
    expect(doubts.nth(0)).to_contain_text(
        "preset 2, line 2: response.response looks like a preset of a queue"
    )
    expect(doubts.nth(1)).to_contain_text("preset 3, line 3: response.contnet is no field")
    page.fill("#bring-text", '{"content": "good"}')
    expect(page.locator("#bring [data-doubt]")).to_be_hidden()
