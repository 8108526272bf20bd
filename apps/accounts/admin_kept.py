"""What every table's page in Django's admin has in common: who changed what goes into the audit log."""

from itertools import islice
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from apps.accounts import audit
from apps.accounts.address import address_of_request
from apps.accounts.guard import who

NAMED_MAX = 50  # rows of one deletion that get a line each; the rest is a number


class KeptAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Keeps additions, changes (the names of the fields, no values) and deletions, in their transaction."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self.keep(request, "add", obj)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        told = message if isinstance(message, list) else []
        fields = [name for one in told for name in one.get("changed", {}).get("fields", ())]
        if fields or not isinstance(message, list):
            self.keep(request, "change", obj, fields=", ".join(sorted(map(str, fields))))
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        rows = iter(queryset)
        for row in islice(rows, NAMED_MAX):
            self.keep(request, "delete", row)
        if more := sum(1 for _ in rows):
            self.keep(request, "delete", f"{more:,} more")
        return super().log_deletions(request, queryset)

    def keep(self, request: HttpRequest, verb: str, about: Any, **detail: Any) -> None:
        """`about`: a row, or what else the log is to say."""
        text, key = str(about), str(getattr(about, "pk", ""))
        audit.record(
            who(request),
            f"admin.{self.opts.model_name}.{verb}",
            object=text if key in text else f"{key}: {text}",
            detail=detail,
            address=address_of_request(request),
        )


class ShownAdmin(KeptAdmin):
    """Nothing is added or changed here; with what it belongs to it may be deleted."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class HistoryAdmin(ShownAdmin):
    """Nor is anything deleted."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
