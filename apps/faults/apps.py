"""The faults app: what goes wrong on purpose, how slowly, and how much is let through."""

from django.apps import AppConfig


class FaultsConfig(AppConfig):
    name = "apps.faults"
    verbose_name = "faults, latency, limits"
