"""Django's admin of the accounts, and that whatever is changed in it stands in the audit log."""

import pytest
from django.contrib import admin
from django.test import Client
from django.utils import timezone

from apps.accounts import audit, people
from apps.accounts.admin_kept import KeptAdmin
from apps.accounts.models import Audit, CallerKey, Link, Token
from apps.accounts.roles import Role, Who
from apps.queues.models import Fallback, Pause, Preset
from apps.stats.models import Price

PASSWORD = "a long password"


@pytest.fixture
def alice(settings, empty_audit):
    settings.MOCKOPENAI_OPEN = False
    user = people.add_user("alice", PASSWORD, Role.ADMIN)
    client = Client()
    client.force_login(user)
    return client


def written() -> list[tuple[str, str, str]]:
    audit.flush()
    return list(Audit.objects.order_by("at", "id").values_list("who", "action", "object"))


def test_no_page_of_the_admin_is_without_the_log():
    wrong = [
        model._meta.label for model, page in admin.site._registry.items() if not isinstance(page, KeptAdmin)
    ]
    assert wrong == []


def test_edits_of_queues_pauses_and_fallbacks_are_kept(alice):
    presets = [
        Preset.objects.create(
            caller="ci-42",
            position=place,
            endpoint="text",
            body='{"content":"secret"}',
            created_at=timezone.now(),
        )
        for place in range(3)
    ]
    form = {"label": "new", "endpoint": "text", "uses": "5", "on_undelivered": "drop"}
    path = f"/admin/queues/preset/{presets[0].pk}/"
    assert alice.post(f"{path}change/", form).status_code == 302
    assert alice.post(f"{path}change/", form).status_code == 302  # changes nothing
    assert alice.post(f"{path}change/", {**form, "uses": "0"}).status_code == 200  # refused
    assert alice.post(f"{path}delete/", {"post": "yes"}).status_code == 302
    chosen = {"action": "delete_selected", "_selected_action": [one.pk for one in presets[1:]], "post": "yes"}
    assert alice.post("/admin/queues/preset/", chosen).status_code == 302
    alice.post("/admin/queues/pause/add/", {"caller": "ci-42"})
    alice.post("/admin/queues/pause/ci-42/delete/", {"post": "yes"})
    alice.post("/admin/queues/fallback/add/", {"family": "text", "mode": "auto"})
    assert (Preset.objects.count(), Pause.objects.count(), Fallback.objects.count()) == (0, 0, 1)
    rows = written()
    assert {who for who, _, _ in rows} == {"alice"}
    assert [action for _, action, _ in rows] == [
        "admin.preset.change",
        *["admin.preset.delete"] * 3,
        "admin.pause.add",
        "admin.pause.delete",
        "admin.fallback.add",
    ]
    assert rows[0][2] == f"ci-42 #{presets[0].pk} new"
    assert rows[-1][2] == "text: auto"
    first = Audit.objects.order_by("at", "id")[0]
    assert first.detail == {"fields": "Label, Uses"}
    assert first.address == "127.0.0.1"
    assert "secret" not in repr(list(Audit.objects.values()))


def test_edits_of_prices_are_kept(alice):
    form = {"input_usd": "1.5", "output_usd": "2", "source": "us", "as_of": "2026-01-02"}
    assert alice.post("/admin/stats/price/add/", {"model": "house-1", **form}).status_code == 302
    assert alice.post("/admin/stats/price/house-1/change/", {"model": "house-1", **form, "output_usd": "3"})
    assert [row[1] for row in written()] == ["admin.price.add", "admin.price.change"]
    assert Price.objects.get(model="house-1").output_usd == 3


def test_a_deletion_of_many_rows_is_not_a_line_for_each(alice):
    Preset.objects.bulk_create(
        Preset(caller="a", position=n, endpoint="text", body="{}", created_at=timezone.now())
        for n in range(70)
    )
    chosen = {"action": "delete_selected", "select_across": "1", "post": "yes"}
    first = Preset.objects.first()
    alice.post("/admin/queues/preset/", {**chosen, "_selected_action": [first.pk], "index": "0"})
    rows = written()
    assert (len(rows), rows[-1]) == (51, ("alice", "admin.preset.delete", "20 more"))


def test_secrets_are_read_only_there_but_can_be_revoked(alice):
    user = people.users().get()
    who = Who("alice", Role.ADMIN, "session", user.pk)
    text = people.make_token(who, Role.ADMIN, label="t", days=None)
    people.make_key(who, "ci-42", label="k", days=None)
    people.make_link(Link.Kind.INVITATION, Role.VIEWER, by="alice", label="l")
    api = Client(headers={"authorization": f"Bearer {text}"})
    assert api.get("/api/desk").status_code == 200
    for model, name in ((Token, "token"), (CallerKey, "callerkey"), (Link, "link")):
        row = model.objects.get()
        path = f"/admin/accounts/{name}/"
        assert alice.get(f"{path}add/").status_code == 403
        assert alice.post(f"{path}{row.pk}/delete/", {"post": "yes"}).status_code == 403
        page = alice.get(f"{path}{row.pk}/change/").text
        assert row.digest not in page
        assert '<input type="submit"' not in page
        alice.post(f"{path}{row.pk}/change/", {"label": "other", "revoked_at_0": ""})
        assert model.objects.get().label == row.label
        for _ in range(2):  # the second time there is nothing left to revoke
            answer = alice.post(path, {"action": "revoke", "_selected_action": [row.pk]})
            assert answer.status_code == 302
        assert model.objects.get().revoked_at
    assert api.get("/api/desk").status_code == 401
    actions = [row[1] for row in written()]
    assert actions == ["admin.token.revoke", "admin.callerkey.revoke", "admin.link.revoke"]
