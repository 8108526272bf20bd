"""The page Stats: figures and charts of a chosen span, live, for everybody."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Ask, OpenPage, axe, fits
from tests.conftest import Server, wait_for


@pytest.fixture
def counted(server: Server, ask: Ask) -> Server:
    """A server that has answered calls: two well, one not."""
    server.queue("ci-7", {"content": "one"}, {"content": "two"})
    server.queue("ci-8", {"error": {"message": "slow down"}}, status_code=429)
    for caller in ("ci-7", "ci-7", "ci-8"):
        ask(server, "Hello", caller=caller).exception()
    # Counted is what has ended, which is written a moment after the reply has come.
    newest = "/api/exchanges?limit=3"
    wait_for(lambda: {one["state"] for one in server.api.get(newest).json()["items"]} == {"delivered"})
    return server


def test_an_empty_span_says_what_would_be_there(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/stats?since=2001-01-01&until=2001-01-02")
    expect(page.locator(".stats-empty")).to_contain_text("No call has ended")
    expect(page.locator("#charts")).to_be_hidden()
    axe(page)


def test_a_call_shows_on_an_open_page(counted: Server, open_page: OpenPage, ask: Ask) -> None:
    page = open_page(f"{counted.url}/stats?span=1h")
    expect(page.locator(".pages a", has_text="Stats")).to_have_attribute("aria-current", "page")
    expect(page.locator(".uplot canvas")).to_have_count(3)
    calls = page.locator(".tiles div").first.locator("dd").first
    before = int(calls.inner_text().replace(",", ""))
    assert before >= 3
    counted.queue("ci-7", {"content": "three"})
    ask(counted, "Hello").result(30)
    expect(calls).to_have_text(f"{before + 1:,}")
    page.locator("#over-time summary").click()
    expect(page.locator("#over-time tbody tr").first).to_be_visible()
    expect(page.locator("#over-time [data-step]").first).to_have_text(re.compile(r"\d[:/.]"))


# Figures of the server, which may come at any moment, are changed likewise.
BEYOND = """() => {
  const figures = document.querySelector("#figures");
  figures.addEventListener("fresh", () => {
    const place = document.querySelector("#series");
    const series = JSON.parse(place.dataset.series);
    for (const name of ["p50_ms", "p95_ms", "p99_ms"]) series[name].fill(series.beyond_ms - (name === "p50_ms"));
    place.dataset.series = JSON.stringify(series);
  }, { capture: true });
  figures.dispatchEvent(new Event("fresh"));
}"""
FRESH = "() => document.querySelector('#figures').dispatchEvent(new Event('fresh'))"


def test_the_legend_says_over_of_what_is_beyond_the_last_bucket(counted: Server, open_page: OpenPage) -> None:
    page = open_page(f"{counted.url}/stats?span=15m")
    expect(page.locator("#chart-latency canvas")).to_have_count(1)
    page.evaluate(BEYOND)
    page.locator("#chart-latency .u-over").hover()
    values = page.locator("#chart-latency .u-value")
    told = [re.compile(r"\d"), "over 2 min", "over 2 min", "120 s"]
    expect(values).to_have_text(told)
    page.evaluate(FRESH)  # and goes on saying so to whoever points at it
    expect(values).to_have_text(told)


def test_a_caller_leads_to_its_calls_in_the_journal(counted: Server, open_page: OpenPage) -> None:
    page = open_page(f"{counted.url}/stats")
    page.locator("table", has_text="Callers").get_by_role("link", name="ci-8").click()
    page.wait_for_url("**/journal?q=caller%3Aci-8")


def test_a_custom_span_is_kept_in_the_address(counted: Server, open_page: OpenPage) -> None:
    page = open_page(f"{counted.url}/stats?span=24h")
    expect(page.get_by_role("link", name="24 hours")).to_have_attribute("aria-current", "true")
    page.locator("#custom summary").click()
    page.locator("[name=until]").fill("")
    page.locator("#custom-form button").click()
    page.wait_for_url(re.compile(r"/stats\?since=\d+$"))
    expect(page.locator("#custom[data-current]")).to_have_count(1)
    assert counted.api.get("/stats?span=nonsense").status_code == 400
    assert counted.api.get("/api/stats?span=nonsense").status_code == 400


def test_the_page_is_accessible_and_fits(counted: Server, open_page: OpenPage) -> None:
    page = open_page(f"{counted.url}/stats")
    page.locator("#prices summary").click()
    expect(page.locator(".uplot canvas")).to_have_count(3)
    axe(page)
    fits(page, 390, 1440)
