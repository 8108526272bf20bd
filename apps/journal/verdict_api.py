"""What clients did about answers that went wrong, over REST: made for a script that has to pass or fail."""

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.rest import RestError, RestView
from apps.journal.api import read_filter, read_limit
from apps.journal.attempt_rows import FACTS_MAX, chains_of
from apps.journal.models import Exchange
from apps.journal.verdicts import KINDS, judge, no_calls

LIMIT_DEFAULT = 1000


class VerdictView(RestView):
    """GET: {"ok", "calls", "attempts", "open", "more", "verdicts"}.

    The filter and `limit` choose the newest exchanges; a call counts with all of its attempts that are not
    older than the oldest of these. `ok` is false while a call is under way (`open` says how many), and where
    there is a verdict of another kind than `recovered` and those that `allow` names, separated by commas;
    of no calls at all the one verdict is `no_calls`.
    `more`: older exchanges were not looked at. A verdict is as `Verdict.item` has it.
    """

    def get(self, request: Request) -> Response:
        params = request.query_params
        limit = read_limit(params, default=LIMIT_DEFAULT, most=FACTS_MAX)
        allowed = _allowed(params.get("allow", ""))
        rows = read_filter(params, besides=("limit", "allow")).apply(Exchange.objects.order_by("-id"))
        callers = dict(rows.values_list("id", "caller")[: limit + 1])
        ids = sorted(callers, reverse=True)[:limit]
        known = Exchange.objects.filter(id__gte=ids[-1] if ids else "~", caller__in=set(callers.values()))
        every = chains_of(known)
        chosen = set(ids)
        calls = [one for one in every if any(fact.id in chosen for fact in one.attempts)]
        verdicts = judge(calls, now=timezone.now().timestamp())
        if not calls:
            verdicts = [no_calls(params.get("caller", ""))]
        under_way = sum(one.is_open for one in calls)
        return Response(
            {
                "ok": not under_way and all(one.ok or one.kind in allowed for one in verdicts),
                "calls": len(calls),
                "attempts": sum(len(one.attempts) for one in calls),
                "open": under_way,
                "more": len(callers) > limit or sum(len(one.attempts) for one in every) == FACTS_MAX,
                "verdicts": [one.item for one in verdicts],
            }
        )


def _allowed(text: str) -> set[str]:
    kinds = set(filter(None, text.split(",")))
    if unknown := kinds - set(KINDS):
        raise RestError(400, f"allow: {min(unknown)!r} is no kind of verdict; known: {', '.join(KINDS)}.")
    return kinds
