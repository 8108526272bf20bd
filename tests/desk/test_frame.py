"""What the frame around every page tells: who waits, which theme, the texts of the scripts."""

import re

import pytest
from django.test import Client

from apps.desk import catalogue
from tests.conftest import Server
from tests.desk.conftest import parking


async def test_the_pulse_tells_how_many_wait_until_when_and_which_came_last(server: Server) -> None:
    async with parking(server, "first"), parking(server, "second") as last:
        pulse = server.api.get("/pulse").text
        assert f'data-newest="{last.id}"' in pulse
        assert ">2</span>" in pulse
        items = server.api.get("/api/desk").json()["items"]
        first_end = min(item["created_at"] + item["time_left_s"] for item in items)
        ends = re.search(r'data-ends="([\d.]+)"', pulse)
        assert ends is not None and float(ends[1]) == pytest.approx(first_end, abs=10)


def test_a_page_is_rendered_in_the_theme_of_its_cookie(server: Server) -> None:
    def theme(cookie: str) -> bool:
        return (
            '<html lang="en" data-theme="dark">' in server.api.get("/docs", headers={"Cookie": cookie}).text
        )

    assert theme("theme=dark")
    assert not theme('theme="><script>')
    assert not theme("other=dark")


@pytest.mark.parametrize("path", ["/", "/queues", "/journal", "/settings", "/docs"])
def test_every_page_is_there_and_leads_to_every_other(server: Server, path: str) -> None:
    page = server.api.get(path)
    assert page.status_code == 200
    for other in ("/", "/queues", "/journal", "/settings", "/docs"):
        assert re.search(f'<a href="{other}"(?: aria-current="page")?', page.text)
    assert page.text.count('aria-current="page"') == 1


def test_the_texts_of_the_scripts_are_a_module_that_is_kept(server: Server) -> None:
    address = f"/jsi18n/zh-hans/{catalogue.version('zh-hans')}.js"
    page = server.api.get("/docs", headers={"Accept-Language": "zh-CN"}).text
    assert f'data-words="{address}"' in page
    response = server.api.get(address)
    assert response.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "immutable" in response.headers["cache-control"]
    assert "export const catalog = {" in response.text
    assert "export const plural = (n) => Number(0);" in response.text


@pytest.mark.parametrize("language", ["en", "xx", "..", "zh-hans%2F.."])
def test_a_language_without_a_catalogue_has_no_module(server: Server, language: str) -> None:
    assert server.api.get(f"/jsi18n/{language}/x.js").status_code == 404


async def test_an_unknown_page_is_one_of_ours_and_leads_back(async_client):
    answer = await async_client.get("/no/such/page")
    assert answer.status_code == 404
    assert is_ours(answer)


def is_ours(answer) -> bool:
    return 'href="/"' in answer.text and "css/base.css" in answer.text


def test_a_request_that_is_refused_before_any_view_is_told_on_a_page_of_ours(client):
    answer = client.get("/no/such/page", HTTP_HOST="a b")
    assert answer.status_code == 400 and is_ours(answer)
    rest = client.get("/api/desk", HTTP_HOST="a b")
    assert rest.status_code == 400 and set(rest.json()) == {"detail"}


@pytest.mark.django_db
def test_a_page_that_fails_is_told_on_a_page_of_ours(client, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr("apps.desk.settings_pages.groups", lambda: 1 / 0)
    answer = client.get("/settings")
    assert answer.status_code == 500 and is_ours(answer)


@pytest.mark.django_db
def test_a_form_without_its_proof_is_told_on_a_page_of_ours():
    answer = Client(enforce_csrf_checks=True).post("/login", {"name": "alice", "password": "x"})
    assert answer.status_code == 403 and is_ours(answer)


def test_what_is_unknown_to_scripts_is_told_in_json(server: Server) -> None:
    assert set(server.api.get("/api/no/such").json()) == {"detail"}
    assert set(server.api.get("/v1/no/such").json()) == {"error"}


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["/", "/queues", "/journal", "/stats", "/settings", "/docs"])
def test_a_monitor_may_ask_for_the_head_of_a_page(client, page):
    answer = client.head(page)
    assert (answer.status_code, answer.content) == (200, b"")
