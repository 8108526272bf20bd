"""Django's admin of the queues: to look, to relabel, to delete."""

from typing import Any

import pytest
from django.test import Client

from apps.queues.models import Fallback, Preset

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
