"""Where the config file lives over REST."""

from django.urls import path

from apps.config.api import ConfigView

urlpatterns = [path("api/config", ConfigView.as_view())]
