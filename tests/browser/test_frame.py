"""The frame around every page: its keys, its switches, its alerts, its manners in light and dark."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Ask, OpenPage, axe, fits
from tests.conftest import Server

PAGES = ["/", "/queues", "/queues?caller=ci-7", "/journal", "/templates", "/stats", "/settings", "/docs"]
BACKGROUND = "getComputedStyle(document.body).backgroundColor"


def test_axe_finds_nothing_serious(server: Server, open_page: OpenPage, ask: Ask) -> None:
    server.queue("ci-7", {"content": "done"}, {"content": "and done"})
    ask(server, "Waiting", caller="ci-8")
    [item] = server.waiting(1)
    page = open_page(server.url)
    for path in [*PAGES, f"/?call={item['id']}", f"/journal?call={item['id']}"]:
        page.goto(server.url + path)
        page.wait_for_selector("#connection[data-state=open]")
        axe(page)


def test_axe_finds_nothing_serious_in_what_the_frame_opens(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/docs")
    opened = page.locator(".menu.show, dialog[open]")
    for opener in ("#hold", "#options", "#person", "#show-keys"):
        page.click(opener)
        expect(opened).to_be_visible()
        axe(page)
        page.keyboard.press("Escape")
        expect(opened).to_have_count(0)


@pytest.mark.parametrize(("language", "widths"), [("en", [390, 768, 1000, 2560]), ("zh-CN", [768])])
def test_no_page_is_wider_than_its_window_and_each_names_itself(
    server: Server, open_page: OpenPage, ask: Ask, language: str, widths: list[int]
) -> None:
    server.api.post("/api/faults", json={"fault": "cut", "caller": "c" * 90})
    ask(server, "a very long word: " + "x" * 400)
    [item] = server.waiting(1)
    page = open_page(server.url, language=language)
    for path in [f"/journal?call={item['id']}", *PAGES]:
        page.goto(server.url + path)
        for width in widths:
            page.set_viewport_size({"width": width, "height": 860})
            fits(page)
            expect(page.locator(".pages [aria-current]")).to_be_in_viewport(ratio=1)
    for width in widths:  # on the last one: the journal has a filter instead
        page.set_viewport_size({"width": width, "height": 860})
        expect(page.locator(".search input")).to_be_visible(visible=width >= 768)


def test_the_theme_is_remembered_and_there_before_any_script(server: Server, open_page: OpenPage) -> None:
    page = open_page(server.url, scheme="light")
    light = page.evaluate(BACKGROUND)
    page.click("#options")
    page.click("[role=menuitemradio][data-theme=dark]")
    dark = page.evaluate(BACKGROUND)
    assert dark != light
    page.route("**/*.js", lambda route: route.abort())
    page.goto(f"{server.url}/queues")
    assert page.evaluate(BACKGROUND) == dark
    page.unroute("**/*.js")
    page.reload()
    page.click("#options")
    expect(page.locator("[data-theme=dark][role=menuitemradio]")).to_have_attribute("aria-checked", "true")
    page.click("[role=menuitemradio][data-theme=system]")
    page.reload()
    assert page.evaluate(BACKGROUND) == light


def test_the_keys_lead_to_every_page(server: Server, open_page: OpenPage) -> None:
    page = open_page(server.url)
    for letter, path in {"q": "/queues", "j": "/journal", "s": "/settings", "o": "/docs", "d": "/"}.items():
        page.wait_for_selector("#connection[data-state=open]")
        page.keyboard.type(f"g{letter}")  # in one go: between the two is no more than a second
        page.wait_for_url(server.url + path)


def test_keys_do_nothing_while_a_text_is_written(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/docs")
    page.keyboard.press("/")
    page.keyboard.type("g q m ? h")
    expect(page.locator("#search")).to_have_value("g q m ? h")
    expect(page.locator("dialog[open], .menu.show")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator("#search")).not_to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("#keys-dialog")).to_be_visible()


def test_the_sheet_lists_every_key_of_the_page_and_of_the_frame(server: Server, open_page: OpenPage) -> None:
    page = open_page(server.url)
    page.keyboard.press("?")
    sheet = page.locator("#keys-dialog")
    for text in ("go to the settings", "hold: what happens", "write the reply", "search, or filter"):
        expect(sheet.locator("dd", has_text=text)).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()


def test_the_search_leads_to_the_filtered_journal(server: Server, open_page: OpenPage) -> None:
    page = open_page(server.url)
    page.keyboard.press("/")
    page.keyboard.type("caller:nobody")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/journal\?q=caller%3Anobody$"))


def test_hold_is_switched_by_keyboard_and_seen_by_others(server: Server, open_page: OpenPage) -> None:
    alice, bob = open_page(server.url), open_page(f"{server.url}/docs", person="bob")
    alice.keyboard.press("h")
    expect(alice.locator("[data-hold=manual]")).to_be_focused()
    alice.keyboard.press("ArrowDown")
    alice.keyboard.press("Enter")
    expect(alice.locator(".notice")).to_contain_text("Hold is off")
    expect(bob.locator("#hold")).to_have_text(re.compile(r"Hold:\s*OFF"), use_inner_text=True)
    assert server.api.get("/api/fallback").json()["text"] == "auto"


def test_a_call_is_told_of_on_every_page_until_it_is_muted(
    server: Server, open_page: OpenPage, ask: Ask
) -> None:
    page = open_page(f"{server.url}/settings")
    ask(server, "First")
    expect(page.locator(".notice")).to_contain_text("1 call is waiting")
    expect(page.locator("#announce")).to_have_text("1 call is waiting")
    expect(page.locator("#pulse")).to_have_text("1")
    expect(page).to_have_title(re.compile(r"^\(1\) \d+:\d\d left · Settings"))
    assert page.locator("#favicon").get_attribute("href").startswith("data:image/svg+xml")
    page.keyboard.press("m")
    page.reload()
    expect(page.locator("[data-muted-mark]")).to_be_visible()
    ask(server, "Second")
    expect(page.locator("#pulse")).to_have_text("2")
    expect(page.locator(".notice")).to_have_count(0)


def test_the_sound_is_opted_into_and_remembered(server: Server, open_page: OpenPage) -> None:
    page = open_page(server.url)
    page.click("#options")
    sound = page.locator("[data-alert=sound]")
    expect(sound).to_have_attribute("aria-checked", "false")
    sound.click()
    page.reload()
    page.click("#options")
    expect(sound).to_have_attribute("aria-checked", "true")


def test_the_connection_line_says_where_it_stands(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/docs")
    expect(page.locator("#connection")).to_have_text("live")
    expect(page.locator("#people")).to_contain_text("here")
    page.route_web_socket(re.compile("/ws"), lambda socket: socket.close())
    page.reload()
    expect(page.locator("#connection")).to_contain_text("looking every 5 s")


def test_the_language_is_chosen_once_and_the_texts_of_scripts_follow(
    server: Server, open_page: OpenPage
) -> None:
    page = open_page(f"{server.url}/docs")
    page.click("#options")
    page.click("[data-language=zh-hans]")
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    expect(page.locator("nav.pages")).to_contain_text("设置")
    expect(page.locator("#connection")).to_have_text("实时")
    page.goto(f"{server.url}/queues")
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")


def test_a_browser_that_speaks_chinese_is_answered_in_it(server: Server, open_page: OpenPage) -> None:
    page = open_page(server.url, language="zh-CN")
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")


def test_the_editor_for_code_keeps_to_the_policy(server: Server, open_page: OpenPage) -> None:
    """On a page that writes the nonce; here it is put into the policy and the page as a template would."""

    def with_nonce(route) -> None:
        response = route.fetch()
        policy = response.headers["content-security-policy"].replace(
            "style-src 'self'", "style-src 'self' 'nonce-abc'"
        )
        html = response.text().replace("<title>", '<meta name="csp-nonce" content="abc"><title>')
        route.fulfill(
            response=response, body=html, headers={**response.headers, "content-security-policy": policy}
        )

    page = open_page(server.url)
    page.route(f"{server.url}/docs", with_nonce)
    page.goto(f"{server.url}/docs")
    page.evaluate(
        """async () => {
          const { codeEditor } = await import("/static/js/code.js");
          const options = { text: '{"a": 1', label: "Body", onChange: (text) => { document.title = text; } };
          await codeEditor(document.querySelector("main section"), options);
        }"""
    )
    editor = page.get_by_role("textbox", name="Body")
    expect(editor).to_contain_text('{"a": 1')
    expect(page.locator(".cm-lint-marker-error")).to_be_visible()
    editor.press("Control+End")
    page.keyboard.type(", 2")
    expect(page).to_have_title('{"a": 1, 2')
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.cm-content')).fontFamily").find("mono") >= 0
    )


@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_a_notice_lies_over_nothing_that_can_be_pressed(
    server: Server, open_page: OpenPage, ask: Ask, width: int
) -> None:
    """Nor over a field that is written in, nor over how the page is connected."""
    server.queue("ci-7", *({"content": f"reply {number}"} for number in range(40)))
    server.api.post("/api/templates", json={"name": "own", "response": {"content": "x"}})
    page = open_page(server.url, width=width)
    for path in ("/", "/queues/ci-7", "/queues", "/journal", "/templates/own", "/settings"):
        page.goto(f"{server.url}{path}")
        page.wait_for_selector("#connection[data-state=open]")
        if path == "/queues/ci-7":
            page.locator("#entries [data-open]").first.click()
            expect(page.locator("#entry-text")).to_be_focused()
        page.evaluate(SAY, "Saved.")
        notice = page.locator(".notice")
        expect(notice).to_be_visible()
        assert notice.evaluate(LIES_OVER) == [], path
        notice.locator(".notice-close").click()
    page.set_viewport_size({"width": 390, "height": 844})
    field = page.locator("#limit-new [name=name]")
    field.focus()
    field.evaluate("(field) => scrollBy(0, field.getBoundingClientRect().bottom + 34 - innerHeight)")
    page.evaluate(SAY, "A word that is long " * 6)
    said, written = notice.bounding_box(), field.bounding_box()
    assert said is not None and written is not None
    assert written["y"] + written["height"] <= said["y"]


SAY = "(text) => import(new URL('notices.js', document.querySelector('script[src]').src)).then(({notice}) => notice(text))"
# The controls below a notice, looked for at points of it.
LIES_OVER = """
(notice) => {
  const { left, right, top, bottom } = notice.getBoundingClientRect();
  const found = new Set();
  for (let x = left + 1; x < right; x += 6)
    for (let y = top + 1; y < bottom; y += 6)
      for (const one of document.elementsFromPoint(x, y)) {
        if (one.matches(".status")) break; // what is below the foot is seen by nobody
        if (one.matches("a, button, input, select, textarea, #connection") && !notice.contains(one)) found.add(one);
      }
  return [...found].map((one) => one.outerHTML.slice(0, 120));
}
"""
