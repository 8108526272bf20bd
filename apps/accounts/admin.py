"""The accounts in Django's admin: to look at, and to revoke; hashes are not shown, history does not change.

Users get their roles on the page People, which keeps the rules: a last admin stays.
"""

from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.accounts import people
from apps.accounts.admin_kept import HistoryAdmin
from apps.accounts.models import Audit, CallerKey, Link, Token

admin.site.unregister(Group)
admin.site.unregister(get_user_model())
if admin.site.is_registered(Session):
    admin.site.unregister(Session)


@admin.register(get_user_model())
class UserAdmin(HistoryAdmin):
    list_display = ["username", "is_active", "is_superuser", "last_login", "date_joined"]
    list_filter = ["is_active", "groups"]
    search_fields = ["username"]
    fields = ["username", "groups", "is_active", "is_superuser", "last_login", "date_joined"]


class SecretAdmin(HistoryAdmin):
    """Read-only but for one action: what was handed out can be taken back."""

    actions = ["revoke"]

    @admin.action(description="Revoke")
    def revoke(self, request: HttpRequest, queryset: "QuerySet[Any]") -> None:
        rows = [row for row in queryset if row.revoked_at is None]
        for row in rows:
            people.revoke(row)
            self.keep(request, "revoke", row)
        self.message_user(request, f"{len(rows)} revoked.")


@admin.register(Token)
class TokenAdmin(SecretAdmin):
    list_display = ["prefix", "label", "owner", "role", "created_at", "used_at", "expires_at", "revoked_at"]
    list_filter = ["role", "revoked_at"]
    search_fields = ["prefix", "label", "owner__username"]
    exclude = ["digest"]


@admin.register(CallerKey)
class CallerKeyAdmin(SecretAdmin):
    list_display = [
        "prefix",
        "label",
        "caller",
        "made_by",
        "created_at",
        "used_at",
        "expires_at",
        "revoked_at",
    ]
    list_filter = ["revoked_at", "used_at"]
    search_fields = ["prefix", "label", "caller"]
    exclude = ["digest"]


@admin.register(Link)
class LinkAdmin(SecretAdmin):
    list_display = ["created_at", "kind", "role", "label", "made_by", "expires_at", "used_at", "revoked_at"]
    list_filter = ["kind", "role"]
    search_fields = ["label", "made_by"]
    exclude = ["digest", "prefix"]


@admin.register(Audit)
class AuditAdmin(HistoryAdmin):
    list_display = ["at", "who", "kind", "action", "object", "address"]
    list_filter = ["kind", "action"]
    search_fields = ["who", "action", "object", "address"]
    date_hierarchy = "at"
    show_full_result_count = False
