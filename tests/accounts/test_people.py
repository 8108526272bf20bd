"""Accounts come by link, and go with the rules: links work once, an admin stays, guessing is slow."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts import audit, first_admin, people, throttle, views
from apps.accounts.models import Attempt, Audit, CallerKey, Link, Token
from apps.accounts.people import RuleError
from apps.accounts.roles import Role, Who, role_of

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "a long password"


@pytest.fixture(autouse=True)
def accounts(settings, empty_audit):
    settings.MOCKOPENAI_OPEN = False


@pytest.fixture
def alice():
    return people.add_user("alice", PASSWORD, Role.ADMIN)


def logged_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def written() -> list[tuple[str, str, str]]:
    audit.flush()
    return list(Audit.objects.order_by("id").values_list("who", "action", "object"))


def test_the_set_up_link_makes_one_admin(client):
    path = first_admin.ensure()
    assert Link.objects.get().digest not in path
    assert client.get(path).status_code == 200
    answer = client.post(path, {"name": "alice", "password": PASSWORD})
    assert answer.status_code == 302
    assert client.get("/people").status_code == 200
    assert Client().post(path, {"name": "mallory", "password": PASSWORD}).status_code == 404
    assert first_admin.ensure() == ""


def test_the_set_up_link_is_dead_once_there_is_an_admin_or_a_day_has_gone(client, alice):
    people.set_active  # noqa: B018
    path = f"/join/{people.make_link(Link.Kind.SETUP, Role.ADMIN, by='')}"
    assert client.get(path).status_code == 404
    alice.delete()
    assert client.get(path).status_code == 200
    Link.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(path).status_code == 404


def test_the_environments_admin_is_made_once_and_never_overwritten(settings):
    settings.MOCKOPENAI_ADMIN_USER, settings.MOCKOPENAI_ADMIN_PASSWORD = "alice", PASSWORD
    assert first_admin.ensure() == ""
    settings.MOCKOPENAI_ADMIN_PASSWORD = "another long one"
    assert first_admin.ensure() == ""
    assert people.users().get(username="alice").check_password(PASSWORD)


def test_an_invitation_gives_its_role_once(alice):
    page = (
        logged_in(alice)
        .post("/people", {"do": "invite", "role": "operator", "label": "bob"})
        .content.decode()
    )
    [path] = re.findall(r"http://testserver(/join/[\w-]{43})", page)
    with ThreadPoolExecutor(3) as pool:
        codes = list(
            pool.map(
                lambda n: Client().post(path, {"name": f"bob{n}", "password": PASSWORD}).status_code, range(3)
            )
        )
    assert sorted(codes)[:2] == [200, 302] or sorted(codes).count(302) == 1
    [bob] = people.users().exclude(pk=alice.pk)
    assert role_of(bob) is Role.OPERATOR


def test_the_last_admin_stays(alice):
    client = logged_in(alice)
    for form in ({"do": "role", "role": "viewer"}, {"do": "active", "active": "0"}):
        answer = client.post("/people", {**form, "id": alice.pk})
        assert answer.status_code == 400
        assert "last admin" in answer.content.decode()
    people.add_user("bob", PASSWORD, Role.ADMIN)
    assert client.post("/people", {"do": "role", "role": "viewer", "id": alice.pk}).status_code == 302
    assert client.get("/people").status_code == 403


def test_guessing_is_slowed_down_and_tells_no_names(alice):
    def attempt(name: str, password: str = "wrong") -> object:
        return Client().post("/login", {"name": name, "password": password})

    texts = set()
    for name in ("alice", "nobody"):
        for _ in range(throttle.OF_NAME):
            answer = attempt(name)
            assert answer.status_code == 200
            texts.add(re.sub(r'value="[^"]*"', "", answer.content.decode()))
        answer = attempt(name, PASSWORD)
        assert answer.status_code == 429
        assert 0 < int(answer["Retry-After"]) <= 900
    assert len(texts) == 1
    Attempt.objects.update(at=timezone.now() - throttle.WINDOW)
    assert attempt("alice", PASSWORD).status_code == 302


def test_guesses_at_the_same_moment_are_counted_before_they_are_looked_at(alice, monkeypatch):
    looked_at = []

    def look(*_: object, **__: object) -> None:
        looked_at.append(True)
        time.sleep(0.1)  # as a real hash does

    monkeypatch.setattr(views, "authenticate", look)
    with ThreadPoolExecutor(20) as pool:
        forms = [{"name": "alice", "password": f"guess {n}"} for n in range(40)]
        codes = list(pool.map(lambda form: Client().post("/login", form).status_code, forms))
    assert len(looked_at) <= throttle.OF_NAME
    assert codes.count(429) == 40 - len(looked_at)


def test_who_logs_in_often_is_not_slowed_down(alice):
    for _ in range(throttle.OF_ADDRESS + 1):
        assert Client().post("/login", {"name": "alice", "password": PASSWORD}).status_code == 302
    assert not Attempt.objects.exists()


def test_an_address_is_slowed_down_too_and_a_forged_one_does_not_help(alice):
    for n in range(throttle.OF_ADDRESS):
        form = {"name": f"n{n}", "password": "wrong"}
        assert Client().post("/login", form, HTTP_X_FORWARDED_FOR=f"10.1.1.{n}").status_code == 200
    assert Client().post("/login", {"name": "x", "password": "y"}).status_code == 429


def test_a_login_has_a_new_session_and_ends_by_post_alone(client, alice):
    client.get("/login")
    client.session["x"] = 1
    before = client.session.session_key
    client.post("/login", {"name": "alice", "password": PASSWORD})
    assert client.session.session_key != before
    assert client.cookies["sessionid"]["httponly"]
    assert client.cookies["sessionid"]["samesite"] == "Lax"
    assert client.get("/logout").status_code == 405
    assert client.post("/logout").status_code == 302
    assert client.get("/api/desk").status_code == 401
    assert [row[1] for row in written()] == ["login", "logout"]


def test_a_changed_password_ends_the_other_sessions(alice):
    one, two = logged_in(alice), logged_in(alice)
    answer = one.post("/password", {"old": PASSWORD, "new": "quite another one"})
    assert answer.status_code == 200
    assert one.get("/api/desk").status_code == 200
    assert two.get("/api/desk").status_code == 401


def test_a_token_is_shown_once_and_kept_as_a_hash(alice):
    client = logged_in(alice)
    page = client.post("/tokens", {"do": "token", "role": "operator", "label": "ci"}).content.decode()
    [text] = re.findall(r"mot_[\w-]{43}", page)
    assert text not in client.get("/tokens").content.decode()
    row = Token.objects.get()
    assert text not in str(row.__dict__)
    api = Client(headers={"authorization": f"Bearer {text}"})
    assert api.get("/api/desk").status_code == 200
    assert api.delete("/api/preset-queue").status_code == 403
    assert Client().get(f"/api/desk?token={text}").status_code == 401
    used_at = Token.objects.get().used_at
    assert used_at
    api.get("/api/desk")
    assert Token.objects.get().used_at == used_at
    for path in (f"/admin/accounts/token/{row.pk}/change/", "/admin/accounts/token/"):
        page = client.get(path).content.decode()
        assert row.prefix in page
        assert row.digest not in page
    client.post("/tokens", {"do": "revoke-token", "id": row.pk})
    assert api.get("/api/desk").status_code == 401


def test_a_token_does_no_more_than_its_owner_now():
    bob = people.add_user("bob", PASSWORD, Role.OPERATOR)
    who = Who("bob", Role.OPERATOR, "session", bob.pk)
    with pytest.raises(RuleError):
        people.make_token(who, Role.EDITOR, label="", days=None)
    api = Client(
        headers={"authorization": f"Bearer {people.make_token(who, Role.OPERATOR, label='', days=1)}"}
    )
    assert (
        api.post("/api/preset-queue/ci", {"response": {}}, content_type="application/json").status_code == 200
    )
    people.add_user("alice", PASSWORD, Role.ADMIN)
    people.change_role(bob, Role.VIEWER)
    assert (
        api.post("/api/preset-queue/ci", {"response": {}}, content_type="application/json").status_code == 403
    )
    people.set_active(bob, False)
    assert api.get("/api/desk").status_code == 401


def test_what_was_done_is_in_the_log_and_what_was_refused_is_not(alice):
    client = logged_in(alice)
    client.post("/api/preset-queue/ci-42", {"response": {}}, content_type="application/json")
    client.delete("/api/preset-queue/ci-42")
    client.delete("/api/preset-queue/ci-42")
    client.put("/api/fallback", {"text": "auto"}, content_type="application/json")
    rows = [
        ("alice", "queue.add", "ci-42"),
        ("alice", "queue.clear", "ci-42"),
        ("alice", "fallback.switch", ""),
    ]
    assert written() == rows
    assert "queue.clear" in client.get("/people/log?who=alice&action=queue").content.decode()
    assert "queue.clear" not in client.get("/people/log?who=bob").content.decode()
    page = client.get("/people/log?about=CI-4").text.partition("<tbody>")[2]
    assert "queue.add" in page and "fallback.switch" not in page
    assert "modes: text auto, responses " in client.get("/people/log").text


def test_the_log_is_read_page_by_page_and_pruned(alice):
    Audit.objects.bulk_create([Audit(who="bob", kind="session", action=f"a.{n}") for n in range(120)])
    client = logged_in(alice)
    seen, before = [], ""
    while True:
        page = client.get(f"/people/log?before={before}").content.decode()
        seen += re.findall(r"<td>(a\.\d+)</td>", page)
        found = re.search(r"before=(\d+)", page)
        if not found:
            break
        before = found[1]
    assert seen == [f"a.{n}" for n in reversed(range(120))]
    Audit.objects.filter(action="a.7").update(at=timezone.now() - timedelta(days=91))
    assert audit.prune(days=90) == 1


def test_the_admin_changes_no_history(alice):
    row = Audit.objects.create(who="bob", kind="session", action="login")
    client = logged_in(alice)
    assert client.get("/admin/accounts/audit/").status_code == 200
    assert client.post(f"/admin/accounts/audit/{row.pk}/delete/").status_code == 403
    assert client.post(f"/admin/accounts/audit/{row.pk}/change/", {"who": "x"}).status_code == 403
    assert client.get("/admin/accounts/audit/add/").status_code == 403


def test_no_secret_is_kept_anywhere(alice):
    who = Who("alice", Role.ADMIN, "session", alice.pk)
    texts = [
        people.make_token(who, Role.ADMIN, label="", days=None),
        people.make_key(who, "ci-42", label="", days=None),
        people.make_link(Link.Kind.INVITATION, Role.VIEWER, by="alice"),
    ]
    Client().post("/login", {"name": "canary-as-name", "password": "canary-password"})
    audit.flush()
    rows = [row for model in (Token, CallerKey, Link, Attempt, Audit) for row in model.objects.values()]
    for text in (*texts, "canary"):
        assert text not in repr(rows)
