"""Takes the pictures of docs/screenshots/ of a server of its own: python tools/screenshots.py [NAME …]"""

import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import openai
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser.conftest import ARGS, CHROMIUM  # noqa: E402
from tests.conftest import Server, start_server  # noqa: E402

TARGET = ROOT / "docs" / "screenshots"
WIDE, PHONE = (1440, 900), (390, 844)


def tool(name: str, description: str, **properties: dict[str, Any]) -> dict[str, Any]:
    parameters = {"type": "object", "properties": properties, "required": list(properties)}
    return {
        "type": "function",
        "function": {"name": name, "description": description, "parameters": parameters},
    }


TOOLS = [
    tool("get_order", "Looks an order up", order_id={"type": "integer"}),
    tool(
        "refund_order",
        "Pays an order back",
        order_id={"type": "integer"},
        reason={"type": "string", "enum": ["damaged", "late", "unwanted"]},
        note={"type": "string"},
    ),
]
REFUND = [
    {"role": "system", "content": "You are a support assistant. Refund only what was shipped."},
    {"role": "user", "content": "Where is my order?"},
    {
        "role": "assistant",
        "tool_calls": [
            {
                "id": "call_1",
                "type": "function",
                "function": {"name": "get_order", "arguments": '{"order_id": 17}'},
            }
        ],
    },
    {"role": "tool", "tool_call_id": "call_1", "content": '{"status": "shipped", "parcel": "damaged"}'},
    {"role": "user", "content": "Refund order 17, please: the parcel came damaged."},
]


class Asking:
    """Calls that wait in threads of their own."""

    def __init__(self, server: Server, pool: ThreadPoolExecutor) -> None:
        self._server = server
        self._pool = pool

    def now(self, caller: str, messages: Any, **fields: Any) -> None:
        """Makes a call and is back when it is answered, whatever the answer."""
        url, key = self._server.base_url, f"sk-mock-{caller}"
        if isinstance(messages, str):
            messages = [{"role": "user", "content": messages}]
        with openai.OpenAI(
            base_url=url, api_key=key, max_retries=0, timeout=fields.pop("patience", 240)
        ) as client:
            try:
                answer = client.chat.completions.create(messages=messages, **{"model": "gpt-4o", **fields})
                list(answer) if fields.get("stream") else None
            except openai.OpenAIError:
                pass

    def later(self, *args: Any, **fields: Any) -> None:
        """Makes a call that waits for a person, and is back when it does."""
        waiting = len(self._server.api.get("/api/desk").json()["items"])
        self._pool.submit(self.now, *args, **fields)
        self._server.waiting(waiting + 1)


def fill(server: Server, asking: Asking) -> None:
    """A morning's work: queues, what was answered, and three calls that wait."""
    server.queue("ci-7", *[{"content": f"Answer {number} for the checkout test."} for number in range(1, 7)])
    server.queue(
        "dev",
        {"tool_calls": [{"name": "get_order", "arguments": {"order_id": 17}}]},
        {"response": {"error": {"message": "Slow down"}}, "status_code": 429, "label": "rate limit"},
        {"response": {"content": "Whenever you like."}, "uses": None, "label": "small talk"},
    )
    server.api.put("/api/fallback", json={"text": "auto"})
    for number in (1, 2, 3):
        asking.now("ci-7", f"Check out basket {number}")
    asking.now("dev", "Which order is it?", tools=TOOLS)
    asking.now("dev", "And again?", model="gpt-4o-mini")
    asking.now("dev", "Hello?", stream=True, model="o3-mini")
    for number in range(5):
        asking.now("nightly", f"Summarise report {number}", model="gpt-4o-mini")
    server.queue(
        "dev",
        {"response": {"content": "Oslo in three days: the fjord, the opera, the islands."}, "uses": 2},
        {"response": {"content": "Slowly, as a person types."}, "pace": {"token_ms": 40}, "label": "slow"},
        {"response": {"error": {"message": "Overloaded"}}, "status_code": 503, "delay_ms": 800},
    )
    server.api.put("/api/fallback", json={"text": "manual"})
    asking.later("laptop", "Plan a trip to Oslo in three days", patience=52, model="o3-mini")
    asking.later("nightly", "Extract the invoice's total", response_format=INVOICE)
    asking.later("support", REFUND, tools=TOOLS, stream=True)


