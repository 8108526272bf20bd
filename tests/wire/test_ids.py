"""Identifiers are in OpenAI's forms, and exchange ids sort by time."""

import re
import threading

from apps.wire import ids


def test_exchange_ids_rise_strictly_even_within_a_millisecond() -> None:
    made = [ids.exchange_id() for _ in range(20_000)]
    assert made == sorted(set(made))
    assert all(re.fullmatch(r"[0-9a-hjkmnp-tv-z]{26}", one) for one in made)


def test_exchange_ids_of_several_threads_never_collide_and_rise_in_each() -> None:
    made: list[list[str]] = [[] for _ in range(4)]

    def make(mine: list[str]) -> None:
        mine.extend(ids.exchange_id() for _ in range(5_000))

    threads = [threading.Thread(target=make, args=(mine,)) for mine in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one for mine in made for one in mine}) == 20_000
    assert all(mine == sorted(mine) for mine in made)


def test_an_exchange_id_keeps_rising_when_the_clock_goes_back(monkeypatch) -> None:
    before = ids.exchange_id()
    monkeypatch.setattr(ids.time, "time_ns", lambda: 1_000_000_000)
    assert before < ids.exchange_id() < ids.exchange_id()


def test_the_first_ten_characters_are_the_milliseconds(monkeypatch) -> None:
    monkeypatch.setattr(ids, "_last_ms", 0)
    monkeypatch.setattr(ids.time, "time_ns", lambda: 33_000_000)
    assert ids.exchange_id().startswith("0000000011")


def test_ids_have_the_forms_of_the_service() -> None:
    for _ in range(300):
        assert re.fullmatch(r"chatcmpl-[A-Za-z0-9]{29}", ids.chat_completion_id())
        assert re.fullmatch(r"call_[A-Za-z0-9]{24}", ids.tool_call_id())
        assert re.fullmatch(r"req_[0-9a-f]{32}", ids.request_id())
        assert all(re.fullmatch(rb"[A-Za-z0-9]{1,16}", padding) for padding in ids.obfuscations(3))


def test_obfuscation_varies_in_length() -> None:
    assert len({len(padding) for padding in ids.obfuscations(500)}) > 8
