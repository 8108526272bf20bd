"""The desk over REST: who waits, and what people and scripts do with it."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.guard import who
from apps.accounts.person import person_name
from apps.accounts.rest import RestError, RestView
from apps.desk import act
from apps.desk.act import EXTEND_MAX_S
from apps.desk.answer import answer
from apps.desk.answer_key import answer_key
from apps.desk.repeat import read_repeat
from apps.desk.typing import read_frame, type_live, typed_so_far, typing_items
from apps.desk.verdict import Person, Verdict
from apps.desk.waiting_list import waiting_items
from apps.journal.writer import writer
from apps.library.content import STEP_FIELDS, read_content
from apps.live.tasks import spawn
from apps.wire.draft import DraftError, raw_member
from apps.wire.reply import Draft

ANSWER_FIELDS = (*STEP_FIELDS, "repeat")


def read_answer(fields: dict[str, Any], *, raw: bytes | None) -> Draft:
    """The draft in an answer's fields; raises DraftError also for a field that is none."""
    known = ", ".join(ANSWER_FIELDS)
    errors = [
        {"field": name, "error": f"is not a field of an answer; known: {known}"}
        for name in fields
        if name not in ANSWER_FIELDS
    ]
    try:
        draft = read_content(fields, raw=raw, step=True, look=False)
    except DraftError as error:
        raise DraftError(errors + error.errors) from None
    if errors:
        raise DraftError(errors)
    return draft


def read_name(text: str) -> str:
    """A person's name as it is shown to others; "api" when nothing is left of it."""
    return person_name(text) or "api"


class DeskView(RestView):
    """The waiting calls, least time left first, and those to which an answer is being typed."""

    def get(self, request: Request) -> Response:
        items, now = waiting_items(), timezone.now().timestamp()
        return Response({"count": len(items), "now": now, "items": items, "typing": typing_items()})


class DeskActionView(RestView):
    """Something that is done with one waiting call: a coroutine of `desk.act`.

    REST framework's manners without its threads: an answer may wait 2 s for its reply to have left.
    """

    action: Any = None
    methods: tuple[str, ...] = ("POST",)

    async def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        self.headers = self.default_response_headers
        self.request = asked = self.initialize_request(request, *args, **kwargs)
        try:
            self.initial(asked, *args, **kwargs)
            if asked.method not in self.methods:
                self.http_method_not_allowed(asked)
            answer = await getattr(self, str(asked.method).lower())(asked, *args, **kwargs)
        except Exception as error:  # noqa: BLE001 - every error becomes an answer, as in REST framework itself
            answer = self.handle_exception(error)
        answer = self.finalize_response(asked, answer, *args, **kwargs).render()
        # A plain response: Django would render another kind in a thread.
        return HttpResponse(answer.content, status=answer.status_code, headers=dict(answer.headers))

    async def post(self, request: Request, exchange_id: str) -> Response:
        # In a task of its own: it goes on when whoever asked hangs up.
        verdict = await asyncio.shield(spawn(self.act(request, exchange_id), name="desk"))
        return Response(verdict.data, status=verdict.code)

    def act(self, request: Request, exchange_id: str) -> Coroutine[Any, Any, Verdict]:
        """What to do; what is wrong with the request is said before anything is done."""
        self.optional_object(request)
        acting: Coroutine[Any, Any, Verdict] = self.action(exchange_id, by=self.person(request))
        return acting

    def person(self, request: Request) -> Person:
        """Who acts: the account, else X-Mock-Person; `?take_over=true` passes over somebody else's claim."""
        wish = request.query_params.get("take_over", "false").lower()
        if wish not in ("true", "1", "false", "0"):
            raise ParseError("take_over must be true, or left out.")
        name = who(request).name or read_name(request.headers.get("X-Mock-Person", ""))
        return Person(name=name, take_over=wish in ("true", "1"))


class AnswerView(DeskActionView):
    """Answers a waiting call."""

    def act(self, request: Request, exchange_id: str) -> Coroutine[Any, Any, Verdict]:
        fields = self.json_object(request)
        try:
            draft = read_answer(fields, raw=raw_member(self.raw_body, "response"))
            repeat = read_repeat(fields)
        except DraftError as error:
            raise RestError(400, str(error), error.errors) from None
        key = answer_key(request.headers.get("Idempotency-Key", ""), draft, repeat=repeat)
        return answer(exchange_id, draft, by=self.person(request), key=key, repeat=repeat)


class TypeView(DeskActionView):
    """Types an answer live; a GET tells what has been typed so far."""

    methods = ("GET", "POST")

    async def get(self, request: Request, exchange_id: str) -> Response:
        verdict = await writer.run(lambda: typed_so_far(exchange_id))
        return Response(verdict.data, status=verdict.code)

    def act(self, request: Request, exchange_id: str) -> Coroutine[Any, Any, Verdict]:
        try:
            frame = read_frame(self.json_object(request))
        except DraftError as error:
            raise RestError(400, str(error), error.errors) from None
        return type_live(exchange_id, frame, by=self.person(request))


class ExtendView(DeskActionView):
    """Moves the deadline of a waiting call."""

    def act(self, request: Request, exchange_id: str) -> Coroutine[Any, Any, Verdict]:
        fields = self.optional_object(request, "seconds")
        seconds = fields.get("seconds", 60)
        is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
        if not is_number or not 0 < seconds <= EXTEND_MAX_S:
            raise ParseError(f"seconds must be a number above 0 and at most {EXTEND_MAX_S}.")
        return act.extend(exchange_id, seconds=float(seconds))
