"""The accounts in Django's admin: to look at, and to revoke; hashes are not shown, history does not change.

Users get their roles on the page People, which keeps the rules: a last admin stays.
"""

from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.http import HttpRequest

from apps.accounts.models import Audit, CallerKey, Link, Token


class LookedAt(admin.ModelAdmin):
    """Nothing is added, changed or deleted here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


admin.site.unregister(Group)
admin.site.unregister(get_user_model())
if admin.site.is_registered(Session):
    admin.site.unregister(Session)


@admin.register(get_user_model())
class UserAdmin(LookedAt):
    list_display = ["username", "is_active", "is_superuser", "last_login", "date_joined"]
    list_filter = ["is_active", "groups"]
    search_fields = ["username"]
    fields = ["username", "groups", "is_active", "is_superuser", "last_login", "date_joined"]


@admin.register(Token)
class TokenAdmin(LookedAt):
    list_display = ["prefix", "label", "owner", "role", "created_at", "used_at", "expires_at", "revoked_at"]
    list_filter = ["role", "revoked_at"]
    search_fields = ["prefix", "label", "owner__username"]
    exclude = ["digest"]


@admin.register(CallerKey)
class CallerKeyAdmin(LookedAt):
    list_display = ["prefix", "label", "caller", "made_by", "created_at", "expires_at", "revoked_at"]
    list_filter = ["revoked_at"]
    search_fields = ["prefix", "label", "caller"]
    exclude = ["digest"]


@admin.register(Link)
class LinkAdmin(LookedAt):
    list_display = ["created_at", "kind", "role", "label", "made_by", "expires_at", "used_at", "revoked_at"]
    list_filter = ["kind", "role"]
    search_fields = ["label", "made_by"]
    exclude = ["digest", "prefix"]


@admin.register(Audit)
class AuditAdmin(LookedAt):
    list_display = ["at", "who", "kind", "action", "object", "address"]
    list_filter = ["kind", "action"]
    search_fields = ["who", "action", "object", "address"]
    date_hierarchy = "at"
    show_full_result_count = False
