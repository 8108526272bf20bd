"""The pages People (for admins), API tokens (everybody's own), and the audit log."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from apps.accounts import audit, people
from apps.accounts.address import address_of_request
from apps.accounts.forms import MakeForm
from apps.accounts.guard import to_login, who
from apps.accounts.models import Audit, CallerKey, Link, Token
from apps.accounts.people import RuleError
from apps.accounts.roles import ROLES, Role, role_of, role_of_word

LOG_PAGE = 50
Made = tuple[str, str]  # what was made, and its text, which is shown this once
Do = Callable[[HttpRequest, dict[str, Any]], Made | None]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def people_page(request: HttpRequest) -> HttpResponse:
    """Users, invitations, keys, everybody's tokens."""
    return _page(request, "accounts/people.html", _ADMIN, _people)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """One's own tokens."""
    if who(request).user_id is None or who(request).kind != "session":
        return to_login(request)
    return _page(request, "accounts/tokens.html", _OWN, _tokens)


@never_cache
@require_http_methods(["GET", "HEAD"])
def log(request: HttpRequest) -> HttpResponse:
    """The audit log, newest first; `?who=`, `?action=`, `?about=`; `?before=` the last id of a page."""
    names = ("who", "action", "about", "before")
    asked = {name: request.GET.get(name, "").replace("\0", "")[:200] for name in names}
    rows = Audit.objects.order_by("-id")
    if asked["who"]:
        rows = rows.filter(who=asked["who"])
    if asked["action"]:
        rows = rows.filter(action__startswith=asked["action"])
    if asked["about"]:
        rows = rows.filter(object__icontains=asked["about"])
    if asked["before"].isascii() and asked["before"].isdigit() and len(asked["before"]) < 19:
        rows = rows.filter(id__lt=int(asked["before"]))
    found = list(rows[: LOG_PAGE + 1])
    more = found[LOG_PAGE - 1].pk if len(found) > LOG_PAGE else None
    return render(request, "accounts/log.html", {"rows": found[:LOG_PAGE], "asked": asked, "more": more})


def _page(
    request: HttpRequest, template: str, can: dict[str, Do], context: Callable[[HttpRequest], dict[str, Any]]
) -> HttpResponse:
    made, error = None, ""
    if request.method == "POST":
        form = MakeForm(request.POST)
        do = can.get(request.POST.get("do", ""))
        if do is None or not form.is_valid():
            error = _("This form is not filled in.")
        else:
            try:
                made = do(request, form.cleaned_data)
            except RuleError as refused:
                error = str(refused)
            else:
                if made is None:
                    return HttpResponseRedirect(request.path)
    shown = {**context(request), "made": made, "error": error}
    return render(request, template, shown, status=400 if error else 200)


def _people(request: HttpRequest) -> dict[str, Any]:
    users = people.users().order_by("username").prefetch_related("groups")
    return {
        "users": [{"user": user, "role": role_of(user).word} for user in users],
        "roles": [role.word for role in ROLES],
        "links": Link.objects.filter(kind=Link.Kind.INVITATION).order_by("-id")[:50],
        "keys": CallerKey.objects.order_by("-id")[:200],
        "tokens": Token.objects.select_related("owner").order_by("-id")[:200],
    }


def _tokens(request: HttpRequest) -> dict[str, Any]:
    own = role_of(request.user)
    roles = [role.word for role in ROLES if role <= own]
    return {"tokens": Token.objects.filter(owner=who(request).user_id).order_by("-id"), "roles": roles}


def _note(request: HttpRequest, action: str, about: object, **detail: object) -> None:
    audit.record(who(request), action, object=str(about), detail=detail, address=address_of_request(request))


def _row(request: HttpRequest, rows: Any) -> Any:
    given = request.POST.get("id", "")
    row = (
        rows.filter(pk=int(given)).first()
        if given.isascii() and given.isdigit() and len(given) < 19
        else None
    )
    if row is None:
        raise Http404("There is nothing of that number.")
    return row


def _set_role(request: HttpRequest, data: dict[str, Any]) -> None:
    user, role = _row(request, people.users()), role_of_word(data["role"])
    if not role:
        raise RuleError(_("Choose a role."))
    people.change_role(user, role)
    _note(request, "user.role", user.get_username(), role=role.word)


def _set_active(request: HttpRequest, data: dict[str, Any]) -> None:
    user, active = _row(request, people.users()), request.POST.get("active") == "1"
    people.set_active(user, active)
    _note(request, "user.active", user.get_username(), active=active)


def _invite(request: HttpRequest, data: dict[str, Any]) -> Made:
    role = role_of_word(data["role"]) or Role.VIEWER
    text = people.make_link(Link.Kind.INVITATION, role, by=who(request).name, label=data["label"])
    _note(request, "invitation.add", data["label"], role=role.word)
    return _("Invitation"), request.build_absolute_uri(f"/join/{text}")


def _add_key(request: HttpRequest, data: dict[str, Any]) -> Made:
    text = people.make_key(who(request), data["caller"], label=data["label"], days=data["days"])
    _note(request, "key.add", data["caller"], label=data["label"])
    return _("Key for /v1"), text


def _add_token(request: HttpRequest, data: dict[str, Any]) -> Made:
    text = people.make_token(who(request), role_of_word(data["role"]), label=data["label"], days=data["days"])
    _note(request, "token.add", data["label"], role=data["role"])
    return _("API token"), text


def _revoke(rows: Callable[[HttpRequest], Any], action: str) -> Do:
    def do(request: HttpRequest, data: dict[str, Any]) -> None:
        row = _row(request, rows(request))
        people.revoke(row)
        _note(request, action, row)

    return do


_ADMIN: dict[str, Do] = {
    "role": _set_role,
    "active": _set_active,
    "invite": _invite,
    "key": _add_key,
    "revoke-link": _revoke(lambda _: Link.objects, "invitation.revoke"),
    "revoke-key": _revoke(lambda _: CallerKey.objects, "key.revoke"),
    "revoke-token": _revoke(lambda _: Token.objects, "token.revoke"),
}
_OWN: dict[str, Do] = {
    "token": _add_token,
    "revoke-token": _revoke(lambda request: Token.objects.filter(owner=who(request).user_id), "token.revoke"),
}
