"""The figures over REST."""

from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.rest import RestError, RestView
from apps.stats.figures import figures
from apps.stats.span import SpanError, read_span


class StatsView(RestView):
    """GET /api/stats?span=15m|1h|24h|7d, or ?since=…&until=…"""

    def get(self, request: Request) -> Response:
        try:
            span = read_span(request.query_params.dict())
        except SpanError as error:
            raise RestError(400, str(error)) from None
        return Response(figures(span))
