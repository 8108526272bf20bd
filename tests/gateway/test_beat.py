"""Streams share the loop's timers: each step is called once, at its time, in the order it was asked for."""

import asyncio
from collections.abc import Callable

import pytest
import uvloop

from apps.gateway.beat import Beat, beat_of
from tests.conftest import PATIENCE_S

loops = pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop])
NewLoop = Callable[[], asyncio.AbstractEventLoop]


@loops
def test_steps_are_called_at_their_time(new_loop: NewLoop) -> None:
    async def scene() -> None:
        loop = asyncio.get_running_loop()
        beat, began_s, all_called = Beat(loop), loop.time(), loop.create_future()
        called: list[tuple[int, float]] = []

        def call_after(after_ms: int, *, last: bool = False) -> None:
            def step() -> None:
                called.append((after_ms, loop.time() - began_s))
                if last:
                    all_called.set_result(None)

            beat.call_at(began_s + after_ms / 1000, step)

        for after_ms in (30, 10, 20, 10):
            call_after(after_ms, last=after_ms == 30)
        await asyncio.wait_for(all_called, PATIENCE_S)
        assert [after_ms for after_ms, _ in called] == [10, 10, 20, 30]
        assert all(at_s >= after_ms / 1000 - 0.0015 for after_ms, at_s in called)

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(scene())


@loops
def test_a_step_may_ask_for_the_next_one_even_when_it_is_late(new_loop: NewLoop) -> None:
    async def scene() -> None:
        loop = asyncio.get_running_loop()
        beat, at_s, finished = beat_of(loop), loop.time(), loop.create_future()
        rest = iter(range(50))

        def step() -> None:
            if next(rest, None) is None:
                finished.set_result(None)
            else:
                beat.call_at(at_s, step)  # a time that is over

        step()
        await asyncio.wait_for(finished, PATIENCE_S)

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(scene())


def test_a_loop_has_one_beat() -> None:
    async def ask() -> Beat:
        return beat_of(asyncio.get_running_loop())

    with asyncio.Runner() as one, asyncio.Runner() as other:
        assert one.run(ask()) is one.run(ask())
        assert one.run(ask()) is not other.run(ask())
