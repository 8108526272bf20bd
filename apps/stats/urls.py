"""Where the figures are over REST."""

from django.urls import path

from apps.stats.api import StatsView

urlpatterns = [path("api/stats", StatsView.as_view())]
