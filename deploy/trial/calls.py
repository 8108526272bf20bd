"""What a trial does through nginx: queue, call as the SDK does, wait at the desk, count."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import httpx
from openai import OpenAI

from deploy.trial.stack import Stack, TrialError, wait_for

CALL = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hello"}]}


def sdk(stack: Stack, caller: str, **options: Any) -> OpenAI:
    return OpenAI(base_url=f"{stack.url}/v1", api_key=f"sk-mock-{caller}", timeout=120, **options)


def queue(stack: Stack, caller: str, count: int) -> None:
    responses = [{"content": str(number)} for number in range(count)]
    answer = stack.api.post(f"/api/preset-queue/{caller}/batch", json={"responses": responses})
    if answer.status_code != 200 or answer.json()["added_count"] != count:
        raise TrialError(f"queue: {answer.status_code} {answer.text[:300]}")


def left(stack: Stack, caller: str) -> list[int]:
    items = stack.api.get(f"/api/preset-queue/{caller}").json()["items"]
    return [int(item["response"]["content"]) for item in items]


def waiting(stack: Stack, count: int) -> list[dict[str, Any]]:
    """The waiting calls, once there are that many."""

    def look() -> list[dict[str, Any]] | None:
        items: list[dict[str, Any]] = stack.api.get("/api/desk").json()["items"]
        return items if len(items) == count else None

    found: list[dict[str, Any]] = wait_for(look, f"{count} calls at the desk")
    return found


def answer(stack: Stack, exchange_id: str, content: str) -> None:
    """Answers a waiting call until it is told that the answer was delivered."""
    path, body = f"/api/desk/{exchange_id}/answer", {"response": {"content": content}}
    headers = {"idempotency-key": exchange_id}

    def told() -> bool:
        said = stack.api.post(path, json=body, headers=headers)
        if said.status_code not in (200, 202, 502, 503):
            raise TrialError(f"answer: {said.status_code} {said.text[:300]}")
        return said.status_code == 200

    wait_for(told, "the answer delivered")


@dataclass
class Drain:
    """Some connections that take a queue empty: `got` in the order in which each heard, `statuses` of the rest."""

    stack: Stack
    caller: str
    connections: int
    total: int
    got: list[int] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    half: Event = field(default_factory=Event)

    def run(self) -> None:
        with ThreadPoolExecutor(self.connections) as pool:
            list(pool.map(lambda _: self._one(), range(self.connections)))

    def _one(self) -> None:
        with httpx.Client(
            base_url=self.stack.url, timeout=60, headers={"x-mock-caller": self.caller}
        ) as client:
            for _ in range(self.total):
                try:
                    reply = client.post("/v1/chat/completions", json=CALL)
                except httpx.TransportError:
                    self.statuses.append(0)
                    continue
                if reply.status_code == 404 and reply.json()["error"]["code"] == "no_preset":
                    return
                if reply.status_code == 200:
                    self.got.append(int(reply.json()["choices"][0]["message"]["content"]))
                else:
                    self.statuses.append(reply.status_code)
                if len(self.got) >= self.total // 2:
                    self.half.set()
