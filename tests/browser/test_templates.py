"""The library in a browser: a template is found, tried, written, and chosen where a reply is written."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import OpenPage
from tests.conftest import Server, wait_for


def test_a_ready_template_shows_what_goes_out_and_cannot_be_changed(
    server: Server, open_page: OpenPage
) -> None:
    page = open_page(f"{server.url}/templates")
    page.fill("#filter", "too many requests")
    expect(page.locator("[data-find]:visible")).to_have_count(1)
    page.click("[data-find]:visible a")
    expect(page.locator("#try-body")).to_contain_text("Rate limit reached for gpt-4o")
    expect(page.locator("#t-response")).to_be_disabled()
    page.fill("#try-vars", '{"limit": 77}')
    expect(page.locator("#try-body")).to_contain_text("Limit 77")


def test_a_template_is_written_tried_kept_and_deleted(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/templates?copy=echo")
    page.fill("#t-name", "shout")
    page.fill("#t-response", '{"content": "{{ before }}{{ last_message|uper }}"}')
    problems = page.locator("#template .field-problem")
    expect(page.locator("[data-field=response] .field-problem")).to_contain_text("No filter named 'uper'")
    expect(page.locator("#t-response")).to_have_attribute("aria-invalid", "true")
    page.fill("#t-delay", "soon")
    page.fill("#t-variables", "{")
    expect(page.locator("[data-field=variables] .field-problem")).to_contain_text("This is not JSON")
    page.fill("#t-variables", '{"before": {"default": "Hey! "}}')
    expect(page.locator("[data-field=delay_ms] .field-problem")).to_contain_text("must be")
    expect(problems).to_have_count(2)  # each thing by itself, and nowhere else
    expect(page.locator("#template-problem")).to_be_hidden()
    page.fill("#t-delay", "")
    page.fill("#t-response", '{"content": "{{ before }}{{ last_message|upper }}"}')
    page.fill("#t-name", "Shout!")  # what it is called is nothing that goes out
    expect(page.locator("#try-body")).to_contain_text("Hey! WHAT IS THE WEATHER IN OSLO?")
    expect(page.locator("#try-vars")).to_have_attribute("placeholder", '{"before":"Hey! "}')
    page.press("#t-response", "Control+Enter")
    wrong_name = page.locator("[data-field=name] .field-problem")
    expect(wrong_name).to_contain_text("must be 1 to 64 characters")
    expect(page.locator("#t-name")).to_be_focused()
    page.fill("#try-vars", '{"before": "Oh, "}')
    expect(page.locator("#try-body")).to_contain_text("Oh, WHAT")
    expect(wrong_name).to_be_visible()  # also after it was tried
    page.fill("#t-name", "echo")
    expect(wrong_name).to_have_count(0)
    page.press("#t-response", "Control+Enter")
    expect(wrong_name).to_contain_text("echo")  # it is taken
    page.fill("#t-name", "shout")
    page.press("#t-response", "Control+Enter")
    page.wait_for_url("**/templates/shout")
    expect(page.locator("#try-vars")).to_have_value('{"before": "Oh, "}')  # what was tried is tried still
    expect(page.locator("#try-body")).to_contain_text("Oh, WHAT")
    expect(page.locator("#library [aria-current]")).to_be_in_viewport(ratio=1)
    expect(page.locator("#template-unsaved")).to_be_hidden()
    assert server.api.get("/api/templates/shout").json()["changed_by"] == "alice"
    page.click("#delete-template")
    page.click("#ask-ok")
    page.wait_for_url("**/templates")
    assert server.api.get("/api/templates/shout").status_code == 404


def test_what_is_not_saved_is_there_again_until_it_is_saved_or_discarded(
    server: Server, open_page: OpenPage
) -> None:
    path, one = "/api/templates/a-draft", {"content": "one"}
    template = {"name": "a-draft", "category": "own", "response": one}
    assert server.api.post("/api/templates", json=template).status_code == 200
    page = open_page(f"{server.url}/templates/a-draft")
    response, unsaved = page.locator("#t-response"), page.locator("#template-unsaved")
    saved = '{\n  "content": "one"\n}'
    expect(response).to_have_value(saved)
    response.fill('{"content": "two"}')
    expect(unsaved).to_be_visible()
    page.locator("#main").press("n")
    page.wait_for_url(lambda url: url.endswith("?new"))
    expect(unsaved).to_be_hidden()
    page.fill("#t-name", "a-new-one")
    page.click("#library a:has-text('a-draft')")
    expect(response).to_have_value('{"content": "two"}')
    expect(page.locator("#try-body")).to_contain_text("two")
    expect(unsaved).to_contain_text("Not saved yet")
    page.click("#new-template")
    expect(page.locator("#t-name")).to_have_value("a-new-one")
    expect(unsaved).to_be_visible()
    unsaved.get_by_role("button", name="Discard").click()
    expect(page.locator("#t-name")).to_have_value("")
    expect(unsaved).to_be_hidden()
    page.locator(".notice").get_by_role("button", name="Undo").click()
    expect(page.locator("#t-name")).to_have_value("a-new-one")
    expect(unsaved).to_be_visible()
    # It was changed by others, meanwhile: whoever goes on with it hears so.
    server.api.patch(path, json={"response": {"content": "three"}}, headers={"x-mock-person": "bob"})
    page.click("#library a:has-text('a-draft')")
    expect(page.locator("#template-newer")).to_contain_text("bob has changed this, too")
    expect(response).to_have_value('{"content": "two"}')
    page.get_by_role("button", name="Save mine over it").click()
    expect(page.locator("#notices")).to_contain_text("Saved.")
    expect(unsaved).to_be_hidden()
    page.reload()
    expect(page.locator("#try-body")).to_contain_text("two")
    expect(response).to_have_value('{\n  "content": "two"\n}')  # as the server has it
    expect(unsaved).to_be_hidden()
    server.api.delete(path)


def chosen(page: Page, name: str, *, by_name: bool) -> None:
    page.click("[data-templates] > button")
    page.fill("[data-templates] input", name)
    row = page.locator("[data-templates] li").first
    row.locator("[data-named]" if by_name else "[data-fill]").click()


@pytest.mark.parametrize("by_name", [True, False])
def test_a_template_is_chosen_for_a_queue(server: Server, open_page: OpenPage, by_name: bool) -> None:
    page = open_page(f"{server.url}/queues/ci")
    page.click("#new")
    chosen(page, "quota", by_name=by_name)
    page.click("#entry button[type=submit]")
    expect(page.locator(".entry")).to_have_count(1)
    [item] = server.api.get("/api/preset-queue/ci").json()["items"]
    if by_name:
        assert item["template"] == "quota"
        page.click("[data-duplicate]")
        expect(page.locator(".entry")).to_have_count(2)
    else:
        assert (item["status_code"], item["response"]["error"]["code"]) == (429, "insufficient_quota")
    page.click(".entry >> nth=0 >> [data-open]")
    expect(page.locator("#entry-title")).to_contain_text("Preset")
    page.fill("#entry input[name=label]", "named")
    page.click("#entry button[type=submit]")
    expect(page.locator(".entry b").first).to_have_text("named")
    assert server.api.get("/api/preset-queue/ci").json()["items"][0].get("template") == item.get("template")


STEPS = [{"content": "a"}, {"content": "b"}, {"content": "c"}]


def test_all_but_what_is_changed_stays_as_it_was(server: Server, open_page: OpenPage) -> None:
    for entry in (
        {"template": "rate-limit", "seed": 3, "uses": 5},
        {"template": "rate-limit", "status_code": 200},
        {"response": {"content": "{{ model }}"}, "render": True, "seed": 7, "given": 4},
        {"sequence": STEPS, "given": 1},
        {"sequence": STEPS, "order": "random", "weights": [1, 2, 3], "seed": 5, "given": 9, "uses": None},
    ):
        assert server.api.post("/api/preset-queue/ci", json=entry).status_code == 200
    before = server.api.get("/api/preset-queue/ci").json()["items"]
    page = open_page(f"{server.url}/queues/ci")
    for place in range(len(before)):
        page.click(f".entry >> nth={place} >> [data-open]")
        expect(page.locator("#entry-title")).to_have_text(f"Preset {place + 1}")
        page.click("#entry button[type=submit]")
        expect(page.locator("#notices")).to_contain_text("Nothing was changed.")
        expect(page.locator("#entry")).to_be_hidden()
        page.click(f".entry >> nth={place} >> [data-open]")
        page.fill("#entry-label", "named")
        with page.expect_response(lambda answer: answer.request.method == "PATCH") as saved:
            page.click("#entry button[type=submit]")
        assert saved.value.status == 200, saved.value.text()
        assert saved.value.request.post_data_json == {"label": "named"}
        expect(page.locator("#entry")).to_be_hidden()
    named = [{**item, "label": "named"} for item in before]
    assert server.api.get("/api/preset-queue/ci").json()["items"] == named
    page.click(".entry >> nth=3 >> [data-duplicate]")  # with what was given of it
    expect(page.locator(".entry")).to_have_count(6)
    half, copy = server.api.get("/api/preset-queue/ci").json()["items"][3:5]
    assert {**copy, "id": half["id"], "created_at": half["created_at"]} == half


def test_what_others_change_is_seen_at_once_and_takes_nothing_from_who_writes(
    server: Server, open_page: OpenPage
) -> None:
    template = {"name": "a-greeting", "category": "own", "response": {"content": "one"}}
    page = open_page(f"{server.url}/templates")
    page.fill("#filter", "greeting")
    assert server.api.post("/api/templates", json=template).status_code == 200
    expect(page.locator("[data-find]:visible")).to_have_text("a-greeting")
    page.click("[data-find]:visible a")
    page.wait_for_selector("#connection[data-state=open]")
    path = "/api/templates/a-greeting"
    server.api.patch(path, json={"response": {"content": "two"}})
    expect(page.locator("#t-response")).to_have_value('{\n  "content": "two"\n}')
    expect(page.locator("#try-body")).to_contain_text("two")
    page.fill("#t-response", '{"content": "mine"}')
    server.api.patch(path, json={"response": {"content": "three"}}, headers={"x-mock-person": "bob"})
    newer = page.locator("#template-newer")
    expect(newer).to_contain_text("bob has changed this, too")
    expect(page.locator("#t-response")).to_have_value('{"content": "mine"}')
    page.get_by_role("button", name="Save mine over it").click()
    expect(page.locator("#notices")).to_contain_text("Saved.")
    expect(newer).to_be_hidden()
    assert server.api.get(path).json()["response"] == {"content": "mine"}
    page.fill("#t-response", '{"content": "mine, again"}')
    server.api.patch(path, json={"response": {"content": "four"}}, headers={"x-mock-person": "bob"})
    page.get_by_role("button", name="Show theirs, drop mine").click()
    expect(page.locator("#t-response")).to_have_value('{\n  "content": "four"\n}')
    server.api.delete(path)
    expect(newer).to_contain_text("was deleted meanwhile")
    expect(page.locator("#library [data-find*=greeting]")).to_have_count(0)


def test_what_is_written_while_it_is_saved_is_not_taken_for_saved(
    server: Server, open_page: OpenPage
) -> None:
    path = "/api/templates/a-late-one"
    template = {"name": "a-late-one", "category": "own", "response": {"content": "one"}}
    assert server.api.post("/api/templates", json=template).status_code == 200
    page = open_page(f"{server.url}/templates/a-late-one")
    late: list[Route] = []
    page.route(f"**{path}", lambda route: late.append(route))
    page.fill("#t-response", '{"content": "two"}')
    page.press("#t-response", "Control+Enter")
    wait_for(lambda: late or page.wait_for_timeout(20))
    page.fill("#t-response", '{"content": "three"}')
    late[0].continue_()
    expect(page.locator("#notices")).to_contain_text("Saved.")
    server.api.patch(path, json={"response": {"content": "four"}}, headers={"x-mock-person": "bob"})
    expect(page.locator("#template-newer")).to_contain_text("bob has changed this, too")
    expect(page.locator("#t-response")).to_have_value('{"content": "three"}')
    server.api.delete(path)
