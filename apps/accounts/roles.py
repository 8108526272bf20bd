"""The four roles, each of which may do what the one before it may; and who asks, as one value."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Literal

Kind = Literal["session", "token", "open", "nobody"]


class Role(IntEnum):
    """What somebody may do; `NONE` nothing. The names in lower case are those of Django's groups."""

    NONE = 0
    VIEWER = 1
    OPERATOR = 2
    EDITOR = 3
    ADMIN = 4

    @property
    def word(self) -> str:
        return self.name.lower()


ROLES = tuple(role for role in Role if role)
CHOICES = [(role.word, role.word) for role in ROLES]
_BY_WORD = {role.word: role for role in ROLES}


@dataclass(frozen=True, slots=True)
class Who:
    """Who asks: the name that others see ("" when nobody gave one), the role, and how that is known."""

    name: str
    role: Role
    kind: Kind
    user_id: int | None = None

    @property
    def is_known(self) -> bool:
        """Whether an account stands behind it."""
        return self.kind in ("session", "token")

    def may(self, least: Role) -> bool:
        return self.role >= least


NOBODY = Who("", Role.NONE, "nobody")


def role_of_word(word: str) -> Role:
    """The role of that name; `NONE` for what is none."""
    return _BY_WORD.get(word, Role.NONE)


def role_of(user: Any) -> Role:
    """The highest role of a user's groups; a superuser is admin, and whoever may not log in has none."""
    if not user.is_active:
        return Role.NONE
    if user.is_superuser:
        return Role.ADMIN
    return max((role_of_word(group.name) for group in user.groups.all()), default=Role.NONE)
