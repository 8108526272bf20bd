"""The URLs of what goes wrong on purpose: exactly these paths, without a slash at the end."""

from django.urls import path

from apps.faults import faults_api, latency_api, limits_api

urlpatterns = [
    path("api/faults", faults_api.FaultsView.as_view()),
    path("api/faults/<int:rule_id>", faults_api.FaultView.as_view()),
    path("api/latency", latency_api.LatenciesView.as_view()),
    path("api/latency/<int:rule_id>", latency_api.LatencyView.as_view()),
    path("api/limits", limits_api.LimitsView.as_view()),
    path("api/limits/<int:limit_id>", limits_api.LimitView.as_view()),
]
