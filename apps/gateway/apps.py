"""The gateway app: the OpenAI endpoints themselves."""

from django.apps import AppConfig
from django.conf import settings

from apps.wire import kept_object, models, validation


class GatewayConfig(AppConfig):
    name = "apps.gateway"

    def ready(self) -> None:
        models.configure(settings.MOCKOPENAI_MODELS)
        kept_object.configure(sampled=settings.MOCKOPENAI_UNKNOWN_IDS == "sample")
        validation.configure(settings.MOCKOPENAI_VALIDATE)
