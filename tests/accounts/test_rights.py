"""The table of rights: every URL of the resolver, by every method, for every role."""

from collections.abc import Iterator

import pytest
from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, include, path, resolve

from apps.accounts import people
from apps.accounts.guard import LOGIN, guard
from apps.accounts.rights import TABLE, has_method, right_of
from apps.accounts.roles import Role

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
PASSWORD = "a long password"
NAMES = {"alice": Role.ADMIN, "bob": Role.OPERATOR, "charlie": Role.VIEWER, "an editor": Role.EDITOR}


def patterns(resolver: URLResolver | None = None, route: str = "") -> Iterator[str]:
    for one in (resolver or get_resolver()).url_patterns:
        here = route + str(one.pattern)
        if isinstance(one, URLPattern):
            yield here
        else:
            yield from patterns(one, here)


ALL = sorted(set(patterns()))


@pytest.fixture
def accounts(settings, transactional_db):
    settings.MOCKOPENAI_OPEN = False
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher"
    ]  # at once; nobody guesses here


@pytest.fixture
def clients(accounts) -> dict[str, Client]:
    found = {"": Client()}
    for name, role in NAMES.items():
        user = people.add_user(name.replace(" ", "."), PASSWORD, role)
        found[name] = Client()
        found[name].force_login(user)
    return found


def without_row(routes: list[str]) -> list[str]:
    return [f"{method} {route}" for route in routes for method in METHODS if right_of(route, method) is None]


def test_every_url_has_a_row_and_every_row_a_url():
    assert without_row(ALL) == []
    assert TABLE.keys() - set(ALL) == set()


def added(request):
    """A view that somebody adds, and forgets in the table."""
    return HttpResponse("done")


urlpatterns = [
    path("api/desk/added", added),
    path("added", added),
    path("api/exchanges/pruned", added),  # the row is there; its writing methods are in none
    path("", include("mockopenai.urls")),
]


def test_what_is_added_without_a_row_is_nobodys(clients, settings):
    settings.ROOT_URLCONF = __name__
    assert without_row(sorted(set(patterns())))[:2] == ["GET added", "HEAD added"]
    for client in clients.values():
        for route in ("/api/desk/added", "/added"):
            for method in METHODS:
                assert client.generic(method, route, HTTP_SEC_FETCH_MODE="cors").status_code in (401, 403)


def test_a_method_that_is_in_no_row_is_an_admins(clients, settings):
    settings.ROOT_URLCONF = __name__
    for method in ("POST", "PUT", "PATCH", "DELETE", "BREW"):
        codes = {
            name: client.generic(method, "/api/exchanges/pruned").status_code
            for name, client in clients.items()
        }
        assert codes == {"": 401, "bob": 403, "charlie": 403, "an editor": 403, "alice": 200}


def path_of(route: str) -> str:
    """A path that the pattern takes; what it names does not exist, so that nothing is done."""
    import re

    fixed = {"<str:ip>": "nobody-here", "<str:form>": "curl", "<str:link>": "no-link", "<int:place>": "0"}
    for mark, text in fixed.items():
        route = route.replace(mark, text)
    route = re.sub(r"<int:\w+>", "0", route)
    return "/" + re.sub(r"<\w+:\w+>|<\w+>", "x", route)


OWN = [route for route in ALL if not route.startswith(("admin/", "^", "static/")) and route != "logout"]


def needed(route: str, method: str) -> Role:
    """What the table says; a method that the view does not have needs no more than a look."""
    least = right_of(route, method).least or Role.NONE
    if least is Role.ADMIN and not has_method(resolve(path_of(route)).func, method):
        least = right_of(route, "GET").least
    return least


def let_pass(name: str, route: str, method: str) -> bool:
    """The guard's word about a request of that person, in front of a view that refuses nobody."""
    request = RequestFactory().generic(method, path_of(route), HTTP_SEC_FETCH_MODE="cors")
    if name:
        request.COOKIES["sessionid"] = "x"
        request.user = USERS[name]
    answer = guard(lambda _: HttpResponse(status=PASSED))(request)
    assert answer.status_code in (PASSED, 401, 403)
    return answer.status_code == PASSED


PASSED = 418  # no success, which would go into the audit log
USERS = {}


@pytest.mark.parametrize("is_open", [False, True])
def test_on_every_url_by_every_method_each_role_is_let_pass_or_refused(clients, settings, is_open):
    settings.MOCKOPENAI_OPEN = is_open
    USERS.update((user.username.replace(".", " "), user) for user in people.users().all())
    everybody = Role.EDITOR if is_open else Role.NONE
    wrong = [
        f"{name or 'nobody'} {method} {route}"
        for route in ALL
        if "(" not in route  # those have no one path
        for method in METHODS
        for name in clients
        if let_pass(name, route, method)
        is not (max(everybody, NAMES.get(name, Role.NONE)) >= needed(route, method))
    ]
    assert wrong == []


def test_the_views_refuse_nobody_whom_the_table_lets_pass(clients):
    """All in one test: each would begin with an empty database, which takes longer than the requests."""
    names = {Role.NONE: "", **{role: name for name, role in NAMES.items()}}
    wrong = [
        f"{method} {route}: {answer.status_code}"
        for route in OWN
        for method in METHODS
        if (client := clients[names[needed(route, method)]])
        and (answer := client.generic(method, path_of(route), HTTP_SEC_FETCH_MODE="cors")).status_code
        in (401, 403)
    ]
    assert wrong == []


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


def test_a_page_that_is_refused_is_one_of_ours_and_a_part_of_one_is_its_words(clients):
    page = clients["charlie"].get("/people")
    part = clients["charlie"].get("/people", HTTP_SEC_FETCH_MODE="cors")
    assert (page.status_code, part.status_code) == (403, 403)
    needs = "This needs the role admin; you are viewer."
    assert needs in page.text and 'href="/"' in page.text and "css/base.css" in page.text
    assert part.text == needs and part["Content-Type"].startswith("text/plain")


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
