"""What every page knows of whoever looks at it."""

from typing import Any

from django.http import HttpRequest

from apps.accounts.guard import who
from apps.accounts.roles import Role


def asking(request: HttpRequest) -> dict[str, Any]:
    """`who`, and what they may do."""
    found = who(request)
    may = {role.word: found.may(role) for role in Role if role}
    return {"who": found, "may": may}
