"""Django's admin of the queues: to look, to relabel, to delete."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from django.test import Client

from apps.queues.models import Fallback, Pause, Preset
from tests.conftest import ROOT, Server
from tests.dashboards import dashboard

URL = "/admin/queues/preset/"
FORM = {"label": "new", "endpoint": "text", "uses": "5", "on_undelivered": "drop"}


@pytest.fixture
def admin(transactional_db: None, admin_client: Client) -> Client:
    return admin_client


def test_presets_are_listed_found_and_filtered(admin: Client, queues: Any) -> None:
    queues.add("ci-42", {"content": "needle"}, status_code=429)
    queues.add("other", {"content": "hay"})
    page = admin.get(URL, {"q": "needle", "status_code": "429"})
    assert page.status_code == 200
    assert "ci-42" in page.text
    assert "other" not in page.text.split("<tbody>")[1]


def test_a_body_is_readable(admin: Client, queues: Any) -> None:
    [entry] = queues.add("a", {"content": "hi"})
    assert "&quot;content&quot;: &quot;hi&quot;" in admin.get(f"{URL}{entry}/change/").text


def test_an_edit_writes_what_was_edited_and_nothing_else(admin: Client, queues: Any) -> None:
    [entry] = queues.add("a", {"content": "hi"}, uses=5, label="old")
    admin.get(f"{URL}{entry}/change/")
    assert admin.post(f"{URL}{entry}/change/", FORM).status_code == 302
    preset = Preset.objects.get()
    assert (preset.label, preset.uses, preset.body) == ("new", 5, '{"content":"hi"}')


def test_presets_are_deleted_one_by_one_or_together(admin: Client, queues: Any) -> None:
    ids = queues.add("a", *[{"content": name} for name in "abc"])
    admin.post(f"{URL}{ids[0]}/delete/", {"post": "yes"})
    assert queues.contents("a") == ["b", "c"]
    admin.post(URL, {"action": "delete_selected", "_selected_action": ids[1:], "post": "yes"})
    assert queues.items("a") == []


def test_presets_are_not_added_here(admin: Client) -> None:
    assert admin.get(f"{URL}add/").status_code == 403


def test_a_fallback_is_switched_here_too(admin: Client) -> None:
    admin.post("/admin/queues/fallback/add/", {"family": "models", "mode": "refuse"})
    assert Fallback.objects.get().mode == "refuse"
    assert admin.get("/admin/queues/fallback/").status_code == 200


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("uses", "0", "must be from 1 to 1000000000"),
        ("uses", "-1", "must be from 1 to"),
        ("uses", "1000000001", "must be from 1 to"),
        ("uses", "99999999999999999999", "must be from 1 to"),
        ("endpoint", "nonsense", "must be text (every text endpoint), * (every endpoint) or the name of"),
        ("on_undelivered", "maybe", "Select a valid choice"),
    ],
)
def test_an_edit_that_rest_would_refuse_is_refused(
    admin: Client, queues: Any, field: str, value: str, problem: str
) -> None:
    [entry] = queues.add("a", {"content": "hi"}, uses=5)
    page = admin.post(f"{URL}{entry}/change/", {**FORM, field: value})
    assert page.status_code == 200 and problem in page.text
    preset = Preset.objects.get()
    assert (preset.uses, preset.endpoint, preset.on_undelivered) == (5, "text", "drop")


def test_a_spent_preset_may_be_relabelled(admin: Client, queues: Any) -> None:
    [entry] = queues.add("a", {"content": "hi"}, on_undelivered="requeue")
    Preset.objects.update(uses=0)
    form = {**FORM, "uses": "0", "on_undelivered": "requeue"}
    assert admin.post(f"{URL}{entry}/change/", form).status_code == 302
    assert Preset.objects.get().label == "new"


def test_a_match_is_edited_as_its_json(admin: Client, queues: Any) -> None:
    [entry] = queues.add("a", {"content": "hi"}, match={"last_user": "x"})
    assert "last_user contains &quot;x&quot;" in admin.get(URL).text
    page = f"{URL}{entry}/change/"
    for wrong, problem in (("{", "is not JSON"), ('{"turn": "x"}', "match.turn must be a whole number")):
        assert problem in admin.post(page, {**FORM, "match": wrong}).text
    assert admin.post(page, {**FORM, "match": '{"turn": 2}'}).status_code == 302
    assert queues.items("a")[0]["match"] == {"turn": 2}
    assert admin.post(page, {**FORM, "match": ""}).status_code == 302
    assert queues.items("a")[0]["match"] is None


def test_what_a_sequence_says_for_itself_stays(admin: Client, queues: Any) -> None:
    queues.post("/a", {"sequence": [{"content": "one"}, {"content": "two"}]})
    preset = Preset.objects.get()
    form = {**FORM, "uses": "2", "on_undelivered": "requeue"}
    assert "its sequence&#x27;s own" in admin.post(f"{URL}{preset.id}/change/", form).text
    assert Preset.objects.get().on_undelivered == "drop"


def test_uses_left_empty_are_for_ever(admin: Client, queues: Any) -> None:
    [entry] = queues.add("a", {"content": "hi"})
    assert admin.post(f"{URL}{entry}/change/", {**FORM, "uses": ""}).status_code == 302
    assert Preset.objects.get().uses is None


@pytest.mark.parametrize("family", ["nonsense", "", "TEXT"])
def test_a_fallback_of_no_family_is_refused(admin: Client, family: str) -> None:
    page = admin.post("/admin/queues/fallback/add/", {"family": family, "mode": "auto"})
    assert page.status_code == 200 and not Fallback.objects.exists()


def test_the_family_of_a_fallback_stays(admin: Client) -> None:
    admin.post("/admin/queues/fallback/add/", {"family": "models", "mode": "refuse"})
    admin.post("/admin/queues/fallback/models/change/", {"family": "text", "mode": "once"})
    assert list(Fallback.objects.values_list("family", "mode")) == [("models", "once")]


@pytest.mark.parametrize("caller", ["bad name!", "export", "", "x" * 101])
def test_what_cannot_be_a_queue_is_not_paused(admin: Client, caller: str) -> None:
    page = admin.post("/admin/queues/pause/add/", {"caller": caller})
    assert page.status_code == 200 and "errorlist" in page.text and not Pause.objects.exists()


def test_a_pause_is_kept_under_the_one_spelling_of_its_queue(admin: Client) -> None:
    for caller in ("::1", "*", "::ffff:127.0.0.2"):
        admin.post("/admin/queues/pause/add/", {"caller": caller})
    assert set(Pause.objects.values_list("caller", flat=True)) == {"127.0.0.1", "*"}


@pytest.fixture
def signed_in(server: Server) -> Iterator[httpx.Client]:
    """A browser that is signed in to the admin of a real server."""
    user = {
        "DJANGO_SUPERUSER_PASSWORD": "pw",
        "DJANGO_SUPERUSER_USERNAME": "ada",
        "DJANGO_SUPERUSER_EMAIL": "a@b.test",
    }
    env = {**os.environ, **user, "MOCKOPENAI_DATA_DIR": str(server.data_dir)}
    command = [sys.executable, "manage.py", "createsuperuser", "--noinput"]
    subprocess.run(
        command, cwd=ROOT, env=env, check=False, capture_output=True
    )  # another test may have made her
    with httpx.Client(base_url=server.url, timeout=30) as browser:
        submit(browser, "/login", name="ada", password="pw")
        yield browser


def submit(browser: httpx.Client, path: str, **fields: str) -> None:
    found = re.search(r'csrfmiddlewaretoken" value="([^"]+)', browser.get(path).text)
    assert found
    answer = browser.post(path, data={"csrfmiddlewaretoken": found[1], **fields})
    assert answer.status_code == 302, answer.text


def test_dashboards_hear_of_every_change_in_the_admin(server: Server, signed_in: httpx.Client) -> None:
    entry = server.api.post("/api/preset-queue/adm", json={"response": {"content": "hi"}}).json()[
        "response_id"
    ]
    server.api.put("/api/fallback", json={"models": "auto"})
    with dashboard(server) as opened:
        submit(signed_in, f"{URL}{entry}/change/", **FORM)
        assert opened.until("queue_updated")["ip"] == "adm"
        submit(signed_in, f"{URL}{entry}/delete/", post="yes")
        assert opened.until("queue_updated")["ip"] == "adm"
        submit(signed_in, "/admin/queues/pause/add/", caller="still")
        assert opened.until("queue_updated")["ip"] == "still"
        submit(signed_in, "/admin/queues/pause/still/delete/", post="yes")
        assert opened.until("queue_updated")["ip"] == "still"
        submit(signed_in, "/admin/queues/pause/add/", caller="both")
        opened.until("queue_updated")
        chosen = {"action": "delete_selected", "_selected_action": "both", "post": "yes"}
        submit(signed_in, "/admin/queues/pause/", **chosen)
        assert opened.until("queue_updated")["ip"] == "both"
        submit(signed_in, "/admin/queues/fallback/models/change/", mode="refuse")
        assert opened.until("fallback_updated")["data"]["models"] == "refuse"
        submit(signed_in, "/admin/queues/fallback/models/delete/", post="yes")
        assert opened.until("fallback_updated")["data"]["models"] == "auto"
        submit(signed_in, "/admin/queues/fallback/add/", family="models", mode="once")
        assert opened.until("fallback_updated")["data"]["models"] == "once"
        submit(signed_in, "/admin/queues/fallback/", **{**chosen, "_selected_action": "models"})
        assert opened.until("fallback_updated")["data"]["models"] == "auto"
