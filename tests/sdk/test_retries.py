"""What clients do about answers that go wrong, as the journal tells it: real SDKs, and clients that misbehave."""

import contextlib
import re
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from tests.conftest import ROOT, Server, wait_for

ERROR = {"error": {"message": "Try again."}}
ASKED = [{"role": "user", "content": "How are you?"}]
WELL = {"content": "well"}


def entry(status: int, **fields: Any) -> dict[str, Any]:
    return {"response": ERROR, "status_code": status, **fields}


def settled(server: Server, caller: str, **params: Any) -> dict[str, Any]:
    """The verdict, once nothing is under way."""
    query = {"caller": caller, **params}

    def look() -> dict[str, Any] | None:
        told = server.api.get("/api/exchanges/verdict", params=query).json()
        return told if told["open"] == 0 else None

    return wait_for(look)


def kinds(told: dict[str, Any]) -> list[str]:
    return [one["kind"] for one in told["verdicts"]]


def ask(server: Server, caller: str, **fields: Any) -> httpx.Response:
    """A call by a client that counts no retries."""
    body = {"model": "gpt-4o", "messages": ASKED, **fields}
    return server.api.post("/v1/chat/completions", json=body, headers={"x-mock-caller": caller})


def test_an_sdk_that_waits_as_it_was_told_recovers(server: Server, connect: Any) -> None:
    limited = entry(429, headers={"retry-after-ms": "120"})
    server.queue("re-1", limited, limited, WELL)
    connect(caller="re-1", max_retries=2).chat.completions.create(model="gpt-4o", messages=ASKED)
    told = settled(server, "re-1")
    assert (told["ok"], told["calls"], told["attempts"], told["more"]) == (True, 1, 3, False)
    [verdict] = told["verdicts"]
    assert (verdict["kind"], verdict["attempts"], len(verdict["exchanges"])) == ("recovered", 3, 3)
    assert verdict["took_ms"] >= 240
    assert verdict["sentence"].startswith("Recovered: attempt 3 succeeded")


def test_an_sdk_that_is_out_of_retries_has_given_up(server: Server, connect: Any) -> None:
    server.queue("re-2", entry(500), entry(500))
    with pytest.raises(openai.InternalServerError):
        connect(caller="re-2", max_retries=1).chat.completions.create(model="gpt-4o", messages=ASKED)
    told = settled(server, "re-2")
    assert (told["ok"], told["calls"], told["attempts"], kinds(told)) == (False, 1, 2, ["gave_up"])
    assert "500" in told["verdicts"][0]["sentence"]
    assert settled(server, "re-2", allow="gave_up")["ok"]


def test_an_answer_that_is_not_retried_is_nobodys_fault(server: Server, connect: Any) -> None:
    server.queue("re-3", entry(400), entry(500, x_should_retry=False))
    client = connect(caller="re-3", max_retries=2)
    for error in (openai.BadRequestError, openai.InternalServerError):
        with pytest.raises(error):
            client.chat.completions.create(model="gpt-4o", messages=ASKED)
    told = settled(server, "re-3")
    assert (told["ok"], told["calls"], told["attempts"], told["verdicts"]) == (True, 2, 2, [])


def test_a_400_that_asks_for_it_is_rightly_retried(server: Server, connect: Any) -> None:
    server.queue("re-4", entry(400, x_should_retry=True, headers={"retry-after-ms": "1"}), WELL)
    connect(caller="re-4", max_retries=2).chat.completions.create(model="gpt-4o", messages=ASKED)
    assert kinds(settled(server, "re-4")) == ["recovered"]


def test_an_upload_that_is_sent_again_is_an_attempt_of_the_same_call(server: Server, connect: Any) -> None:
    server.queue("re-15", entry(503, headers={"retry-after-ms": "1"}, endpoint="audio.transcriptions"))
    client = connect(caller="re-15", max_retries=1)
    client.audio.transcriptions.create(model="whisper-1", file=("a.wav", b"RIFF" + bytes(200)))
    told = settled(server, "re-15")
    assert (told["calls"], told["attempts"], kinds(told)) == (1, 2, ["recovered"])


def test_two_calls_of_an_sdk_that_say_the_same_stay_two(server: Server, connect: Any) -> None:
    server.queue("re-5", entry(503), WELL)
    client = connect(caller="re-5", max_retries=0)
    with contextlib.suppress(openai.InternalServerError):
        client.chat.completions.create(model="gpt-4o", messages=ASKED)
    client.chat.completions.create(model="gpt-4o", messages=ASKED)
    told = settled(server, "re-5")
    assert (told["calls"], kinds(told)) == (2, ["gave_up"])


def test_a_client_that_cannot_wait_is_told_by_how_much(server: Server) -> None:
    server.queue("re-6", entry(429, headers={"retry-after": "20"}), WELL)
    ask(server, "re-6")
    ask(server, "re-6")
    told = settled(server, "re-6")
    assert (told["ok"], kinds(told)) == (False, ["retried_early", "recovered"])
    early = told["verdicts"][0]
    assert early["wait_ms"] == 20_000 and early["waited_ms"] < 15_000
    assert "said: wait 20.0 s (retry-after)" in early["sentence"]
    ids = [one["id"] for one in server.api.get("/api/exchanges?caller=re-6").json()["items"]]
    assert early["exchanges"] == ids[::-1]


