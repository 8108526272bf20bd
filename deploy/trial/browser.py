"""A person at the desk: Chromium answers the call that waits."""

import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

ARGS = ["--headless", "--no-sandbox", "--disable-gpu"]


def answer_by_hand(url: str, text: str, picture: Path) -> None:
    chromium = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="en")
        page.goto(f"{url}/")
        page.locator("#waiting .row", has_text="Is anybody there?").click()
        page.fill("#reply-text", text)
        page.screenshot(path=picture)
        page.keyboard.press("Control+Enter")
        page.locator(".notice", has_text="Delivered").wait_for()
        browser.close()
