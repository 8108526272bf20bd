"""Django's admin with our own site; not in `apps`, where Django would take it for the app itself."""

from django.contrib.admin.apps import AdminConfig


class SiteConfig(AdminConfig):
    default_site = "apps.accounts.site.Site"
