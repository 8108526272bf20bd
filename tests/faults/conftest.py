"""What the tests of rules share: calls as plain HTTP, and rules over REST."""

from typing import Any

import httpx
import pytest

from tests.conftest import Server

CHAT = "/v1/chat/completions"


class Rules:
    """A server whose text endpoints answer by themselves, and what is in force there."""

    def __init__(self, server: Server) -> None:
        self.server = server
        server.api.put("/api/fallback", json={"text": "auto"})

    def add(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Adds a rule of `kind` ("latency", "limits"); the item."""
        answer = self.server.api.post(f"/api/{kind}", json=fields)
        assert answer.status_code == 200, answer.text
        item: dict[str, Any] = answer.json()["item"]
        return item

    def chat(self, caller: str, *, key: str = "", **fields: Any) -> httpx.Response:
        body = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello?"}], **fields}
        headers = {"X-Mock-Caller": caller, **({"Authorization": f"Bearer {key}"} if key else {})}
        return self.server.api.post(CHAT, json=body, headers=headers)


@pytest.fixture
def rules(server: Server) -> Rules:
    return Rules(server)
