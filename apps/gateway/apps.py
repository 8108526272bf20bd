"""The gateway app: the OpenAI endpoints themselves."""

from django.apps import AppConfig


class GatewayConfig(AppConfig):
    name = "apps.gateway"
