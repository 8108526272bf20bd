"""The WebSocket of one dashboard: events out, a person's frames in."""

import asyncio
import contextlib
import time
from dataclasses import asdict
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import Error, InterfaceError, OperationalError

from apps.accounts.person import person_of
from apps.accounts.roles import Who
from apps.accounts.who import everybody_of_scope, scope_has_proof, who_of_scope
from apps.live import events
from apps.live.flow import Flow, Presence, Verdict
from apps.live.greeting import heard
from apps.live.opening import TRY_AGAIN, UNKNOWN, Opening, refusal_of
from apps.live.origin import same_origin
from apps.live.outage import DATABASE, REDIS, redis_errors
from apps.live.outbox import RESYNC, Outbox
from apps.live.tasks import spawn
from apps.live.window import Event
from apps.wire.jsongate import GateError, read_object

FRAME_MAX_BYTES = 20 * 1024 * 1024
RENEW_S = 6 * 3600  # a channel layer forgets the members of a group after 24 hours
LOOK_AGAIN_S = 5  # how often somebody's rights are looked up again
SETTLE_S = 0.25  # how often a burst is looked at for its end


class DashboardConsumer(AsyncWebsocketConsumer):  # type: ignore[misc] # channels has no types
    """Sends {"type", "data", "seq"[, "ip"]}; takes frames {"type", …}, `ping` and what a subclass adds."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._tasks: list[asyncio.Task[None]] = []  # none: it was refused, or is over

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Asks the page to come back while Redis or the database is away, instead of raising that."""
        opening = Opening(scope, send)
        try:
            if not await events.can_be_heard():
                await opening.turn_away("Redis")
                return
            await super().__call__(scope, receive, opening.send)
        except redis_errors() as error:  # it went at this very moment
            REDIS.met(error)
            await self._turn_away(opening, "Redis")
        except (OperationalError, InterfaceError) as error:
            DATABASE.met(error)
            await self._turn_away(opening, "the database")

    async def _turn_away(self, opening: Opening, what: str) -> None:
        await opening.turn_away(what)
        await self.disconnect(TRY_AGAIN)  # of which nobody tells us any more

    async def connect(self) -> None:
        if not same_origin(self.scope["headers"]):
            await self.close()  # before it is accepted: the server answers 403
            return
        self.who = await self._ask()
        if refusal := refusal_of(self.who):
            await self.accept()  # a browser hears of a code only then
            await self.close(refusal)
            return
        self._outbox, self._flow = Outbox(), Flow()
        self._presence: Presence | None = None
        self.person = self.who.name or person_of(self.scope.get("query_string", b""))
        events.attach(asyncio.get_running_loop())
        await self.channel_layer.group_add(events.GROUP, self.channel_name)
        async with contextlib.AsyncExitStack() as undo:
            undo.push_async_callback(self._forget)
            await self.before_open()
            # Before the page knows that it is connected: what it does next must not happen unheard.
            events.joined(self.person)
            undo.callback(events.left, self.person)
            await self.accept()
            undo.pop_all()
        self._tasks = [
            spawn(self._outbox.run(self._send_text), name="live.outbox"),
            spawn(self._renew(), name="live.renew"),
        ]
        if scope_has_proof(self.scope):
            self._tasks.append(spawn(self._look_again(), name="live.rights"))
        await self.on_open()

    async def disconnect(self, code: int) -> None:
        if not self._tasks:
            return  # it was refused
        for task in self._tasks:
            task.cancel()
        self._tasks = []
        events.left(self.person)
        await self._forget()

    async def _forget(self) -> None:
        with contextlib.suppress(*redis_errors(OSError)):  # then the layer has forgotten us anyway
            await self.channel_layer.group_discard(events.GROUP, self.channel_name)

    async def before_open(self) -> None:
        """What has to be known before a dashboard is let in; an exception of the database keeps it out."""

    async def on_open(self) -> None:
        """What a fresh dashboard is told first; events that come meanwhile follow after it."""

    async def receive_event(self, kind: str, content: dict[str, Any], raw: bytes) -> None:
        """A frame of a type that this class does not know; `raw` is its text as it came."""
        self.refuse(f"There is no event of type {kind[:100]!r} to send.")

    def tell(self, kind: str, data: dict[str, Any], *, ip: str = "") -> None:
        """Send an event to this dashboard alone."""
        self._outbox.put(Event(kind, data, ip).text())

    def refuse(self, detail: str) -> None:
        """Say what is wrong with a frame; the connection stays open."""
        self.tell("error", {"detail": detail})

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Batches go past Channels' own dispatch, which visits a thread for each message."""
        if message["type"] == "live.batch":
            self._take_batch(message)
        else:
            await super().dispatch(message)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if not self._tasks:
            return None  # refused; what it sends meanwhile is nobody's
        if text_data is None:
            return self.refuse("This was a binary frame: send JSON as text.")
        raw = text_data.encode("utf-8", "surrogatepass")
        try:
            content = read_object(raw, max_bytes=FRAME_MAX_BYTES)
        except GateError as error:
            return self.refuse(f"This frame cannot be read: {error}.")
        if not isinstance(content.get("type"), str):
            return self.refuse('A frame has to have a type: {"type": "ping"}.')
        if content["type"] == "ping":
            return self.tell("pong", {})
        return await self.receive_event(content["type"], content, raw)

    def _take_batch(self, message: dict[str, Any]) -> None:
        batch = heard(message)
        now = time.monotonic()
        was_bursting, verdict = self._flow.bursting, self._flow.admit(batch, now)
        if verdict is Verdict.RESYNC:
            self._resync()
        elif verdict is Verdict.FORWARD:
            for text in batch.events:
                self._outbox.put(text)
        if self._flow.bursting and not was_bursting:
            self._tasks.append(spawn(self._settle(), name="live.settle"))
        presence = self._flow.presence(now)
        if presence != self._presence:
            self._presence = presence
            self.tell("presence", asdict(presence))

    async def _settle(self) -> None:
        """Wait for the end of the burst, and have the page fetch once more."""
        over = False
        while not over:
            await asyncio.sleep(SETTLE_S)
            over = self._flow.settle(time.monotonic())
        self._tasks = [task for task in self._tasks if task is not asyncio.current_task()]
        self._resync()

    def _resync(self) -> None:
        events.resynced()
        self._outbox.put(RESYNC)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEW_S)
            with contextlib.suppress(*redis_errors(OSError)):
                await self.channel_layer.group_add(events.GROUP, self.channel_name)

    async def _ask(self) -> Who:
        """Who sits there, as things stand now."""
        if not scope_has_proof(self.scope):
            return everybody_of_scope(self.scope)
        who: Who = await database_sync_to_async(who_of_scope, thread_sensitive=False)(self.scope)
        return who

    async def _look_again(self) -> None:
        """Whoever has logged out, or lost a role or a token, meanwhile, is told so and shown out."""
        while True:
            await asyncio.sleep(LOOK_AGAIN_S)
            with contextlib.suppress(Error):  # a database that is away now says nothing of anybody
                before, self.who = self.who, await self._ask()
                # A log-out on an open server ends a session, too: the page has to show who it is now.
                refusal = refusal_of(self.who) or (UNKNOWN if self.who.user_id != before.user_id else 0)
                if refusal:
                    spawn(self.close(refusal), name="live.close")
                    return

    async def _send_text(self, text: str) -> None:
        with contextlib.suppress(OSError):  # it has just gone; the server says so in a moment
            await self.send(text_data=text)
