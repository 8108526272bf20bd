"""The journal app: every exchange, kept and searchable."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "apps.journal"