INVOICE: dict[str, Any] = {
    "type": "json_schema",
    "json_schema": {
        "name": "invoice",
        "schema": {"type": "object", "properties": {"total": {"type": "number"}}, "required": ["total"]},
    },
}


def open_refund(page: Page) -> None:
    page.locator("#waiting .row", has_text="Refund order 17").click()
    page.locator("#call .card").last.wait_for()


def write(page: Page) -> None:
    open_refund(page)
    page.keyboard.press("r")
    page.wait_for_function("document.activeElement.closest('#reply')")
    page.keyboard.type("I am sorry about the parcel. Your money is on its way back.")


def compose_tool_call(page: Page) -> None:
    open_refund(page)
    page.locator("#reply input[name=kind][value=tools]").check()
    page.get_by_label("Tool of call 1").select_option("refund_order")


def open_queue(page: Page) -> None:
    page.locator(".caller", has_text="dev").first.click()
    page.locator("#entries li").first.wait_for()


def nothing(page: Page) -> None:
    """The page as it opens."""


Shot = tuple[str, tuple[int, int], str, Callable[[Page], None]]
EMPTY: dict[str, Shot] = {"empty-light": ("/", WIDE, "light", nothing)}
FULL: dict[str, Shot] = {
    "desk-light": ("/", WIDE, "light", write),
    "desk-dark": ("/", WIDE, "dark", write),
    "desk-phone": ("/", PHONE, "light", nothing),
    "call-phone": ("/", PHONE, "light", open_refund),
    "tool-call-light": ("/", WIDE, "light", compose_tool_call),
    "queues-light": ("/queues?caller=dev", WIDE, "light", nothing),
    "queues-dark": ("/queues?caller=dev", WIDE, "dark", nothing),
    "journal-light": ("/journal?q=caller%3Adev", WIDE, "light", nothing),
    "journal-dark": ("/journal", WIDE, "dark", nothing),
    "journal-phone": ("/journal", PHONE, "light", nothing),
    "settings-light": ("/settings", WIDE, "light", nothing),
    "docs-light": ("/docs", WIDE, "light", nothing),
}


def shoot(browser: Browser, url: str, shots: dict[str, Shot], wanted: set[str]) -> None:
    for name, (path, (width, height), scheme, act) in shots.items():
        if wanted and name not in wanted:
            continue
        page = browser.new_page(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            reduced_motion="reduce",
            locale="en",
        )
        page.add_init_script("localStorage.setItem('mockopenai.person', 'alice')")
        page.set_default_timeout(10_000)
        page.goto(url + path)
        page.wait_for_selector("#connection[data-state=open]")
        page.wait_for_load_state("networkidle")
        act(page)
        page.mouse.move(0, 0)
        page.wait_for_timeout(400)
        page.screenshot(path=TARGET / f"{name}.png")
        page.close()
        sys.stderr.write(f"{name}\n")


@contextmanager
def served() -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as data_dir:
        server = start_server(Path(data_dir), port=8000)
        try:
            yield server
        finally:
            server.stop()


def main() -> None:
    wanted = set(sys.argv[1:])
    with served() as server, sync_playwright() as playwright, ThreadPoolExecutor(4) as pool:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGS)
        shoot(browser, server.url, EMPTY, wanted)
        fill(server, Asking(server, pool))
        shoot(browser, server.url, FULL, wanted)
        browser.close()
        server.stop()  # whoever waits is told so


if __name__ == "__main__":
    main()
