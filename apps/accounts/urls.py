"""The URLs of the accounts' pages; who may see which stands in `rights`."""

from django.urls import path

from apps.accounts import people_pages, secrets_api, views

app_name = "accounts"
urlpatterns = [
    path("login", views.log_in, name="login"),
    path("logout", views.log_out, name="logout"),
    path("join/<str:link>", views.join, name="join"),
    path("password", views.password, name="password"),
    path("tokens", people_pages.tokens, name="tokens"),
    path("people", people_pages.people_page, name="people"),
    path("people/log", people_pages.log, name="log"),
    path("api/tokens", secrets_api.TokensView.as_view()),
    path("api/tokens/<int:row_id>", secrets_api.TokenView.as_view()),
    path("api/caller-keys", secrets_api.CallerKeysView.as_view()),
    path("api/caller-keys/<int:row_id>", secrets_api.CallerKeyView.as_view()),
]
