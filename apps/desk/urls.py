"""Where the desk's REST lives."""

from django.urls import path

from apps.desk import act
from apps.desk.api import AnswerView, DeskActionView, DeskView, ExtendView, TypeView
from apps.desk.compose_check import CheckView

urlpatterns = [
    path("api/desk", DeskView.as_view()),
    path("api/desk/check", CheckView.as_view()),
    path("api/desk/<str:exchange_id>/answer", AnswerView.as_view()),
    path("api/desk/<str:exchange_id>/extend", ExtendView.as_view()),
    path("api/desk/<str:exchange_id>/stream", TypeView.as_view()),
    path("api/desk/<str:exchange_id>/claim", DeskActionView.as_view(action=staticmethod(act.claim))),
    path("api/desk/<str:exchange_id>/release", DeskActionView.as_view(action=staticmethod(act.release))),
    path("api/desk/<str:exchange_id>/abort", DeskActionView.as_view(action=staticmethod(act.abort))),
]
