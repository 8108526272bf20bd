"""The pages Settings and Docs: what is switched holds, what is shown is true, and every snippet does what it says."""

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, axe, fits
from tests.conftest import Server, wait_for

NODE = shutil.which("node")
RUN_S = 120
# What a mock's own environment does not have is compiled only.
FOREIGN = {"langchain": "langchain_openai", "llamaindex": "llama_index"}


def fallback(server: Server) -> dict[str, str]:
    return server.api.get("/api/fallback").json()


# --- settings ----------------------------------------------------------------------------------


def test_a_fallback_is_switched_by_keyboard_and_ends_where_the_arrows_ended(
    server: Server, open_page: OpenPage
) -> None:
    before = fallback(server)
    page = open_page(f"{server.url}/settings")
    page.focus("#fallback-text-manual")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.locator(".notice")).to_contain_text("Switched")
    wait_for(lambda: fallback(server) == before | {"text": "refuse"})
    expect(page.locator("#fallback-text-refuse")).to_be_checked()
    expect(page.locator("#fallback-text-refuse")).to_be_focused()
    expect(page.locator(".segments:has(#fallback-text-refuse) :checked + span")).to_have_text("REFUSE")
    expect(page.locator("#hold")).to_have_text(re.compile(r"Hold:\s*REFUSE"), use_inner_text=True)


