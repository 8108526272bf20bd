"""Runs one batch: each of its lines is a call of its caller, answered as any other."""

import asyncio
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar

from apps.desk.waiting import waiting_here
from apps.gateway import batch_store as store
from apps.gateway.batch_call import adopt, answer, taken_in
from apps.gateway.batch_store import Ref, Step
from apps.journal.writer import apart, writer
from apps.live.tasks import spawn
from apps.wire import batch_lines
from apps.wire.batch_lines import Line
from apps.wire.batches import ENDED
from apps.wire.shelf import Body

T = TypeVar("T")

AT_ONCE = 50  # lines of one batch under way; those that wait for a person count
TICK_S = 0.3  # how often a running batch says how far it is, and hears that it is to end


class Run:
    """One batch while this process runs it. `run` may be called again, by any process, after any end."""

    def __init__(self, ref: Ref) -> None:
        self.ref = ref
        self._ending = asyncio.Event()  # no more lines are asked, and none waits
        self._lost = False  # to another process, or deleted
        self._end = "completed"
        self._counts = {"total": 0, "completed": 0, "failed": 0}
        self._usage: Body = {}
        self._told: Body = {}
        self._url = ""

    async def run(self) -> None:
        """Until it is completed, or failed, expired or cancelled, or this process goes down."""
        batch = await self._look()
        if batch is not None and batch["status"] not in ENDED:
            lines = await self._lines(batch)
            if lines:
                await self._ask_all(lines)
                if self._lost or waiting_here().closing:
                    return
                await self._finish(lines)
        elif batch is None and self._lost:
            return
        while await writer.run(lambda: store.clear(self.ref)):
            pass

    async def _lines(self, batch: Body) -> list[Line]:
        """Reads and validates the input; the batch fails, and there are none, when anything is wrong."""
        content = await _aside(lambda: store.read_input(self.ref, batch["input_file_id"]))
        self._url = batch["endpoint"]
        if content is None:
            message = f"The input file {batch['input_file_id']} is not there."
            wrong = [{"code": "invalid_input_file", "message": message, "param": None, "line": None}]
            lines, model = list[Line](), ""
        else:
            read = partial(batch_lines.read_lines, content, url=self._url)
            lines, wrong, model = await _aside(read)
        if wrong:
            failed = {"errors": {"object": "list", "data": wrong}, "failed_at": True}
            await self._change(status="failed", **failed)
            return []
        self._counts["total"], self._usage = len(lines), batch.get("usage") or {}
        if batch["status"] == "validating":
            counts = dict(self._counts)
            begun: Body = {"status": "in_progress", "in_progress_at": True, "request_counts": counts}
            await self._change(**begun, model=model or None)
        return lines

    async def _ask_all(self, lines: list[Line]) -> None:
        """Asks those that have no result yet, some at a time."""
        known = await _aside(lambda: store.results(self.ref))
        self._usage = dict.fromkeys(("input_tokens", "output_tokens", "total_tokens"), 0) | {
            name: value for name, value in self._usage.items() if name.endswith("details")
        }
        for one in known.values():
            if one["result"]:
                self._count(one["result"])
        ahead = iter([line for line in lines if not known.get(line.number, {}).get("result")])
        asking = {spawn(self._work(ahead, known), name="batch line") for _ in range(AT_ONCE)}
        try:
            while asking:
                ended, asking = await asyncio.wait(asking, timeout=TICK_S)
                for task in ended:
                    task.result()
                await self._look()
        finally:
            self._ending.set()
            for task in asking:
                task.cancel()

    async def _look(self) -> Body | None:
        """Says how far the batch is; hears that it is to be cancelled, has expired, is another's."""
        news = {"request_counts": dict(self._counts), "usage": dict(self._usage)}
        if self._told and news != self._told:
            await self._change(**news)
        self._told = news
        batch, is_cancelled = await writer.run(lambda: store.batch_of(self.ref))
        if batch is None:
            self._lost = True
        elif is_cancelled:
            self._end = "cancelled"
        elif time.time() >= batch["expires_at"]:
            self._end = "expired"
        if self._lost or self._end != "completed" or waiting_here().closing:
            self._ending.set()
        return batch

    async def _finish(self, lines: list[Line]) -> None:
        if self._end == "completed":
            await self._change(status="finalizing", finalizing_at=True)
        output, failed = await _aside(lambda: self._texts(lines))
        members = {"status": self._end, f"{self._end}_at": True, "usage": self._usage}
        counts = dict(self._counts)
        await writer.run(lambda: store.finish(self.ref, output, failed, request_counts=counts, **members))

    def _texts(self, lines: list[Line]) -> tuple[bytes, bytes]:
        """The output file and the error file."""
        known = store.results(self.ref)
        found = [known.get(line.number, {}).get("result") for line in lines]
        if self._end == "expired":
            found = [one or batch_lines.expired(line) for one, line in zip(found, lines, strict=True)]
        good = [one for one in found if one and batch_lines.is_good(one)]
        bad = [one for one in found if one and not batch_lines.is_good(one)]
        self._counts |= {"completed": len(good), "failed": len(bad)}
        return batch_lines.text_of(good), batch_lines.text_of(bad)

    async def _change(self, **members: Any) -> None:
        await writer.run(lambda: store.change(self.ref, **members))

    # --- one line --------------------------------------------------------------------------------

    async def _work(self, ahead: Iterator[Line], known: dict[int, Body]) -> None:
        for line in ahead:
            exchange = known.get(line.number, {}).get("exchange", "")
            result = await adopt(line, exchange, self._ending) if exchange else None
            if result is None and not self._ending.is_set():
                intake = taken_in(line, caller=self.ref.caller, url=self._url)
                exchange = intake.call.id
                if not await self._write(line, exchange, None):
                    return
                result = await answer(line, intake, self._ending)
            if result is None or not await self._write(line, exchange, result):
                return
            self._count(result)

    async def _write(self, line: Line, exchange: str, result: Body | None) -> bool:
        return bool(await writer.submit(store.write_steps, Step(self.ref, line.number, exchange, result)))

    def _count(self, result: Body) -> None:
        self._counts["completed" if batch_lines.is_good(result) else "failed"] += 1
        self._usage = batch_lines.add_usage(self._usage, result)


async def _aside(look: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(None, apart, look)
