"""The page Settings: faults, latencies and limits are switched there, at once, for everybody."""

from typing import Any

from playwright.sync_api import Route, expect

from tests.browser.conftest import OpenPage, axe, fits
from tests.browser.test_accounts import house, join
from tests.conftest import Server, wait_for

__all__ = ["house"]

CHAT = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello?"}]}


def rules(server: Server, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = server.api.get(f"/api/{kind}").json()["items"]
    return found


def test_a_fault_is_made_moved_and_ended_by_keyboard_and_every_open_page_follows(
    server: Server, open_page: OpenPage
) -> None:
    page, desk = open_page(f"{server.url}/settings"), open_page(server.url, person="bob")
    fault = page.locator("#fault-new [name=fault]")
    while fault.input_value() != "stall":
        fault.press("ArrowDown")
    expect(page.locator("#fault-number .label")).to_have_text("after tokens")
    page.fill("#fault-new [name=caller]", "ci-7")
    page.fill("#fault-new [name=number]", "5")
    page.keyboard.press("Enter")
    expect(desk.locator("#trouble")).to_contain_text("stall → ci-7")
    expect(page.locator(".rule-fault")).to_contain_text("after_tokens 5")
    page.locator(".rule-fault input[type=range]").focus()
    for _ in range(7):
        page.keyboard.press("ArrowLeft")
    expect(page.locator(".rule-fault input[type=range]")).to_be_focused()
    wait_for(
        lambda: (
            rules(server, "faults")[0]["fault"] == {"name": "stall", "after_tokens": 5, "probability_pct": 93}
        )
    )
    expect(desk.locator("#trouble")).to_contain_text("stall 93 % → ci-7")
    page.locator(".rule-fault [role=switch]").press("Space")
    expect(desk.locator("#trouble")).to_be_empty()
    page.locator(".rule-fault [role=switch]").press("Space")
    expect(desk.locator("#trouble")).to_contain_text("stall")
    server.api.post("/api/faults", json={"fault": "cut", "seed": 7, "is_on": False})
    server.api.post(
        "/api/latency", json={"pace": {"first_token_ms": {"lognormal": {"median": 80, "p95": 90}}}}
    )
    server.api.post("/api/limits", json={"requests_per_minute": 3})
    expect(page.locator(".rule-limit")).to_have_count(1)
    own = page.locator("#faults [data-back-to-normal]")
    expect(own).to_be_visible()
    before = server.api.get("/api/config?only=faults,latency,limits").json()
    desk.get_by_role("button", name="Back to normal").press("Enter")
    expect(page.locator("#faults .rules-none")).to_be_visible()
    expect(own).to_be_hidden()
    assert [rules(server, kind) for kind in ("faults", "latency", "limits")] == [[], [], []]
    server.api.post("/api/faults", json={"fault": "reset", "caller": "new"})  # by somebody else, meanwhile
    desk.locator(".notice").get_by_role("button", name="Undo").click()
    expect(desk.locator("#notices")).to_contain_text("in force again")
    before["faults"].append({"fault": "reset", "caller": "new"})
    assert server.api.get("/api/config?only=faults,latency,limits").json() == before
    expect(own).to_be_visible()


def test_a_slider_is_not_changed_under_the_hand_that_moves_it(server: Server, open_page: OpenPage) -> None:
    server.api.post("/api/faults", json={"fault": "cut"})
    page = open_page(f"{server.url}/settings")
    page.wait_for_load_state("networkidle")
    slider = page.locator(".rule-fault input[type=range]")
    slider.focus()
    late: list[Route] = []
    page.route("**/settings/faults", lambda route: route.continue_() if late else late.append(route))
    page.keyboard.press("ArrowLeft")
    wait_for(lambda: late or page.wait_for_timeout(20))  # how it is now is on its way
    told = late[0].fetch()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    wait_for(lambda: rules(server, "faults")[0]["fault"]["probability_pct"] == 97)
    late[0].fulfill(response=told)
    page.wait_for_timeout(200)
    page.keyboard.press("ArrowLeft")
    wait_for(lambda: rules(server, "faults")[0]["fault"]["probability_pct"] == 96)


def test_a_latency_is_drawn_while_it_is_written_and_what_is_wrong_stands_beside_its_field(
    server: Server, open_page: OpenPage
) -> None:
    page = open_page(f"{server.url}/settings")
    expect(page.locator("#drawn figure")).to_have_count(2)
    page.select_option("#latency-new [name=pace]", "")
    first = page.locator("[data-wait=first_token_ms]")
    first.locator("[data-figure]").nth(1).fill("300")
    expect(first.locator(".field-problem")).to_contain_text("less than the median")
    drawn = page.locator("#drawn")
    expect(drawn).to_have_attribute("data-old", "")  # it does not show what stands in the fields
    first.locator("[data-figure]").nth(1).fill("1200")
    expect(first.locator(".field-problem")).to_have_count(0)
    expect(drawn).not_to_have_attribute("data-old", "")
    expect(page.locator("#drawn figcaption").first).to_contain_text("p95 1.1")
    first.locator("[data-slides]").first.fill("800")
    expect(first.locator("[data-figure]").first).to_have_value("800")
    late: list[Route] = []
    page.route("**/settings/latency/drawn?*", lambda route: route.continue_() if late else late.append(route))
    page.fill("#latency-new [name=caller]", "no caller!")
    page.locator("#latency-new button").click()
    problem = page.locator("#latency-new [data-field=caller] .field-problem")
    expect(problem).to_contain_text("is no caller")
    wait_for(lambda: late or page.wait_for_timeout(20))
    with page.expect_response("**/settings/latency/drawn?*"):
        late[0].continue_()  # a picture that comes later takes nothing of that away
    page.wait_for_timeout(100)
    expect(problem).to_contain_text("is no caller")
    page.fill("#latency-new [name=caller]", "ci-7")
    page.keyboard.press("Enter")
    expect(page.locator(".rule-latency figure")).to_have_count(2)
    [rule] = rules(server, "latency")
    assert rule["pace"]["first_token_ms"] == {"lognormal": {"median": 800, "p95": 1200}}
    page.select_option("[data-wait=token_ms] [data-kind]", "")
    page.locator("[data-wait=token_ms] [data-figure]").first.fill("")
    page.locator("[data-wait=total_ms] [data-figure]").first.fill("9000")
    page.fill("#latency-new [name=caller]", "ci-8")
    page.locator("#latency-new button").click()
    wait_for(lambda: [one["pace"].get("total_ms") for one in rules(server, "latency")] == [None, 9000])
    page.select_option(".rule-latency:has-text('ci-7') select", "slow-network")
    wait_for(lambda: rules(server, "latency")[0]["pace"] == "slow-network")


def test_what_is_left_of_a_limit_is_seen_as_it_goes_and_a_wrong_change_is_told(
    server: Server, open_page: OpenPage
) -> None:
    server.api.put("/api/fallback", json={"text": "auto"})
    page = open_page(f"{server.url}/settings")
    page.fill("#limit-new [name=requests_per_minute]", "3")
    page.locator("#limit-new button").click()
    expect(page.locator(".rule-limit")).to_contain_text("Nothing of it is used")
    for _ in range(3):
        server.api.post("/as/ci-7/v1/chat/completions", json=CHAT)
    expect(page.locator(".bucket")).to_contain_text("0 of 3 requests left")
    requests = page.locator(".rule-limit input").first
    requests.fill("0")
    requests.press("Tab")
    expect(page.locator(".rule-limit .field-problem")).to_contain_text("must be from 1")
    requests.fill("50")
    requests.press("Tab")
    expect(page.locator(".bucket")).to_contain_text("of 50 requests left")
    page.locator(".rule-limit [data-remove]").click()
    expect(page.locator("#limits .rules-none")).to_be_visible()


def test_rules_fit_every_screen_and_have_no_grave_findings(server: Server, open_page: OpenPage) -> None:
    server.api.put(
        "/api/config",
        content="""
        faults: [{fault: cut, caller: ci-7, endpoint: chat.completions}, {fault: missing-usage, is_on: false}]
        latency: [{pace: gpt-4o-mini-like, caller: a-caller-with-quite-a-long-name, model: gpt-4o-mini*}]
        limits: [{per: caller, requests_per_minute: 60, tokens_per_minute: 30000}]
    """,
    )
    page = open_page(f"{server.url}/settings")
    page.select_option("#latency-new [name=pace]", "")
    expect(page.locator("#drawn figure")).to_have_count(2)
    fits(page, 390, 1440)
    axe(page, within="#faults, #latency, #limits")


def test_a_viewer_sees_rules_and_cannot_change_them(house: Server, open_page: OpenPage) -> None:
    page = join(open_page, house, "charlie-3", "viewer")
    page.goto(f"{house.url}/settings")
    page.wait_for_selector("#connection[data-state=open]")
    expect(page.locator("#fault-new")).to_contain_text("Needs the role editor")
    expect(page.locator("[data-back-to-normal]")).to_have_count(0)
    assert page.evaluate("document.querySelector('#fault-new').inert")


def test_presets_with_faults_are_told_on_every_page_and_back_to_normal_says_that_they_stay(
    server: Server, open_page: OpenPage
) -> None:
    page = open_page(f"{server.url}/settings")
    fault = {"name": "cut", "probability_pct": 50}
    server.queue("ci-7", {"content": "Hi"}, fault=fault, uses=None)
    link = page.locator("#trouble a")
    expect(link).to_have_text("presets with faults in 1 queue")
    expect(page.locator("#trouble [data-back-to-normal]")).to_have_count(0)
    server.queue("ci-8", {"content": "Hi"}, fault=fault)
    expect(link).to_have_text("presets with faults in 2 queues")
    server.api.post("/api/faults", json={"fault": "stall"})
    page.locator("#trouble [data-back-to-normal]").click()
    expect(page.locator(".notice")).to_contain_text("presets with faults stay")
    server.api.delete("/api/preset-queue/ci-8")
    expect(link).to_have_text("presets with faults in 1 queue")
    link.click()
    expect(page.locator(".entry-fault")).to_have_text("fault cut 50 %")


def test_on_a_phone_what_is_broken_stays_in_sight_and_covers_nothing_that_has_the_focus(
    server: Server, open_page: OpenPage
) -> None:
    server.queue("ci-7", {"content": "Hi"}, fault="cut", uses=None)
    for n in range(6):
        server.api.post(
            "/api/faults", json={"fault": "stall", "caller": f"a-caller-with-quite-a-long-name-{n}"}
        )
    page = open_page(f"{server.url}/settings", width=390)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(page.locator("#trouble strong")).to_be_in_viewport()
    banner = page.locator("#trouble").bounding_box()
    assert banner is not None and banner["height"] < 110
    for target in ("#limit-new [name=name]", "#fault-new [name=caller]"):  # upwards: to under the banner
        page.focus(target)
        box = page.locator(target).bounding_box()
        assert box is not None and box["y"] >= banner["y"] + banner["height"], target


def test_a_form_shows_what_is_wrong_with_it_and_stands_within_a_screen_of_the_top(
    server: Server, open_page: OpenPage
) -> None:
    server.api.put("/api/fallback", json={"models": "refuse"})
    page = open_page(f"{server.url}/settings")
    expect(page.locator("#fallback-models-refuse")).to_be_checked()
    expect(page.locator("#families .setting:visible")).to_have_count(
        2
    )  # text, and what is not as at the start
    expect(page.locator("#fault-new")).to_be_in_viewport()
    page.locator("#families-more summary").click()
    server.api.put("/api/fallback", json={"models": "auto"})  # nothing moves away under a hand
    expect(page.locator("#fallback-models-auto")).to_be_checked()
    assert page.locator("#families-more").evaluate(
        "(all) => all.open && !all.querySelector('#fallback-models-auto')"
    )
    name = page.locator("#limit-new [name=name]")
    name.fill("a name!")
    name.evaluate(
        "(field) => (field.closest('.pane').scrollTop += field.getBoundingClientRect().bottom - 824)"
    )
    name.press("Enter")
    expect(page.locator("#limit-new [data-field=name] .field-problem")).to_be_in_viewport()
    wrong = page.locator("#limit-new [data-field=name] .field-problem").bounding_box()
    assert wrong is not None and wrong["y"] + wrong["height"] <= 860 - 32  # above the foot


def test_a_rule_is_made_once_however_often_its_button_is_pressed(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/settings")
    page.locator("#fault-new button").dblclick()
    expect(page.locator(".rule-fault")).to_have_count(1)
    assert len(rules(server, "faults")) == 1


# How wide a field would be if its longest value had all the room that it wants.
WANTS = "(field) => { field.style.width = 'max-content'; const wanted = field.offsetWidth; field.style.width = ''; return wanted; }"


def test_every_digit_of_a_limit_and_a_fault_s_whole_name_are_seen(
    server: Server, open_page: OpenPage
) -> None:
    most = 2_000_000_000
    server.api.post("/api/limits", json={"requests_per_minute": most, "tokens_per_minute": most})
    server.api.post("/api/limits", json={"per": "model", "name": "m" * 60, "requests_per_minute": 5})
    page = open_page(f"{server.url}/settings")
    page.select_option("#fault-new [name=fault]", "rate-limit-requests")
    expect(page.locator("#fault-number")).to_be_visible()
    for width in (1440, 1024, 768, 390):
        fits(page, width)
        page.set_viewport_size({"width": width, "height": 900})
        for field in page.locator(".rule-limit").first.locator("input").all():
            assert field.evaluate("(field) => field.scrollWidth <= field.clientWidth"), width
            assert field.evaluate("(field) => field.offsetWidth") >= 130, width  # ten digits and the arrows
        name = page.locator("#fault-new [name=fault]")
        assert name.evaluate("(field) => field.offsetWidth") >= name.evaluate(WANTS), width


def test_on_fields_that_are_locked_no_circle_lies_over_the_words(house: Server, open_page: OpenPage) -> None:
    page = join(open_page, house, "charlie-4", "viewer")
    page.goto(f"{house.url}/settings")
    segment = page.locator("#families .segments input").first
    expect(segment).to_be_disabled()
    expect(segment).to_have_css("opacity", "0")
    expect(page.locator("#families .segments").first).to_have_css("opacity", "0.7")
