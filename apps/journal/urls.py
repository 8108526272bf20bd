"""The URLs of the journal, without a slash at the end."""

from django.urls import path

from apps.journal import api, complete_api, copy_api, diff_api, follow, verdict_api

urlpatterns = [
    path("api/exchanges", api.ExchangesView.as_view()),
    path("api/exchanges/count", api.CountView.as_view()),
    path("api/exchanges/pruned", api.PrunedView.as_view()),
    path("api/exchanges/complete", complete_api.CompleteView.as_view()),
    path("api/exchanges/diff", diff_api.DiffView.as_view()),
    path("api/exchanges/verdict", verdict_api.VerdictView.as_view()),
    path("api/exchanges/wait", follow.wait),
    path("api/exchanges/export", follow.export),
    path("api/exchanges/<str:exchange_id>", api.ExchangeView.as_view()),
    path("api/exchanges/<str:exchange_id>/as/<str:form>", copy_api.CopyView.as_view()),
]
