"""What Django itself asks of a user: whoever is admin may do everything, nobody else anything."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from apps.accounts.roles import Role, role_of


class RoleBackend(ModelBackend):
    """Passwords as Django keeps them; permissions by role."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return role_of(user_obj) is Role.ADMIN

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return role_of(user_obj) is Role.ADMIN
