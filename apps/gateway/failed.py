"""Django's `handler500`: what is answered when something failed that no view has caught."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from apps.accounts.errors import server_failed
from apps.live.outage import DATABASE


def server_error(request: HttpRequest) -> HttpResponse:
    error = sys.exc_info()[1]
    away = isinstance(error, (OperationalError, InterfaceError))
    if away and error is not None:
        DATABASE.met(error)
    return server_failed(request, database_away=away)
