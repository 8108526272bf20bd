"""The desk's WebSocket: a fresh dashboard hears who waits, and may answer over the socket."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from channels.db import database_sync_to_async
from django.db import InterfaceError, OperationalError

from apps.accounts import audit
from apps.accounts.address import address_of
from apps.accounts.errors import DATABASE_AWAY
from apps.accounts.guard import named
from apps.accounts.roles import Role
from apps.desk.answer import answer
from apps.desk.answer_key import answer_key
from apps.desk.api import read_answer
from apps.desk.kept_claim import KeptClaim
from apps.desk.repeat import read_repeat
from apps.desk.typing import read_frame, type_live
from apps.desk.verdict import Person, Verdict
from apps.desk.waiting_list import waiting_page
from apps.live.consumer import DashboardConsumer
from apps.live.outage import DATABASE
from apps.live.tasks import spawn
from apps.wire.draft import DraftError, raw_member
from apps.wire.jsongate import strip_nul

look_at_page = database_sync_to_async(waiting_page, thread_sensitive=False)
OWN_FIELDS = ("type", "id", "take_over", "key")
AT_ONCE_MAX = 100  # frames of one dashboard that are being done; the next one waits
RESULTS = {"send_response": "answer_result", "type_live": "type_result"}  # what tells the outcome


class DeskConsumer(DashboardConsumer):
    """Adds `keep_claim`, `send_response`, `type_live` to what a dashboard may send, with their REST fields.

    The outcome comes back as `answer_result` or `type_result` {"id", "code", …}: the codes of REST.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._claim = KeptClaim()
        self._doing = set[asyncio.Task[None]]()
        self._turns: dict[str, asyncio.Task[None]] = {}  # of these, the last one of each call

    async def before_open(self) -> None:
        self._first_page = await look_at_page(after="")

    async def on_open(self) -> None:
        """Tells of every waiting call, page by page, as fast as the dashboard takes it."""
        page, self._first_page = self._first_page, []
        while page:
            for data in page:
                await self._outbox.room()
                self.tell("new_request", data, ip=data["ip"])
            page = await look_at_page(after=page[-1]["id"])

    async def disconnect(self, code: int) -> None:
        self._claim.leave()
        await super().disconnect(code)

    async def receive_event(self, kind: str, content: dict[str, Any], raw: bytes) -> None:
        if kind == "keep_claim" and isinstance(content.get("id"), str):
            self._claim.keep(content["id"], self.person)
            return
        if kind not in RESULTS:
            await super().receive_event(kind, content, raw)
            return
        if not isinstance(content.get("id"), str):
            self.refuse(f'{kind} needs the "id" of a waiting call.')
            return
        if len(self._doing) >= AT_ONCE_MAX:
            await asyncio.wait(self._doing, return_when=asyncio.FIRST_COMPLETED)
        self._take_turn(content["id"], self._tell_outcome(kind, content, raw))

    def _take_turn(self, call_id: str, work: Coroutine[Any, Any, None]) -> None:
        """Has it done beside what this dashboard hears: that a reply has left may take a moment.

        What is said of one call happens in its order. Nothing of it ends with the dashboard.
        """
        task = spawn(_after(self._turns.get(call_id), work), name="desk.turn")
        self._turns[call_id] = task
        self._doing.add(task)

        def ended(_: object) -> None:
            self._doing.discard(task)
            if self._turns.get(call_id) is task:
                del self._turns[call_id]
            if not task.cancelled() and task.exception():
                spawn(self.close(), name="desk.close")  # the page comes back, and asks how things are

        task.add_done_callback(ended)

    async def _tell_outcome(self, kind: str, content: dict[str, Any], raw: bytes) -> None:
        try:
            verdict = self._forbidden() or await self._act(kind, content, raw)
        except DraftError as error:
            verdict = Verdict(400, {"detail": str(error), "errors": error.errors})
        except (OperationalError, InterfaceError) as error:
            DATABASE.met(error)
            verdict = Verdict(503, {"detail": DATABASE_AWAY})
        about: dict[str, Any] = {name: content[name] for name in ("id", "seq") if name in content}
        if verdict.done and kind == "send_response":
            who = named(self.who, self.person)
            audit.record(
                who, "desk.answer", object=content["id"], detail={"by": "socket"}, address=self._address()
            )
        self.tell(RESULTS[kind], {**verdict.data, **about, "code": verdict.code})

    def _forbidden(self) -> Verdict | None:
        if self.who.may(Role.OPERATOR):
            return None
        return Verdict(
            403, {"detail": f"This needs the role operator; you have the role {self.who.role.word}."}
        )

    def _address(self) -> str:
        headers = tuple(
            (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in self.scope["headers"]
        )
        return address_of(headers, str((self.scope.get("client") or ("",))[0] or ""))

    async def _act(self, kind: str, content: dict[str, Any], raw: bytes) -> Verdict:
        fields = {name: value for name, value in content.items() if name not in OWN_FIELDS}
        by = Person(name=self.person or "api", take_over=content.get("take_over") is True)
        if kind == "type_live":
            return await type_live(content["id"], read_frame(fields), by=by)
        given = content.get("key")
        draft, repeat = read_answer(fields, raw=raw_member(raw, "response")), read_repeat(fields)
        key = answer_key(strip_nul(given) if isinstance(given, str) else "", draft, repeat=repeat)
        return await answer(content["id"], draft, by=by, key=key, repeat=repeat)


async def _after(before: "asyncio.Task[None] | None", work: Coroutine[Any, Any, None]) -> None:
    if before is not None:
        await asyncio.wait((before,))
    await work
