"""The completion of the filter line, over REST."""

from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.rest import RestError, RestView
from apps.journal.complete import complete, index, mistake

LINE_MAX = 10_000  # characters


class CompleteView(RestView):
    """GET ?q=LINE&at=CARET: {"from", "to", "suggestions", "error", "errors"}; positions in UTF-16 units."""

    def get(self, request: Request) -> Response:
        line, at = request.query_params.get("q", ""), request.query_params.get("at")
        if unknown := set(request.query_params) - {"q", "at"}:
            raise RestError(400, f"{min(unknown)}: is not a parameter here; known: q, at.")
        if len(line) > LINE_MAX:
            raise RestError(400, f"q: a line has at most {LINE_MAX:,} characters, not {len(line):,}.")
        if at is not None and not (at.isascii() and at.isdigit() and len(at) < 7):
            raise RestError(400, f"at: {at!r} is not a position in the line.")
        found = complete(line, len(line) if at is None else index(line, int(at)))
        error = mistake(line)
        errors = [{"detail": str(one), "position": one.position} for one in (error.every if error else [])]
        return Response(
            {
                "from": found.start,
                "to": found.end,
                "suggestions": found.suggestions,
                "error": errors[0] if errors else None,
                "errors": errors,
            }
        )
