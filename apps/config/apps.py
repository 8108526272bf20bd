"""The config app: what a server does without its queues' callers knowing, as one file."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "apps.config"
    verbose_name = "config file"
