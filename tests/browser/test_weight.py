"""What the first view weighs, served as `make run` serves it: compressed, kept by the browser, the large libraries later."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import OpenPage
from tests.conftest import ROOT, Server

FIRST_VIEW_MAX_BYTES = 150_000  # on the wire, with every header
LATER = (
    "htmx",
    "alpine",
    "bootstrap.js",
    "codemirror",
    "js/code.",
    "js/trouble",
    "js/livereply",
    "js/livefield",
    "js/typing",
    "templatemenu",
    "matchfield",
)


@pytest.fixture
def collected(tmp_path: Path, start: Callable[..., Server]) -> Server:
    env = {"MOCKOPENAI_STATIC_ROOT": str(tmp_path / "static"), "MOCKOPENAI_DATA_DIR": str(tmp_path)}
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v", "0", "-i", "rest_framework"]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **env}, check=True, timeout=60)
    return start(MOCKOPENAI_STATIC_ROOT=env["MOCKOPENAI_STATIC_ROOT"])


class Scale:
    """Weighs what a page receives, by its address."""

    def __init__(self, page: Page) -> None:
        self.bytes: dict[str, int] = {}
        self.headers: dict[str, dict[str, str]] = {}
        self._names: dict[str, str] = {}
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.responseReceived", self._begin)
        session.on("Network.loadingFinished", self._end)

    def _begin(self, event: dict[str, Any]) -> None:
        response = event["response"]
        self._names[event["requestId"]] = response["url"]
        self.headers[response["url"]] = {name.lower(): value for name, value in response["headers"].items()}

    def _end(self, event: dict[str, Any]) -> None:
        if event["requestId"] in self._names:
            self.bytes[self._names[event["requestId"]]] = event["encodedDataLength"]


def view(page: Page, url: str) -> None:
    page.goto(url)
    page.wait_for_selector("#connection[data-state=open]")
    page.wait_for_load_state("networkidle")


def test_the_first_view_is_light_and_the_second_is_kept(
    collected: Server, browser: Browser, open_page: OpenPage
) -> None:
    page = browser.new_context().new_page()  # nothing is kept yet
    scale = Scale(page)
    view(page, collected.url)
    assert sum(scale.bytes.values()) < FIRST_VIEW_MAX_BYTES
    scripts = {url: headers for url, headers in scale.headers.items() if "/static/js/" in url}
    assert len(scripts) > 50
    assert all("immutable" in headers["cache-control"] for headers in scripts.values())
    large = [url for url in scripts if scale.bytes[url] > 1500]
    assert large and all(scripts[url].get("content-encoding") == "gzip" for url in large)
    assert not [url for url in scale.bytes for name in LATER if name in url]
    scale.bytes.clear()
    view(page, f"{collected.url}/journal")
    again = sum(size for url, size in scale.bytes.items() if "/static/" in url)
    assert again < FIRST_VIEW_MAX_BYTES / 4, "what every page needs was fetched anew"
    page.context.close()
    watched = open_page(collected.url)  # keeps to the policy like that, too
    watched.click("#hold")
    expect(watched.locator("[data-hold=manual]")).to_be_visible()


def test_a_menu_opens_at_the_first_click_even_if_nothing_led_there(
    server: Server, open_page: OpenPage
) -> None:
    page = open_page(server.url)
    page.evaluate("document.querySelector('#options').click()")
    expect(page.locator(".menu-options")).to_be_visible()
