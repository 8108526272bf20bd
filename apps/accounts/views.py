"""The pages by which one comes in and out: log in, log out, use a link, change the password."""

from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts import audit, throttle
from apps.accounts.address import address_of_request
from apps.accounts.forms import JoinForm, LogInForm, PasswordForm
from apps.accounts.guard import LOGIN, NEXT, safe_next, who
from apps.accounts.people import RuleError, find_link, use_link
from apps.accounts.roles import NOBODY, Role, Who, role_of


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    form = LogInForm(request.POST if request.method == "POST" else None)
    status, wait_s = 200, 0
    if request.method == "POST" and form.is_valid():
        name, address = form.cleaned_data["name"], address_of_request(request)
        wait_s = throttle.begin(name, address)
        if wait_s:
            status = 429
            text = _("Too many log-ins failed. Try again in %(n)s minutes.") % {"n": -(-wait_s // 60)}
            form.add_error(None, text)
        elif (user := authenticate(request, username=name, password=form.cleaned_data["password"])) is None:
            # The name stays out: people type their password there.
            audit.record(NOBODY, "login.failed", address=address)
            form.add_error(None, _("This name and this password do not belong together."))
        else:
            throttle.succeeded(name, address)
            login(request, user)  # with a new session
            _note(request, user, "login")
            return HttpResponseRedirect(safe_next(request))
    shown = {"form": form, "next": safe_next(request), "next_name": NEXT}
    response = render(request, "accounts/login.html", shown, status=status)
    if wait_s:
        response["Retry-After"] = str(wait_s)
    return response


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        _note(request, request.user, "logout")
    logout(request)
    return HttpResponseRedirect(LOGIN)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, link: str) -> HttpResponse:
    """Makes the account that a link promises, and logs it in."""
    found = find_link(link)
    if found is None:
        return render(request, "accounts/join.html", {"link": None}, status=404)
    form = JoinForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            user = use_link(found, form.cleaned_data["name"], form.cleaned_data["password"])
        except RuleError as error:
            form.add_error(None, str(error))
        else:
            login(request, user)
            _note(request, user, "user.join", role=found.role, invited_by=found.made_by)
            return HttpResponseRedirect("/")
    return render(request, "accounts/join.html", {"link": found, "form": form})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    user = request.user
    if not user.is_authenticated:
        return HttpResponseRedirect(f"{LOGIN}?{NEXT}=/password")
    form = PasswordForm(request.POST if request.method == "POST" else None)
    done = False
    if request.method == "POST" and form.is_valid():
        name, address = user.get_username(), address_of_request(request)
        try:
            validate_password(form.cleaned_data["new"], user)
        except ValidationError as error:
            form.add_error("new", error)
        if throttle.begin(name, address):
            form.add_error("old", _("Too many log-ins failed. Wait a quarter of an hour."))
        elif not user.check_password(form.cleaned_data["old"]):
            form.add_error("old", _("That is not your present password."))
        else:
            throttle.succeeded(name, address)
        if not form.errors:
            user.set_password(form.cleaned_data["new"])
            user.save(update_fields=["password"])
            update_session_auth_hash(request, user)  # the other sessions end
            _note(request, user, "user.password")
            done = True
    return render(request, "accounts/password.html", {"form": form, "done": done})


def _note(request: HttpRequest, user: object, action: str, **detail: str) -> None:
    name, role = user.get_username(), role_of(user)  # type: ignore[attr-defined]
    by = Who(name, role or who(request).role or Role.NONE, "session")
    audit.record(by, action, object=name, detail=detail, address=address_of_request(request))