@pytest.mark.parametrize(
    ("first", "words"),
    [(entry(401), "must not be retried"), (entry(503, x_should_retry=False), "x-should-retry: false")],
)
def test_a_client_that_retries_what_it_must_not(server: Server, first: dict[str, Any], words: str) -> None:
    caller = f"re-7-{first['status_code']}"
    server.queue(caller, first, WELL)
    ask(server, caller)
    ask(server, caller)
    told = settled(server, caller)
    assert kinds(told) == ["retried_final", "recovered"]
    assert words in told["verdicts"][0]["sentence"]


def test_a_client_that_hammers_is_a_storm(server: Server) -> None:
    server.queue("re-8", *[entry(500)] * 8, WELL)
    for _ in range(9):
        ask(server, "re-8")
    told = settled(server, "re-8")
    assert (told["calls"], told["attempts"]) == (1, 9)
    assert kinds(told) == ["storm", "storm", "recovered"]
    assert (
        told["verdicts"][0]["attempts"] == 9 and 3 <= told["verdicts"][1]["fast"] <= 8
    )  # on a busy machine not all were


def test_many_calls_after_a_429_are_a_storm_whatever_they_say(server: Server) -> None:
    server.api.put("/api/fallback", json={"text": "auto"})
    server.queue("re-9", entry(429, headers={"retry-after": "60"}))
    for number in range(13):
        ask(server, "re-9", user=str(number), messages=[{"role": "user", "content": f"Number {number}"}])
    told = settled(server, "re-9")
    assert (told["calls"], kinds(told)) == (13, ["gave_up", "storm"])
    calls = told["verdicts"][1]["calls"]
    assert calls in (11, 12)  # one may come before the server has noted that the 429 had left
    assert not told["ok"] and len(told["verdicts"][1]["exchanges"]) == calls + 1


def test_bodies_that_differ_where_no_summary_shows_it_are_two_calls(server: Server) -> None:
    server.queue("re-10", entry(500), WELL)
    ask(server, "re-10", user="a")
    ask(server, "re-10", user="b")
    told = settled(server, "re-10")
    assert (told["calls"], kinds(told)) == (2, ["gave_up"])


def test_concurrent_calls_that_say_the_same_keep_their_own_attempts(server: Server, connect: Any) -> None:
    first = {"header": {"x-stainless-retry-count": "0"}}  # however late one of them begins
    limited = entry(429, headers={"retry-after-ms": "150"}, match=first)
    server.queue("re-11", *[limited] * 4, *[WELL] * 4)
    clients = [connect(caller="re-11", max_retries=2) for _ in range(4)]

    def call(client: Any) -> None:
        client.chat.completions.create(model="gpt-4o", messages=ASKED)

    threads = [threading.Thread(target=call, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = settled(server, "re-11")
    assert (told["ok"], told["calls"], told["attempts"], kinds(told)) == (True, 4, 8, ["recovered"] * 4)


def test_what_waits_is_under_way_and_not_yet_right(server: Server) -> None:
    thread = threading.Thread(target=ask, args=[server, "re-12"])
    thread.start()
    [item] = server.waiting(1)
    told = server.api.get("/api/exchanges/verdict?q=caller:re-12").json()
    assert (told["ok"], told["open"], told["verdicts"]) == (False, 1, [])
    server.answer(item["id"])
    thread.join()
    assert settled(server, "re-12")["ok"]


def test_since_leaves_out_what_was_before(server: Server) -> None:
    server.queue("re-13", entry(500), WELL)
    ask(server, "re-13")
    since = time.time()
    ask(server, "re-13")
    told = settled(server, "re-13", since=f"{since:.6f}")
    assert (told["ok"], told["attempts"]) == (True, 1)


@pytest.mark.parametrize("query", ["allow=nonsense", "limit=0", "limit=9999", "q=status:x", "nonsense=1"])
def test_what_cannot_be_read_is_refused(server: Server, query: str) -> None:
    answer = server.api.get(f"/api/exchanges/verdict?{query}")
    assert answer.status_code == 400 and answer.json()["detail"]


def test_the_script_of_the_documentation_passes_and_fails(
    server: Server, connect: Any, tmp_path: Path
) -> None:
    [text] = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "retries.md").read_text(), re.S)
    script = tmp_path / "check_retries.py"
    script.write_text(text)

    def run(*args: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(script), server.url, "re-14", *args]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    missed = run()
    assert missed.returncode == 1 and "no_calls" in missed.stdout
    server.queue("re-14", entry(429, headers={"retry-after-ms": "1"}), WELL, entry(500))
    client = connect(caller="re-14", max_retries=1)
    client.chat.completions.create(model="gpt-4o", messages=ASKED)
    done = run()
    assert done.returncode == 0, done.stderr
    assert "1 calls, 2 attempts, 0 under way\nok   recovered" in done.stdout
    with pytest.raises(openai.InternalServerError):
        client.with_options(max_retries=0).chat.completions.create(model="gpt-4o", messages=ASKED)
    done = run()
    assert (done.returncode, done.stderr) == (1, "")
    assert "BAD  gave_up" in done.stdout
    assert run("gave_up").returncode == 0