def test_a_fallback_that_somebody_else_switches_is_seen_at_once(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/settings")
    expect(page.locator("#fallback-models-auto")).to_be_checked()
    server.api.put("/api/fallback", json={"models": "once", "text": "auto"})
    expect(page.locator("#fallback-models-once")).to_be_checked()
    expect(page.locator("#fallback-text-auto")).to_be_checked()


def test_a_switch_that_did_not_work_is_taken_back_and_said(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/settings")
    page.route("**/api/fallback", lambda route: route.abort())
    page.locator("label:has(#fallback-text-auto)").click()
    expect(page.locator(".notice[data-level=bad]")).to_be_visible()
    expect(page.locator("#fallback-text-manual")).to_be_checked()
    assert fallback(server)["text"] == "manual"


def test_what_this_browser_chooses_is_the_same_here_and_in_the_header(
    server: Server, open_page: OpenPage
) -> None:
    page = open_page(f"{server.url}/settings")
    page.get_by_role("radio", name="Dark").check(force=True)
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("checkbox", name="Play a sound").check()
    page.keyboard.press("m")
    expect(page.get_by_role("checkbox", name="Mute all of it")).to_be_checked()
    page.click("#options")
    expect(page.locator("[data-alert=sound]")).to_have_attribute("aria-checked", "true")
    page.click("button[data-theme=light]")
    expect(page.get_by_role("radio", name="Light")).to_be_checked()
    page.reload()
    expect(page.get_by_role("radio", name="Light")).to_be_checked()
    expect(page.get_by_role("checkbox", name="Play a sound")).to_be_checked()


def test_notifications_that_the_browser_refuses_stay_off(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/settings")
    page.evaluate("Notification.requestPermission = async () => 'denied'")
    page.get_by_role("checkbox", name="Desktop notification").click()
    expect(page.locator(".notice")).to_contain_text("does not allow notifications")
    expect(page.get_by_role("checkbox", name="Desktop notification")).not_to_be_checked()


def test_the_name_and_the_language_are_changed_here_too(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/settings")
    expect(page.locator("#own-name")).to_have_text("alice")
    page.focus("#change-name")
    page.keyboard.press("Enter")
    page.fill("#person-input", "Zoë")
    page.keyboard.press("Enter")
    expect(page.locator("#own-name")).to_have_text("Zoë")
    page.locator("label[lang=zh-hans]").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")


def test_a_setting_is_shown_with_its_variable_and_leads_to_its_meaning(
    start: Any, open_page: OpenPage
) -> None:
    page = open_page(start(MOCKOPENAI_HOLD_S="42").url + "/settings")
    row = page.locator("tr", has_text="MOCKOPENAI_HOLD_S")
    expect(row).to_contain_text("42 s")
    expect(row).to_contain_text("set")
    expect(page.locator("tr", has_text="MOCKOPENAI_JOURNAL_DAYS").locator(".chip")).to_have_count(0)
    expect(page.locator("#fallbacks")).to_contain_text("up to 42 s")
    row.get_by_role("link").click()
    expect(page.locator("tr:target")).to_contain_text("how long a call waits for a person")


# --- docs --------------------------------------------------------------------------------------


def snippets(page: Page, language: str) -> dict[str, str]:
    """The snippets of that language by name, in the page's order, as they would be copied."""
    found = page.locator(f"[data-snippet][data-language={language}]").evaluate_all(
        "(all) => all.map((one) => [one.dataset.snippet, one.querySelector('pre').textContent])"
    )
    return dict(found)


def run(command: list[str], cwd: Path, **env: str) -> str:
    """What a command prints; fails when it does."""
    ours = ("OPENAI_", "DJANGO_", "PYTEST_")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    done = subprocess.run(
        command, cwd=cwd, env={**inherited, **env}, capture_output=True, text=True, timeout=RUN_S
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def newest(server: Server) -> dict[str, Any]:
    return server.api.get("/api/exchanges?limit=1").json()["items"][0]


def docs_of(open_page: OpenPage, server: Server, caller: str) -> Page:
    server.api.put("/api/fallback", json={"text": "auto"})
    page = open_page(f"{server.url}/docs?caller={caller}")
    expect(page.locator("[data-caller]").first).to_have_text(caller)
    return page


def test_every_curl_snippet_runs_in_the_order_of_the_page(
    server: Server, open_page: OpenPage, tmp_path: Path
) -> None:
    texts = snippets(docs_of(open_page, server, "from-curl"), "bash")
    del texts["env"]  # below
    said = {name: run(["bash", "-euc", text], tmp_path) for name, text in texts.items()}
    assert '"choices"' in said["curl"]
    assert all('"gpt-4o"' in said[f"caller-{way}"] for way in ("path", "header", "key", "address"))
    assert '"added_count":3' in said["queue-curl"]
    assert '"success":true' in said["clear"]
    assert '"added_count":3' in said["import"]
    entries = server.api.get("/api/preset-queue/from-curl").json()["items"]
    assert [entry["status_code"] for entry in entries] == [200, 200, 429]


@pytest.mark.parametrize(
    ("way", "caller"),
    [("path", "way-1"), ("header", "way-1"), ("key", "way-1"), ("address", "127.0.0.1")],
)
def test_each_way_names_the_caller(
    server: Server, open_page: OpenPage, tmp_path: Path, way: str, caller: str
) -> None:
    text = snippets(docs_of(open_page, server, "way-1"), "bash")[f"caller-{way}"]
    run(["bash", "-euc", text], tmp_path)
    assert (newest(server)["caller"], newest(server)["endpoint"]) == (caller, "models.list")


def test_the_environment_variables_are_enough_for_the_sdk(
    server: Server, open_page: OpenPage, tmp_path: Path
) -> None:
    page = docs_of(open_page, server, "from-env")
    ask = "import openai; print(openai.OpenAI().models.list().data[0].id)"
    run(["bash", "-euc", f'{snippets(page, "bash")["env"]}\n"{sys.executable}" -c "{ask}"'], tmp_path)
    assert newest(server)["caller"] == "from-env"


def test_every_python_snippet_runs(server: Server, open_page: OpenPage, tmp_path: Path) -> None:
    texts = snippets(docs_of(open_page, server, "from-python"), "python")
    suite = texts.pop("pytest")
    for name, module in FOREIGN.items():
        if find_spec(module) is None:
            compile(texts.pop(name), name, "exec")
    said = {name: run([sys.executable, "-c", text], tmp_path).strip() for name, text in texts.items()}
    assert all(said.values())
    assert said["python"] == said["python-async"]
    assert said["queue-python"] == "1 in the queue"
    assert server.api.get("/api/preset-queue/from-python").json()["items"][0]["uses"] == 3
    (tmp_path / "test_refund.py").write_text(suite)
    assert "1 passed" in run([sys.executable, "-m", "pytest", "-q", "test_refund.py"], tmp_path)
    assert newest(server)["caller"].startswith("from-python-")


@pytest.mark.skipif(NODE is None, reason="there is no node")
def test_every_node_snippet_is_a_module(server: Server, open_page: OpenPage, tmp_path: Path) -> None:
    texts = snippets(docs_of(open_page, server, "from-node"), "javascript")
    assert {"node", "langchain-js", "ai-sdk"} == texts.keys()
    for name, text in texts.items():
        assert server.base_url in text and "sk-mock-from-node" in text
        module = tmp_path / f"{name}.mjs"
        module.write_text(text)
        run([str(NODE), "--check", str(module)], tmp_path)


def test_the_callers_name_is_filled_in_while_it_is_written_and_remembered(
    server: Server, open_page: OpenPage
) -> None:
    page = open_page(f"{server.url}/docs")
    page.keyboard.press("c")
    page.keyboard.type("ci-42")
    wrong = page.locator("[data-caller]").filter(has_not_text=re.compile("^ci-42$"))
    expect(wrong).to_have_count(0)
    assert page.locator("[data-caller]").count() > 15
    page.keyboard.type(" !")
    expect(page.locator("#caller")).to_have_attribute("aria-invalid", "true")
    expect(wrong).to_have_count(0)
    page.reload()
    expect(page.locator("#caller")).to_have_value("ci-42")
    page.goto(f"{server.url}/docs?caller=ci-7")
    expect(page.locator("#caller")).to_have_value("ci-7")


def test_a_name_that_cannot_be_one_is_not_taken_from_a_link(server: Server) -> None:
    text = server.api.get("/docs?caller=%3Cscript%3E").text
    assert "<script>&" not in text and "&lt;script" not in text
    assert "<span data-caller>me</span>" in text


def test_a_snippet_is_copied_with_the_name_in_it(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/docs?caller=ci-9")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    button = page.locator("[data-snippet=env] [data-copy]")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_text(re.compile("Copied"))
    wanted = f'export OPENAI_BASE_URL="{server.base_url}"\nexport OPENAI_API_KEY="sk-mock-ci-9"'
    assert page.evaluate("navigator.clipboard.readText()") == wanted


def test_the_keys_lead_from_section_to_section(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/docs")
    current = page.locator("#contents a[aria-current]")
    expect(current).to_have_text("Environment variables")
    for _ in range(2):
        page.keyboard.press("j")
    expect(current).to_have_text("Python, async")
    page.keyboard.press("k")
    expect(current).to_have_text("Python")
    expect(page.locator("#python")).to_be_focused()
    page.locator("#contents a").last.click()
    expect(page.locator("#guides")).to_be_in_viewport()
    expect(current).to_have_text("Guides and admin")


def test_the_docs_list_the_keys_of_the_desk(server: Server, open_page: OpenPage) -> None:
    keys = open_page(f"{server.url}/docs").locator("[data-desk-keys]")
    for text in ("write the reply", "type live", "go to the queues"):
        expect(keys.locator("dd", has_text=text)).to_have_count(1)


def test_every_link_of_the_docs_leads_somewhere(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/docs")
    ids = set(page.locator("[id]").evaluate_all("(all) => all.map((one) => one.id)"))
    for link in page.locator("#docs a, #contents a").all():
        path, _, place = (link.get_attribute("href") or "").partition("#")
        if not path:
            assert place in ids
            continue
        answer = server.api.get(path, follow_redirects=True)
        assert answer.status_code == 200, path
        assert not place or f'id="{place}"' in answer.text, f"{path}#{place}"


def test_behind_a_proxy_that_ends_tls_the_snippets_say_https(start: Any) -> None:
    server = start(
        MOCKOPENAI_TRUSTED_PROXIES="127.0.0.1/32", MOCKOPENAI_ALLOWED_HOSTS="mock.example,127.0.0.1"
    )
    headers = {"Host": "mock.example", "X-Forwarded-Proto": "https"}
    text = server.api.get("/docs", headers=headers).text
    assert 'base_url="https://mock.example/v1"' in text
    assert "http://mock.example" not in text


def test_axe_finds_nothing_serious_in_a_guide(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/docs/configuration#MOCKOPENAI_HOLD_S")
    for path in ("/docs/configuration", "/docs/rest", "/docs/architecture"):
        page.goto(server.url + path)
        page.wait_for_selector("#connection[data-state=open]")
        axe(page)
        fits(page, 390, 1440)
