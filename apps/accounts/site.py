"""Django's admin, for admins; who is logged in nowhere comes there through our own log-in."""

from django.contrib.admin import AdminSite
from django.http import HttpRequest

from apps.accounts.guard import who
from apps.accounts.roles import Role


class Site(AdminSite):
    site_header = site_title = "mockopenai"

    def has_permission(self, request: HttpRequest) -> bool:
        return who(request).may(Role.ADMIN)
