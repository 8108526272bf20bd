"""The desk's WebSocket: a fresh dashboard hears who waits, and may answer over the socket."""

from typing import Any

from channels.db import database_sync_to_async

from apps.desk.answer import answer
from apps.desk.api import read_answer
from apps.desk.repeat import read_repeat
from apps.desk.typing import read_frame, type_live
from apps.desk.verdict import Person, Verdict
from apps.desk.waiting_list import waiting_page
from apps.live.consumer import DashboardConsumer
from apps.wire.draft import DraftError, raw_member
from apps.wire.jsongate import strip_nul

OWN_FIELDS = ("type", "id", "take_over", "key")
RESULTS = {"send_response": "answer_result", "type_live": "type_result"}  # what tells the outcome


class DeskConsumer(DashboardConsumer):
    """Adds `send_response` and `type_live` to what a dashboard may send: the fields of their REST bodies.

    The outcome comes back as `answer_result` or `type_result` {"id", "code", …}: the codes of REST.
    """

    async def on_open(self) -> None:
        """Tells of every waiting call, page by page, as fast as the dashboard takes it."""
        look = database_sync_to_async(waiting_page, thread_sensitive=False)
        page = await look(after="")
        while page:
            for data in page:
                await self._outbox.room()
                self.tell("new_request", data, ip=data["ip"])
            page = await look(after=page[-1]["id"])

    async def receive_event(self, kind: str, content: dict[str, Any], raw: bytes) -> None:
        if kind not in RESULTS:
            await super().receive_event(kind, content, raw)
            return
        if not isinstance(content.get("id"), str):
            self.refuse(f'{kind} needs the "id" of a waiting call.')
            return
        try:
            verdict = await self._act(kind, content, raw)
        except DraftError as error:
            verdict = Verdict(400, {"detail": str(error), "errors": error.errors})
        about: dict[str, Any] = {name: content[name] for name in ("id", "seq") if name in content}
        self.tell(RESULTS[kind], {**verdict.data, **about, "code": verdict.code})

    async def _act(self, kind: str, content: dict[str, Any], raw: bytes) -> Verdict:
        fields = {name: value for name, value in content.items() if name not in OWN_FIELDS}
        by = Person(name=self.person or "api", take_over=content.get("take_over") is True)
        if kind == "type_live":
            return await type_live(content["id"], read_frame(fields), by=by)
        key = content.get("key")
        key = strip_nul(key)[:255] if isinstance(key, str) else ""
        draft, repeat = read_answer(fields, raw=raw_member(raw, "response")), read_repeat(fields)
        return await answer(content["id"], draft, by=by, key=key, repeat=repeat)
