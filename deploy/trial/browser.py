"""People in a browser: what alice and bob do on the pages, each in a browser of their own."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ARGS = ["--headless", "--no-sandbox", "--disable-gpu"]
OPEN = "#connection[data-state=open]"  # the page hears events


@contextmanager
def browser() -> Iterator[Page]:
    """A fresh one: nobody is logged in."""
    chromium = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=ARGS)
        yield opened.new_page(viewport={"width": 1440, "height": 900}, locale="en")
        opened.close()


def join(page: Page, address: str, name: str, password: str) -> None:
    """Makes the account that a link promises, which leads to the desk."""
    page.goto(address)
    _fill(page, name=name, password=password)
    page.wait_for_selector(OPEN)


def log_in(page: Page, url: str, name: str, password: str) -> None:
    """Asks for a page, is asked who it is, and is led back."""
    page.goto(f"{url}/queues")
    page.wait_for_url(re.compile(r"/login\?next=/queues$"))
    _fill(page, name=name, password=password)
    page.wait_for_selector(OPEN)
    page.wait_for_url(f"{url}/queues")


def log_out(page: Page) -> None:
    page.locator("#person").click()
    page.get_by_role("menuitem", name="Log out").click()
    page.wait_for_url(re.compile("/login"))


def is_refused(page: Page, url: str, name: str, password: str) -> bool:
    page.goto(f"{url}/login")
    _fill(page, name=name, password=password)
    page.get_by_text("do not belong together").wait_for()
    return "/login" in page.url


def change_password(page: Page, url: str, old: str, new: str) -> None:
    page.goto(f"{url}/password")
    _fill(page, old=old, new=new)
    page.get_by_text("Changed.").wait_for()


def invite(page: Page, url: str, name: str, role: str) -> str:
    """The link of an invitation, as the page shows it."""
    return _made(page, f"{url}/people", "invite", label=name, role=role)


def make_token(page: Page, url: str, role: str) -> str:
    return _made(page, f"{url}/tokens", "token", label="trial", role=role)


def issue_key(page: Page, url: str, caller: str) -> str:
    return _made(page, f"{url}/people", "key", caller=caller)


def answer_by_hand(page: Page, url: str, question: str, text: str, picture: Path) -> None:
    page.goto(f"{url}/")
    page.wait_for_selector(OPEN)
    page.locator("#waiting .row", has_text=question).click()
    page.fill("#reply-text", text)
    page.screenshot(path=picture)
    page.keyboard.press("Control+Enter")
    page.locator(".notice", has_text="Delivered").wait_for()


def _made(page: Page, address: str, what: str, **fields: str) -> str:
    page.goto(address)
    form = page.locator("form", has=page.locator(f"input[name=do][value={what}]"))
    for name, value in fields.items():
        field = form.locator(f"[name={name}]")
        if name == "role":
            field.select_option(value)
        else:
            field.fill(value)
    form.get_by_role("button").click()
    return page.locator(".accounts-secret").inner_text().strip()


def _fill(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        page.fill(f"input[name={name}]", value)
    page.keyboard.press("Enter")
