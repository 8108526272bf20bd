"""What can be done with users, links, tokens and keys; every rule about them is here."""

from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts import caller_keys, secret
from apps.accounts.models import CallerKey, Link, Token
from apps.accounts.roles import Role, Who, role_of, role_of_word
from apps.wire.caller_name import caller_name

SETUP_LASTS = timedelta(hours=24)
INVITATION_LASTS = timedelta(days=7)


class RuleError(Exception):
    """What was asked for is not possible; its text says why, to the person who asked."""


def users() -> Any:
    return get_user_model().objects


def admins() -> list[Any]:
    """Whoever may log in as admin."""
    rows = users().filter(is_active=True).prefetch_related("groups")
    return [user for user in rows if role_of(user) is Role.ADMIN]


def add_user(name: str, password: str, role: Role) -> Any:
    """A new user; raises RuleError for a name or a password that will not do."""
    user = get_user_model()(username=name, is_staff=role is Role.ADMIN)
    user.set_password(password)
    try:
        user.full_clean(exclude=["password"])
        validate_password(password, user)
        with transaction.atomic():
            user.save()
            _set_group(user, role)
    except ValidationError as error:
        raise RuleError(" ".join(error.messages)) from None
    except IntegrityError:
        raise RuleError(_("That name is taken.")) from None
    return user


def change_role(user: Any, role: Role) -> None:
    with transaction.atomic():
        _keep_an_admin(user, unless=role is Role.ADMIN)
        user.is_superuser, user.is_staff = False, role is Role.ADMIN
        user.save(update_fields=["is_superuser", "is_staff"])
        _set_group(user, role)


def set_active(user: Any, active: bool) -> None:
    with transaction.atomic():
        _keep_an_admin(user, unless=active)
        user.is_active = active
        user.save(update_fields=["is_active"])


def _keep_an_admin(user: Any, *, unless: bool) -> None:
    list(users().select_for_update().order_by("pk").values_list("pk"))  # of two at once the other one waits
    if not unless and [found.pk for found in admins()] == [user.pk]:
        raise RuleError(_("This is the last admin: make another one first."))


def _set_group(user: Any, role: Role) -> None:
    group, _made = Group.objects.get_or_create(name=role.word)
    user.groups.set([group])


def make_link(kind: str, role: Role, *, by: str, label: str = "") -> str:
    """The secret of a new link, which is shown once. A new set-up link ends the older ones."""
    made = secret.make(secret.LINK)
    if kind == Link.Kind.SETUP:
        Link.objects.filter(kind=kind).delete()
    lasts = SETUP_LASTS if kind == Link.Kind.SETUP else INVITATION_LASTS
    Link.objects.create(
        kind=kind,
        role=role.word,
        made_by=by,
        label=label[:100],
        prefix=made.prefix,
        digest=made.digest,
        expires_at=timezone.now() + lasts,
    )
    return made.text


def find_link(text: str) -> Link | None:
    """The link, while it can be used; that of the set-up not once there is an admin."""
    link = Link.objects.filter(digest=secret.digest(text)).first()
    if link is None or not link.is_open or (link.kind == Link.Kind.SETUP and admins()):
        return None
    return link


def use_link(link: Link, name: str, password: str) -> Any:
    """The new user; of two who use a link at once, one."""
    with transaction.atomic():
        now = timezone.now()
        if not Link.objects.filter(pk=link.pk, used_at=None, revoked_at=None).update(used_at=now):
            raise RuleError(_("This link has been used."))
        return add_user(name, password, role_of_word(link.role))


def make_token(who: Who, role: Role, *, label: str, days: int | None) -> str:
    """The new token's text, which is shown once."""
    if who.user_id is None:
        raise RuleError(_("A token belongs to an account: log in first."))
    owner = users().get(pk=who.user_id)
    if not role or role > min(who.role, role_of(owner)):  # a token makes none above itself
        raise RuleError(_("A token cannot do more than its owner."))
    made = secret.make(secret.TOKEN)
    expires_at = timezone.now() + timedelta(days=days) if days else None
    Token.objects.create(
        owner=owner,
        role=role.word,
        label=label[:100],
        prefix=made.prefix,
        digest=made.digest,
        expires_at=expires_at,
    )
    return made.text


def make_key(who: Who, caller: str, *, label: str, days: int | None) -> str:
    """A new /v1 key's text, which is shown once."""
    try:
        name = caller_name(caller)
    except ValueError as error:
        raise RuleError(str(error)) from None
    made = secret.make(secret.CALLER_KEY)
    expires_at = timezone.now() + timedelta(days=days) if days else None
    CallerKey.objects.create(
        caller=name,
        made_by=who.name,
        label=label[:100],
        prefix=made.prefix,
        digest=made.digest,
        expires_at=expires_at,
    )
    caller_keys.renew()
    return made.text


def revoke(row: Token | CallerKey | Link) -> None:
    if row.revoked_at is None:
        row.revoked_at = timezone.now()
        row.save(update_fields=["revoked_at"])
        if isinstance(row, CallerKey):
            caller_keys.renew()
