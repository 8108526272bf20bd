"""Where the library's REST lives."""

from django.urls import path

from apps.library import api, transfer_api

urlpatterns = [
    path("api/templates", api.TemplatesView.as_view()),
    path("api/templates/preview", api.PreviewView.as_view()),  # before templates of such names
    path("api/templates/export", transfer_api.ExportView.as_view()),
    path("api/templates/import", transfer_api.ImportView.as_view()),
    path("api/templates/<str:name>", api.TemplateView.as_view()),
    path("api/templates/<str:name>/render", api.RenderView.as_view()),
]
