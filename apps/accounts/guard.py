"""Stands in front of every view: finds who asks, and whether the table of rights lets them pass."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import orjson
from asgiref.sync import iscoroutinefunction, sync_to_async
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils.decorators import sync_and_async_middleware
from django.utils.translation import gettext as _

from apps.accounts import audit
from apps.accounts.address import address_of_request
from apps.accounts.person import person_name
from apps.accounts.rights import READ, Right, has_method, right_of
from apps.accounts.roles import NOBODY, Role, Who
from apps.accounts.who import everybody, has_proof, who_of_request

Next = Callable[[HttpRequest], Any]  # returns a response, or promises one
LOGIN = "/login"
NEXT = "next"


@sync_and_async_middleware
def guard(get_response: Next) -> Next:
    """Sets `request.who`; refuses what the table refuses, and what it does not know."""
    if iscoroutinefunction(get_response):
        find_later = sync_to_async(who_of_request, thread_sensitive=True)

        async def pass_later(request: HttpRequest) -> HttpResponseBase:
            who = await find_later(request) if _has_proof(request) else _everybody(request)
            right, refusal = _judge(request, who)
            if refusal is not None:
                return refusal
            return _noted(request, right, await get_response(request))

        return pass_later

    def pass_now(request: HttpRequest) -> HttpResponseBase:
        who = who_of_request(request) if _has_proof(request) else _everybody(request)
        right, refusal = _judge(request, who)
        return refusal if refusal is not None else _noted(request, right, get_response(request))

    return pass_now


def who(request: Any) -> Who:
    """Who asks; of REST framework's requests, too."""
    found: Who = getattr(getattr(request, "_request", request), "who", NOBODY)
    return found


def _has_proof(request: HttpRequest) -> bool:
    return has_proof(request.headers.get("Authorization", ""), request.COOKIES)


def _everybody(request: HttpRequest) -> Who:
    return everybody(request.META.get("SERVER_NAME", ""))


def _judge(request: HttpRequest, who: Who) -> tuple[Right | None, HttpResponse | None]:
    request.who = who  # type: ignore[attr-defined]
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return None, None  # nothing is there, for nobody
    method = request.method or ""
    right = right_of(match.route, method)
    if right is None:
        return None, _refused(request, who, Role.ADMIN, unknown=True)
    if right.least is Role.ADMIN and not has_method(match.func, method):
        right = right_of(match.route, "GET") or right
    if right.least is None or who.may(right.least):
        return right, None
    return right, _refused(request, who, right.least)


def _refused(request: HttpRequest, who: Who, least: Role, *, unknown: bool = False) -> HttpResponse:
    if request.path_info.startswith("/api"):
        return _refused_rest(who, least, unknown=unknown)
    if who.kind != "nobody" and not (who.kind == "open" and least > who.role):
        needs = _("This needs the role %(least)s; you are %(role)s.")
        text = needs % {"least": least.word, "role": who.role.word}
        if _is_page(request):
            return HttpResponse(render_to_string("403.html", {"needs": text}), status=403)
        return HttpResponse(text, status=403, content_type="text/plain; charset=utf-8")
    return to_login(request)


def _is_page(request: HttpRequest) -> bool:
    """Not a part of one; a browser says what it asks for, and whoever does not may as well have the page."""
    wanted = request.headers.get("Sec-Fetch-Mode", "navigate")
    return wanted == "navigate" and "HX-Request" not in request.headers


def to_login(request: HttpRequest) -> HttpResponse:
    """A page leads to the log-in; a part of one, which a script fetched, says so to the script."""
    is_page = _is_page(request) and request.method in READ
    here = request.get_full_path() if is_page else "/"
    address = f"{LOGIN}?{NEXT}={quote(here, safe='/')}"
    if is_page:
        return HttpResponseRedirect(address)
    return HttpResponse(
        "Log in first.", status=401, content_type="text/plain", headers={"HX-Redirect": LOGIN}
    )


def _refused_rest(who: Who, least: Role, *, unknown: bool) -> HttpResponse:
    if who.kind == "nobody":
        detail = "Log in at /login, or send the header Authorization: Bearer TOKEN (one is made at /tokens)."
        return _json({"detail": detail}, 401, {"WWW-Authenticate": "Bearer"})
    detail = f"This needs the role {least.word}; you have the role {who.role.word}."
    return _json({"detail": "Nobody may use this address." if unknown else detail}, 403)


def _json(data: dict[str, str], status: int, headers: dict[str, str] | None = None) -> HttpResponse:
    content = orjson.dumps(data)
    return HttpResponse(content, status=status, content_type="application/json", headers=headers)


def _noted(request: HttpRequest, right: Right | None, response: HttpResponseBase) -> HttpResponseBase:
    """What was done goes into the audit log; what was refused did not happen."""
    if right is not None and right.action and response.status_code < 400:
        found: Any = request.resolver_match
        about = "/".join(str(value) for value in found.kwargs.values()) if found else ""
        detail: dict[str, Any] = {"take_over": True} if "take_over" in request.GET else {}
        if right.action == "fallback.switch" and isinstance(response, HttpResponse):
            detail = {"modes": orjson.loads(response.content)}
        elif right.action == "journal.delete" and request.GET:
            detail = {"filter": request.GET.urlencode()[:1000]}
        audit.record(
            named(who(request), request.headers.get("X-Mock-Person", "")),
            right.action,
            object=about,
            detail=detail,
            address=address_of_request(request),
        )
    return response


def named(who: Who, person: str) -> Who:
    """With the name that a person gave the dashboard, where there is no account to name them."""
    return who if who.is_known else Who(person_name(person), who.role, who.kind)


def safe_next(request: HttpRequest) -> str:
    """Where a log-in leads: a page of ours, never somebody else's."""
    from django.utils.http import url_has_allowed_host_and_scheme as is_ours

    wanted = request.POST.get(NEXT) or request.GET.get(NEXT) or "/"
    fine = wanted.startswith("/") and is_ours(
        wanted, allowed_hosts=None, require_https=settings.MOCKOPENAI_HTTPS
    )
    return wanted if fine else "/"
