"""What an exchange says of a fault that changed nothing, beside what it said before."""

import threading

from tests.conftest import Server
from tests.faults.conftest import CHAT

BODY = {"model": "gpt-4o", "messages": [{"role": "user", "content": "x"}]}


def test_a_fault_of_an_answer_that_changed_nothing_hides_no_other_note(server: Server) -> None:
    server.api.put("/api/fallback", json={"text": "manual"})
    server.api.post("/api/preset-queue/noted-elsewhere", json={"response": {"content": "x"}})
    call = {"url": CHAT, "json": BODY, "headers": {"X-Mock-Caller": "noted"}}
    asking = threading.Thread(target=lambda: server.api.post(**call))
    asking.start()
    [item] = server.waiting(1)
    assert server.answer(item["id"], "done", fault="no-done").status_code == 200
    asking.join()
    note = server.api.get(f"/api/exchanges/{item['id']}").json()["note"]
    assert "noted-elsewhere" in note and "no-done changed nothing" in note
