"""The kept app: what callers have created over the API."""

from django.apps import AppConfig


class KeptConfig(AppConfig):
    name = "apps.kept"
    verbose_name = "created over the API"
