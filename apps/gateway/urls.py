"""Where the gateway's own REST lives; /v1 itself is the ASGI door's, or `gateway.views`'."""

from django.urls import path

from apps.gateway.again_api import ResendView

urlpatterns = [
    path("api/exchanges/<str:exchange_id>/resend", ResendView.as_view()),
]
