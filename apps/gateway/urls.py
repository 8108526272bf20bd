"""Where the gateway's own REST lives; /v1 itself is the ASGI door's, or `gateway.views`'."""

from django.urls import path

from apps.gateway import openapi_pages, pictures, probes, stats_pages
from apps.gateway.again_api import ResendView
from apps.gateway.test_call import TestCallView

urlpatterns = [
    *(path(name[1:], probes.view) for name in sorted(probes.PATHS)),
    path("pictures/<str:size>/<slug:seed>/<slug:words>.png", pictures.picture),
    path("api/schema", openapi_pages.described, name="api-schema"),
    path("api/docs", openapi_pages.docs, name="api-docs"),
    path("stats", stats_pages.stats, name="stats"),
    path("stats/parts", stats_pages.parts, name="stats-parts"),
    path("api/desk/test-call", TestCallView.as_view()),
    path("api/exchanges/<str:exchange_id>/resend", ResendView.as_view()),
]
