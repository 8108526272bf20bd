"""Where the desk's REST lives."""

from django.urls import path

from apps.desk.api import AnswerView, DeskActionView, DeskView, ExtendView

urlpatterns = [
    path("api/desk", DeskView.as_view()),
    path("api/desk/<str:exchange_id>/answer", AnswerView.as_view()),
    path("api/desk/<str:exchange_id>/extend", ExtendView.as_view()),
    *[
        path(f"api/desk/<str:exchange_id>/{action}", DeskActionView.as_view(action=action))
        for action in ("claim", "release", "abort")
    ],
]
