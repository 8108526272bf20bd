"""The dashboard's page Settings: how the server behaves, switched at run time."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from apps.desk.frame import page


@never_cache
@require_GET
def settings(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/settings.html", page(request, "settings"))
