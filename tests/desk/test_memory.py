"""What a call that waits costs in memory: next to nothing, however large it is."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from tests.callers import callers
from tests.conftest import Server, start_server
from tests.gateway.conftest import CHAT

FIRST = 24  # until the database's own cache is full
COUNT = 10
SIZE_BYTES = 2_000_000
EACH_MAX_KB = 600  # a call that is kept costs 5,000


def memory_kb(server: Server) -> int:
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")))


def large(number: int, **fields: Any) -> bytes:
    text = f"{number} " * (SIZE_BYTES // len(f"{number} "))
    call = {"model": f"m{number}", "messages": [{"role": "user", "content": text}], **fields}
    return json.dumps(call).encode()


async def test_a_waiting_call_does_not_keep_its_request_in_memory(tmp_path: Path) -> None:
    server = start_server(tmp_path)
    try:
        server.queue("old", {"content": "x"})  # so that the old models' tokens are read by now
        old = {"model": "gpt-4", "messages": [{"role": "user", "content": "x"}]}
        assert server.api.post(CHAT, json=old, headers={"x-mock-caller": "old"}).status_code == 200
        async with callers(server.url, "heavy", FIRST + COUNT) as opened:
            await park(server, opened[:FIRST])
            before = memory_kb(server)
            await park(server, opened[FIRST:], already=FIRST)
            each_kb = (memory_kb(server) - before) / COUNT
            assert each_kb < EACH_MAX_KB
            for item in server.api.get("/api/desk").json()["items"]:
                assert server.answer(item["id"], f"for {item['model']}").status_code == 200
            for number, caller in enumerate(opened):
                got = await caller.receive()
                assert (got.content, got.json["model"]) == (f"for m{number}", f"m{number}")
                assert got.json["usage"]["prompt_tokens"] > SIZE_BYTES / 10
    finally:
        server.stop()


async def park(server: Server, opened: list[Any], *, already: int = 0) -> None:
    for number, caller in enumerate(opened, already):
        await caller.send(large(number))
        server.waiting(number + 1)


def test_a_large_stream_that_waited_knows_what_it_was_asked(server: Server) -> None:
    """Its events depend on stream_options, and on the messages for a usage that its author left out."""
    body = json.loads(large(7, stream=True, stream_options={"include_usage": True}))
    whole = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "m7",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "ok", "refusal": None},
                "finish_reason": "stop",
                "logprobs": None,
            }
        ],
    }
    with httpx.Client(base_url=server.url, timeout=20) as client, ThreadPoolExecutor(1) as pool:
        asking = pool.submit(client.post, CHAT, json=body)
        [item] = server.waiting(1)
        server.api.post(f"/api/desk/{item['id']}/answer", json={"response": whole})
        events = asking.result().text.split("\n\n")
    usage = json.loads(events[-3].removeprefix("data: "))["usage"]
    assert usage["prompt_tokens"] > SIZE_BYTES / 10
