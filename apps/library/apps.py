"""The library app: named replies with variables, and answers that depend on what was asked."""

from django.apps import AppConfig


class LibraryConfig(AppConfig):
    name = "apps.library"
    verbose_name = "templates"
