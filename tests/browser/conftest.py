"""A real browser, watched: what it says against its policy, or breaks on, fails the test."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Literal

import openai
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    expect,
    sync_playwright,
)

from tests.conftest import PATIENCE_S, ROOT, Server, wait_for

HERE = Path(__file__).resolve().parent
AXE = ROOT / "tests" / "vendor" / "axe-core" / "axe.min.js"
# Debian's chromium, without windows where that package is there: the same engine for a third of the work.
CHROMIUM = next(
    (path for path in (Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium")) if path.exists()),
    None,
)
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
expect.set_options(timeout=PATIENCE_S / 2 * 1000)  # a busy machine takes longer, a broken page for ever
MISSING = "there is no Chromium: apt-get install chromium-headless-shell"

Ask = Callable[..., "Future[Any]"]
OpenPage = Callable[..., Page]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if CHROMIUM is None:
        terminalreporter.write_line(f"NO TEST IN A BROWSER WAS RUN: {MISSING}", red=True, bold=True)


class Contexts:
    """Browser contexts that go from test to test: what was fetched once is in their cache."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: dict[str, list[BrowserContext]] = {}  # by language
        self._used: list[tuple[str, BrowserContext]] = []

    def take(self, language: str) -> BrowserContext:
        """One that no other page of this test has."""
        free = self._free.setdefault(language, [])
        context = free.pop() if free else self._browser.new_context(locale=language, reduced_motion="reduce")
        self._used.append((language, context))
        return context

    def give_back(self) -> None:
        """After a test: nothing of its pages is left but the cache (and what FRESH clears)."""
        while self._used:
            language, context = self._used.pop()
            for page in context.pages:
                page.close()
            context.clear_cookies()
            context.clear_permissions()
            context.set_offline(False)
            self._free[language].append(context)


class _Running:
    """The browser of this process, from its first test of this folder to the last one in a row."""

    end: ExitStack | None = None
    browser: Browser
    contexts: Contexts


@pytest.fixture(scope="session")
def _closed_at_last(_writer_ends: None) -> Iterator[None]:
    """Before anything else of the session ends: see `pytest_runtest_teardown`."""
    yield
    _close()


@pytest.fixture
def browser(_closed_at_last: None) -> Browser:
    if CHROMIUM is None:
        pytest.skip(MISSING)
    if _Running.end is not None and not _Running.browser.is_connected():
        _close()  # it has crashed: the next test has one of its own
    if _Running.end is None:
        end = ExitStack()
        playwright = end.enter_context(sync_playwright())
        _Running.browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGS)
        end.callback(_Running.browser.close)
        _Running.contexts = Contexts(_Running.browser)
        _Running.end = end
    return _Running.browser


@pytest.fixture
def contexts(browser: Browser) -> Contexts:
    return _Running.contexts


def _close() -> None:
    if _Running.end is not None:
        _Running.end.close()
        _Running.end = None


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Playwright's loop counts as running as long as it is started: asynchronous tests would find it in their way."""
    if nextitem is not None and HERE not in nextitem.path.parents:
        _close()


# A new page has a session storage of its own: in it stands whether the other storage was emptied.
# What a page takes back by itself (a notice after 6 s, "Copied" after 2 s), and how long it waits for a pressed button
# to be let go (3 s), is for people: whoever looks on a busy machine comes later.
FRESH = """
const later = window.setTimeout;
window.setTimeout = (act, ms, ...given) => later(act, [2000, 3000, 6000].includes(ms) ? 60000 : ms, ...given);
if (!sessionStorage.getItem("test")) {
  localStorage.clear();
  sessionStorage.setItem("test", "begun");
  localStorage.setItem("mockopenai.person", %s);
}
"""


@pytest.fixture
def open_page(contexts: Contexts) -> Iterator[OpenPage]:
    """open_page(url): a page of its own browser context, live when returned.

    Whatever it says against its policy, logs as an error, or breaks on, fails the test at its end.
    """
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
        page = contexts.take(language).new_page()
        page.set_viewport_size({"width": width, "height": 860})
        page.emulate_media(color_scheme=scheme)
        page.set_default_timeout(PATIENCE_S * 1000)
        page.on("console", lambda message: complaints.append(message.text) if _is_wrong(message) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.add_init_script(FRESH % json.dumps(person))
        page.goto(url)
        if live:
            page.wait_for_selector("#connection[data-state=open]")
        return page

    yield opening
    contexts.give_back()
    assert complaints == []


def _is_wrong(message: ConsoleMessage) -> bool:
    """A refusal by the server, and a socket that is cut, are part of what is tested; all else is not."""
    expected = ("Failed to load resource", "WebSocket connection to")
    return "Content Security Policy" in message.text or (
        message.type == "error" and not message.text.startswith(expected)
    )


# In the dark only the colours are others: what depends on no colour was found in the light, or not at all.
AXE_RUN = """
(within) => axe
  .run(within, {
    resultTypes: ["violations"],
    ...(matchMedia("(prefers-color-scheme: dark)").matches && {runOnly: ["color-contrast", "link-in-text-block"]}),
  })
  .then(({violations}) => violations)
"""


def fits(page: Page, *widths: int) -> None:
    """Asserts that what is shown now is nowhere wider than its window: as it is, and at these widths."""
    size = page.viewport_size
    assert size is not None
    for width in widths or (size["width"],):
        page.set_viewport_size({"width": width, "height": size["height"]})
        # What is drawn to measure, charts above all, follows a frame later.
        wait_for(lambda: page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
    page.set_viewport_size(size)


def shows_whole(place: Locator) -> None:
    """Asserts that a text is cut nowhere, and nothing that sticks lies over its end."""
    expect(place).to_be_visible()
    wait_for(lambda: place.evaluate(WHOLE), timeout_s=5)


WHOLE = """
(place) => {
  const {left, bottom, width} = place.getBoundingClientRect();
  const top = document.elementFromPoint(left + Math.min(width / 2, 20), bottom - 3);
  return place.scrollWidth <= place.clientWidth && place.contains(top);
}
"""


def axe(page: Page, *, within: str = "html") -> None:
    """Asserts that axe finds nothing serious or critical in what is shown now, nor in the dark on a phone."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())  # past the page's policy, which is not about its tests
    _nothing_grave(page, within)
    size = page.viewport_size
    assert size is not None
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": size["height"]})
    _nothing_grave(page, within)
    page.set_viewport_size(size)
    page.emulate_media(color_scheme="light")


def _nothing_grave(page: Page, within: str) -> None:
    found = page.evaluate(AXE_RUN, within)
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
                for item in server.api.get("/api/desk").json().get("items", ()):  # none without a log-in
                    server.api.post(f"/api/desk/{item['id']}/abort?take_over=true")
        for client in clients:
            client.close()


def open_call(page: Page, text: str) -> None:
    """Opens the waiting call that says so."""
    page.locator("#waiting .row", has_text=text).click()
    expect(page.locator("#call .card").last).to_contain_text(text)


def asked(server: Server, open_page: OpenPage, ask: Ask, text: str, **fields: Any) -> Page:
    """A desk on which the call that says so was just made, and is open."""
    page = open_page(server.url)
    ask(server, text, **fields)
    open_call(page, text)
    return page
