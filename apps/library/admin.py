"""The library in Django's admin: to look at, to sort and to delete; templates are written on their page."""

from django.contrib import admin
from django.http import HttpRequest

from apps.accounts.admin_kept import KeptAdmin, ShownAdmin
from apps.library.models import Given, Template


@admin.register(Template)
class TemplateAdmin(KeptAdmin):
    list_display = ["name", "category", "description", "changed_by", "changed_at"]
    list_filter = ["category"]
    search_fields = ["name", "description", "draft"]
    readonly_fields = ["name", "draft", "variables", "changed_by", "changed_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Given)
class GivenAdmin(ShownAdmin):
    list_display = ["template", "caller", "count"]
    list_filter = ["template"]
    search_fields = ["caller", "template"]
