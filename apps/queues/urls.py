"""The URLs of the queues: exactly these paths, without a slash at the end."""

from django.urls import path

from apps.queues import api, explain_api, order_api, overview_api, transfer_api

_QUEUE = "api/preset-queue/<str:ip>"

urlpatterns = [
    path("api/preset-queue", api.QueuesView.as_view()),
    path("api/preset-queue/export", transfer_api.ExportAllView.as_view()),  # before a caller of that name
    path(_QUEUE, api.QueueView.as_view()),
    path(f"{_QUEUE}/batch", transfer_api.BatchView.as_view()),
    path(f"{_QUEUE}/import", transfer_api.ImportView.as_view()),
    path(f"{_QUEUE}/export", transfer_api.ExportView.as_view()),
    path(f"{_QUEUE}/reorder", order_api.ReorderView.as_view()),
    path(f"{_QUEUE}/explain", explain_api.ExplainView.as_view()),
    path(f"{_QUEUE}/pause", api.PauseView.as_view()),
    path(f"{_QUEUE}/entries", overview_api.EntriesView.as_view()),
    path(f"{_QUEUE}/<str:response_id>", api.PresetView.as_view()),
    path(f"{_QUEUE}/<str:response_id>/move", order_api.MoveView.as_view()),
    path("api/callers", overview_api.CallersView.as_view()),
    path("api/fallback", api.FallbackView.as_view()),
]
