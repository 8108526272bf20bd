"""The dashboard's page Docs: how to point each SDK at this server."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from apps.desk.frame import page


@never_cache
@require_GET
def docs(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/docs.html", page(request, "docs"))
