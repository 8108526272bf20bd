"""The first admin: from the environment, or by a link that the start prints. There is no default password."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from apps.accounts import audit
from apps.accounts.models import Link
from apps.accounts.people import RuleError, add_user, admins, make_link, users
from apps.accounts.roles import Role, Who

START = Who("(start)", Role.ADMIN, "nobody")


def ensure() -> str:
    """Makes the environment's admin, unless somebody of that name is there; else, while there is no admin,
    the path of a set-up link, which is to be shown to whoever starts the server. "": nothing to do.
    """
    name, password = settings.MOCKOPENAI_ADMIN_USER, settings.MOCKOPENAI_ADMIN_PASSWORD
    if bool(name) != bool(password):
        raise ImproperlyConfigured(
            "Set MOCKOPENAI_ADMIN_USER and MOCKOPENAI_ADMIN_PASSWORD, or neither of them."
        )
    if name and not users().filter(username=name).exists():
        try:
            add_user(name, password, Role.ADMIN)
        except RuleError as error:
            # Another process that starts with the same settings may have been first.
            if not users().filter(username=name).exists():
                raise ImproperlyConfigured(f"MOCKOPENAI_ADMIN_USER cannot be made: {error}") from None
        else:
            audit.record(START, "user.add", object=name, detail={"role": "admin"})
    if admins():
        return ""
    return f"/join/{make_link(Link.Kind.SETUP, Role.ADMIN, by='(start)')}"
