"""Finds who asks, of a Django request and of a WebSocket's scope: token, session, or the open server."""

from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest
from django.utils import timezone

from apps.accounts import secret
from apps.accounts.models import Token
from apps.accounts.roles import NOBODY, Role, Who, role_of, role_of_word

USED_EVERY = timedelta(minutes=1)


def is_open(server: str = "") -> bool:
    """Whether everybody is editor. `server`: the address that the connection came to.

    Where nothing was said it is so on loopback alone, whatever the server was told to listen on.
    """
    wish = settings.MOCKOPENAI_OPEN
    return bool(wish) if wish is not None else bool(settings.IS_LOOPBACK) and _may_be_loopback(server)


@lru_cache(maxsize=64)
def _may_be_loopback(server: str) -> bool:
    try:
        return ip_address(server.partition("%")[0]).is_loopback
    except ValueError:
        return True  # a name, or a socket file


def everybody(server: str) -> Who:
    """Who asks without any proof."""
    return Who("", Role.EDITOR, "open") if is_open(server) else NOBODY


def has_proof(authorization: str, cookies: Mapping[str, str]) -> bool:
    """Whether the database has to be asked."""
    return _token_in(authorization) != "" or settings.SESSION_COOKIE_NAME in cookies


def who_of_request(request: HttpRequest) -> Who:
    """Asks the database, at most, for a session's user, or for a token."""
    everyone = everybody(request.META.get("SERVER_NAME", ""))
    token = _token_in(request.headers.get("Authorization", ""))
    if token:
        return _of_token(token)
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return everyone
    return _higher(_of_user(request.user), everyone)


def who_of_scope(scope: Mapping[str, Any]) -> Who:
    """The same for a WebSocket, as often as it is asked: what was revoked meanwhile counts no more."""
    everyone, authorization, cookies = _read_scope(scope)
    token = _token_in(authorization)
    if token:
        return _of_token(token)
    key = cookies.get(settings.SESSION_COOKIE_NAME)
    if not key:
        return everyone
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    return _higher(_of_user(get_user(request)), everyone)


def scope_has_proof(scope: Mapping[str, Any]) -> bool:
    _, authorization, cookies = _read_scope(scope)
    return has_proof(authorization, cookies)


def everybody_of_scope(scope: Mapping[str, Any]) -> Who:
    return _read_scope(scope)[0]


def _read_scope(scope: Mapping[str, Any]) -> tuple[Who, str, dict[str, str]]:
    headers = {name.lower(): value.decode("latin-1") for name, value in scope.get("headers", ())}
    try:
        found = SimpleCookie(headers.get(b"cookie", ""))
    except CookieError:
        found = SimpleCookie()
    server = str((scope.get("server") or ("",))[0] or "")
    cookies = {name: morsel.value for name, morsel in found.items()}
    return everybody(server), headers.get(b"authorization", ""), cookies


def _token_in(authorization: str) -> str:
    """The token of ours in the header; another key is for /v1, and says nothing here."""
    scheme, _, given = authorization.partition(" ")
    given = given.strip()
    return given if scheme.lower() == "bearer" and given.startswith(secret.TOKEN) else ""


def _of_user(user: Any) -> Who:
    role = role_of(user) if user.is_authenticated else Role.NONE
    return Who(user.get_username(), role, "session", user.pk) if role else NOBODY


def _of_token(text: str) -> Who:
    rows = Token.objects.select_related("owner").prefetch_related("owner__groups")
    token = rows.filter(digest=secret.digest(text)).first()
    if token is None or not token.is_good:
        return NOBODY
    role = min(role_of_word(token.role), role_of(token.owner))
    if not role:
        return NOBODY
    now = timezone.now()
    if token.used_at is None or now - token.used_at > USED_EVERY:
        Token.objects.filter(pk=token.pk).update(used_at=now)
    return Who(token.owner.get_username(), role, "token", token.owner_id)


def _higher(known: Who, everyone: Who) -> Who:
    """In open mode nobody loses anything by logging in."""
    if not known.is_known:
        return everyone
    return known if known.role >= everyone.role else Who(known.name, everyone.role, known.kind, known.user_id)
