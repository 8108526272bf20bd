"""A real browser, watched: what it says against its policy, or breaks on, fails the test."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal

import openai
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.conftest import ROOT, Server

AXE = ROOT / "tests" / "vendor" / "axe-core" / "axe.min.js"
CHROMIUM = Path("/usr/bin/chromium")
ARGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MISSING = f"there is no {CHROMIUM}: apt-get install chromium"

Ask = Callable[..., "Future[Any]"]
OpenPage = Callable[..., Page]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not CHROMIUM.exists():
        terminalreporter.write_line(f"NO TEST IN A BROWSER WAS RUN: {MISSING}", red=True, bold=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """For one module at a time: Playwright's loop counts as running as long as it is started, and
    asynchronous tests of other modules would find it in their way.
    """
    if not CHROMIUM.exists():
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGS)
        yield found
        found.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """open_page(url): a page of its own browser context, live when returned.

    Whatever it says against its policy, logs as an error, or breaks on, fails the test at its end.
    """
    contexts = []
    complaints: list[str] = []

    def opening(
        url: str,
        *,
        person: str = "alice",
        width: int = 1440,
        scheme: Literal["light", "dark"] = "light",
        language: str = "en",
        live: bool = True,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 860}, color_scheme=scheme, locale=language
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda message: complaints.append(message.text) if _is_wrong(message) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        context.add_init_script(
            f"localStorage.getItem('mockopenai.person') ?? localStorage.setItem('mockopenai.person', '{person}')"
        )
        page.goto(url)
        if live:
            page.wait_for_selector("#connection[data-state=open]")
        return page

    yield opening
    for context in contexts:
        context.close()
    assert complaints == []


def _is_wrong(message: ConsoleMessage) -> bool:
    """A refusal by the server, and a socket that is cut, are part of what is tested; all else is not."""
    expected = ("Failed to load resource", "WebSocket connection to")
    return "Content Security Policy" in message.text or (
        message.type == "error" and not message.text.startswith(expected)
    )


def axe(page: Page, *, within: str = "html") -> None:
    """Asserts that axe finds nothing serious or critical in what is shown now."""
    page.evaluate(AXE.read_text())  # past the page's policy, which is not about its tests
    found = page.evaluate(
        "(within) => axe.run(within, {resultTypes: ['violations']}).then(({violations}) => violations)",
        within,
    )
    grave = [
        f"{one['id']} ({one['impact']}): {node['html'][:200]} {node['failureSummary']}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]
    assert not grave, "\n".join([page.url, *grave])


@pytest.fixture
def ask() -> Iterator[Ask]:
    """ask(server, "Hello", caller="ci-7"): the SDK's call in a thread; a future of its completion."""
    with ThreadPoolExecutor(16) as pool:
        clients = []
        servers: list[Server] = []

        def asking(server: Server, content: str, *, caller: str = "ci-7", **fields: Any) -> "Future[Any]":
            client = openai.OpenAI(
                base_url=server.base_url, api_key=f"sk-mock-{caller}", max_retries=0, timeout=60
            )
            clients.append(client)
            servers.append(server)
            messages = fields.pop("messages", None) or [{"role": "user", "content": content}]
            model = fields.pop("model", "gpt-4o")
            return pool.submit(client.chat.completions.create, model=model, messages=messages, **fields)

        yield asking
        # A call that still waits would hold its thread, and the test's end, for a minute.
        for server in servers:
            if server.process.poll() is None:
                for item in server.api.get("/api/desk").json()["items"]:
                    server.api.post(f"/api/desk/{item['id']}/abort?take_over=true")
        for client in clients:
            client.close()


def open_call(page: Page, text: str) -> None:
    """Opens the waiting call that says so."""
    page.locator("#waiting .row", has_text=text).click()
    expect(page.locator("#call .card").last).to_contain_text(text)
