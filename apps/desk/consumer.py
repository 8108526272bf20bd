"""The desk's WebSocket: a fresh dashboard hears who waits, and may answer over the socket."""

from typing import Any
from urllib.parse import parse_qs

from channels.db import database_sync_to_async

from apps.desk.answer import answer
from apps.desk.api import read_answer, read_name
from apps.desk.verdict import Person
from apps.desk.waiting_list import waiting_page
from apps.live.consumer import DashboardConsumer
from apps.wire.draft import DraftError, raw_member
from apps.wire.jsongate import strip_nul

OWN_FIELDS = ("type", "id", "take_over", "key")


class DeskConsumer(DashboardConsumer):
    """Adds `send_response` {"id", "response", "status_code", …} to what a dashboard may send.

    The outcome comes back as `answer_result` {"id", "code", …}: the same codes as the REST answer.
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
        if kind != "send_response":
            await super().receive_event(kind, content, raw)
            return
        exchange_id = content.get("id")
        if not isinstance(exchange_id, str):
            self.refuse('send_response needs the "id" of a waiting call.')
            return
        fields = {name: value for name, value in content.items() if name not in OWN_FIELDS}
        try:
            draft = read_answer(fields, raw=raw_member(raw, "response"))
        except DraftError as error:
            result = {"id": exchange_id, "code": 400, "detail": str(error), "errors": error.errors}
            self.tell("answer_result", result)
            return
        key = content.get("key")
        verdict = await answer(
            exchange_id,
            draft,
            by=Person(name=self._name(), take_over=content.get("take_over") is True),
            key=strip_nul(key)[:255] if isinstance(key, str) else "",
        )
        self.tell("answer_result", {"id": exchange_id, "code": verdict.code, **verdict.data})

    def _name(self) -> str:
        """Who sits at this dashboard: ?person=NAME of the socket's address."""
        query = parse_qs(self.scope.get("query_string", b"").decode("latin-1"))
        return read_name(query.get("person", [""])[0])
