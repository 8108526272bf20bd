"""The table of rights: every URL of the resolver, by every method, for every role."""

from collections.abc import Iterator

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from apps.accounts import people
from apps.accounts.guard import LOGIN
from apps.accounts.rights import right_of
from apps.accounts.roles import Role

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
PASSWORD = "a long password"
NAMES = {"alice": Role.ADMIN, "bob": Role.OPERATOR, "charlie": Role.VIEWER, "an editor": Role.EDITOR}


def patterns(
    resolver: URLResolver | None = None, route: str = "", namespace: str = ""
) -> Iterator[tuple[str, str]]:
    for one in (resolver or get_resolver()).url_patterns:
        here = route + str(one.pattern)
        if isinstance(one, URLPattern):
            yield here, namespace
        else:
            yield from patterns(one, here, namespace or one.namespace or "")


ALL = sorted(set(patterns()))


@pytest.fixture
def accounts(settings, transactional_db):
    settings.MOCKOPENAI_OPEN = False


@pytest.fixture
def clients(accounts) -> dict[str, Client]:
    found = {"": Client()}
    for name, role in NAMES.items():
        user = people.add_user(name.replace(" ", "."), PASSWORD, role)
        found[name] = Client()
        found[name].force_login(user)
    return found


@pytest.mark.parametrize(("route", "namespace"), ALL)
def test_every_url_has_a_row(route, namespace):
    for method in METHODS:
        assert right_of(route, namespace, method) is not None, f"{method} {route} is in no row of the table"


def path_of(route: str) -> str:
    """A path that the pattern takes; what it names does not exist, so that nothing is done."""
    import re

    fixed = {"<str:ip>": "nobody-here", "<str:form>": "curl", "<str:link>": "no-link", "<int:place>": "0"}
    for mark, text in fixed.items():
        route = route.replace(mark, text)
    route = re.sub(r"<int:\w+>", "0", route)
    return "/" + re.sub(r"<\w+:\w+>|<\w+>", "x", route)


OWN = [
    (route, namespace)
    for route, namespace in ALL
    if not route.startswith(("admin/", "^", "static/")) and "(" not in route and route != "logout"
]


def test_whoever_lacks_the_role_is_refused_and_nobody_else(clients):
    """All in one test: each would begin with an empty database, which takes longer than the requests."""
    wrong = [
        f"{name or 'nobody'} {method} {route}: {answer.status_code}"
        for route, namespace in OWN
        for method in METHODS
        for name, client in clients.items()
        if (answer := client.generic(method, path_of(route), HTTP_SEC_FETCH_MODE="cors"))
        and not is_right(answer.status_code, name, right_of(route, namespace, method).least)
    ]
    assert wrong == []


def is_right(status: int, name: str, least: Role | None) -> bool:
    if least is None or NAMES.get(name, Role.NONE) >= least:
        return status not in (401, 403)
    return status == (403 if name else 401)


@pytest.mark.parametrize("path", ["/admin/", "/admin/journal/exchange/", "/admin/login/", "/admin/no/such"])
def test_the_admin_is_for_admins(clients, path):
    assert clients[""].get(path)["Location"].startswith(LOGIN)
    for name in ("bob", "charlie", "an editor"):
        assert clients[name].get(path).status_code == 403
    assert clients["alice"].get(path).status_code in (200, 302, 404)


def test_a_refusal_says_what_is_needed(clients):
    nobody = clients[""].get("/api/desk")
    assert nobody.status_code == 401
    assert "Authorization: Bearer" in nobody.json()["detail"]
    viewer = clients["charlie"].put("/api/fallback", "{}", content_type="application/json")
    assert viewer.json() == {"detail": "This needs the role editor; you have the role viewer."}


def test_a_page_leads_to_the_login_and_back_but_to_no_other_site(clients):
    answer = clients[""].get("/queues/ci-42?x=1", HTTP_ACCEPT="text/html")
    assert answer["Location"] == "/login?next=/queues/ci-42%3Fx%3D1"
    for wanted, leads in [
        ("/queues/ci-42?x=1", "/queues/ci-42?x=1"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
    ]:
        answer = Client().post("/login", {"name": "bob", "password": PASSWORD, "next": wanted})
        assert answer["Location"] == leads


def test_in_open_mode_everybody_is_editor_and_an_admin_more(client, settings, accounts):
    settings.MOCKOPENAI_OPEN = True
    assert client.get("/api/desk").status_code == 200
    assert client.delete("/api/preset-queue").status_code == 200
    assert client.get("/people")["Location"].startswith("/login")
    client.force_login(get_user_model().objects.create_superuser("alice", "", PASSWORD))
    assert client.get("/people").status_code == 200


def test_a_viewer_who_logs_in_on_an_open_server_loses_nothing(client, settings, accounts):
    settings.MOCKOPENAI_OPEN = True
    client.force_login(people.add_user("charlie", PASSWORD, Role.VIEWER))
    assert client.delete("/api/preset-queue").status_code == 200


def test_unless_it_is_said_a_server_is_open_on_loopback_alone(client, transactional_db):
    assert client.get("/api/desk").status_code == 200
    assert client.get("/api/desk", SERVER_NAME="192.168.1.5", HTTP_HOST="localhost").status_code == 401
