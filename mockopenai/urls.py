"""Every URL of the server but /ws; /v1 comes here only where the ASGI door does not stand in front."""

from django.contrib import admin
from django.urls import include, path, re_path

from apps.accounts.rest import UnknownUrlView
from apps.gateway.views import openai

urlpatterns = [
    re_path(r"^(?:v1|as|openai)(?:/|$)", openai),
    path("", include("apps.gateway.urls")),
    path("", include("apps.faults.urls")),
    path("", include("apps.config.urls")),
    path("", include("apps.queues.urls")),
    path("", include("apps.queues.from_journal")),
    path("", include("apps.library.urls")),
    path("", include("apps.desk.urls")),
    path("", include("apps.journal.urls")),
    path("", include("apps.stats.urls")),
    path("", include("apps.desk.pages")),
    path("", include("apps.accounts.urls")),
    re_path(r"^api(/|$)", UnknownUrlView.as_view()),
    path("admin/", admin.site.urls),
]

handler400 = "apps.accounts.rest.bad_request"
handler500 = "apps.gateway.failed.server_error"
