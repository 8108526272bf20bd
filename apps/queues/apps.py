"""The queues app: presets, first in first out for each caller."""

from django.apps import AppConfig


class QueuesConfig(AppConfig):
    name = "apps.queues"
