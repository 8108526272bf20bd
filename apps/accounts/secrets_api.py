"""Tokens and caller keys over REST: listed without their secrets, made, revoked."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.exceptions import NotFound, ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts import audit, people, secret
from apps.accounts.address import address_of_request
from apps.accounts.guard import who
from apps.accounts.models import CallerKey, Token
from apps.accounts.rest import RestError, RestView
from apps.accounts.roles import Role, role_of_word

LISTED_MAX = 1000  # the newest
LABEL_MAX = 100
DAYS_MAX = 3650


class TokensView(RestView):
    """GET: one's own tokens, an admin's answer has everybody's. POST: a new one, whose text is shown once."""

    def get(self, request: Request) -> Response:
        return Response({"items": [_token(row) for row in _tokens(request)[:LISTED_MAX]]})

    def post(self, request: Request) -> Response:
        fields = _fields(self, request, "label", "role", "days")
        role = role_of_word(_text(fields, "role"))
        if not role:
            raise ParseError("role has to be viewer, operator, editor or admin.")
        try:
            text = people.make_token(who(request), role, label=_text(fields, "label"), days=_days(fields))
        except people.RuleError as error:
            raise RestError(403, str(error)) from None
        _note(request, "token.add", _text(fields, "label"), role=role.word)
        row = Token.objects.select_related("owner").get(digest=secret.digest(text))
        return Response({**_token(row), "token": text}, status=201)


class TokenView(RestView):
    """DELETE: revokes one's own token, an admin anybody's."""

    def delete(self, request: Request, row_id: int) -> Response:
        return Response(_token(_revoked(request, _tokens(request), row_id, "token.revoke")))


class CallerKeysView(RestView):
    """GET: the keys for /v1. POST: a new one, whose text is shown once."""

    def get(self, request: Request) -> Response:
        return Response({"items": [_key(row) for row in CallerKey.objects.order_by("-id")[:LISTED_MAX]]})

    def post(self, request: Request) -> Response:
        fields = _fields(self, request, "caller", "label", "days")
        caller, label = _text(fields, "caller"), _text(fields, "label")
        try:
            text = people.make_key(who(request), caller, label=label, days=_days(fields))
        except people.RuleError as error:
            raise ParseError(str(error)) from None
        _note(request, "key.add", caller, label=label)
        row = CallerKey.objects.get(digest=secret.digest(text))
        return Response({**_key(row), "key": text}, status=201)


class CallerKeyView(RestView):
    """DELETE: revokes a key."""

    def delete(self, request: Request, row_id: int) -> Response:
        return Response(_key(_revoked(request, CallerKey.objects.all(), row_id, "key.revoke")))


def _tokens(request: Request) -> "QuerySet[Token]":
    """Those that the asker may see and revoke."""
    rows = Token.objects.select_related("owner").order_by("-id")
    asker = who(request)
    return rows if asker.may(Role.ADMIN) else rows.filter(owner_id=asker.user_id)


def _revoked(request: Request, rows: Any, row_id: int, action: str) -> Any:
    row = rows.filter(pk=row_id).first()
    if row is None:
        raise NotFound("There is nothing of that number.")
    people.revoke(row)
    _note(request, action, str(row))
    return row


def _fields(view: RestView, request: Request, *known: str) -> dict[str, Any]:
    return view.optional_object(request, *known)


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name, "")
    if not isinstance(value, str) or len(value) > LABEL_MAX or "\0" in value:
        raise ParseError(f"{name} must be a text of at most {LABEL_MAX} characters.")
    return value


def _days(fields: dict[str, Any]) -> int | None:
    days = fields.get("days")
    if days is not None and (type(days) is not int or not 1 <= days <= DAYS_MAX):
        raise ParseError(
            f"days must be a whole number from 1 to {DAYS_MAX}, or left out: it then has no end."
        )
    return days


def _note(request: Request, action: str, about: str, **detail: object) -> None:
    address = address_of_request(request._request)
    audit.record(who(request), action, object=about, detail=detail, address=address)


def _token(row: Token) -> dict[str, Any]:
    return {**_secret(row), "owner": row.owner.get_username(), "role": row.role}


def _key(row: CallerKey) -> dict[str, Any]:
    return {**_secret(row), "caller": row.caller, "made_by": row.made_by}


def _secret(row: Token | CallerKey) -> dict[str, Any]:
    names = ("id", "label", "prefix", "created_at", "used_at", "expires_at", "revoked_at")
    return {name: getattr(row, name) for name in names}
