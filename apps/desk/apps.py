"""The desk app: where people answer waiting calls."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "apps.desk"
