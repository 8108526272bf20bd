"""What the gateway's tests share: calls as plain HTTP, and what the journal says about them."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.conftest import PATIENCE_S

CHAT = "/v1/chat/completions"
ERROR_KEYS = {"message", "type", "param", "code"}


def chat(text: str = "Hello?", **fields: Any) -> dict[str, Any]:
    return {"model": "gpt-4o", "messages": [{"role": "user", "content": text}], **fields}


def error_of(answer: httpx.Response) -> dict[str, Any]:
    """The error inside an answer, which must be OpenAI's envelope and nothing else."""
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert body.keys() == {"error"}
    assert body["error"].keys() == ERROR_KEYS
    assert isinstance(body["error"]["message"], str) and body["error"]["message"]
    error: dict[str, Any] = body["error"]
    return error


@pytest.fixture(scope="session")
def ended() -> Callable[..., dict[str, Any]]:
    """The whole exchange of a caller's only call, once it is over: ended(server, "ci-1")."""

    def looking(server: Any, caller: str, *states: str, timeout_s: float = PATIENCE_S) -> dict[str, Any]:
        match = {"caller": caller, "state": list(states or ("delivered", "undelivered", "timed_out", "gone"))}
        wanted = {"match": match, "count": 1, "timeout_s": timeout_s}
        found = server.api.post("/api/exchanges/wait", json=wanted).json()
        if not found["reached"]:
            rows = server.api.get(f"/api/exchanges?caller={caller}").json()["items"]
            raise AssertionError(f"the journal says {[(row['state'], row['note']) for row in rows]}")
        row: dict[str, Any] = server.exchange(found["items"][0]["id"])
        return row

    return looking
