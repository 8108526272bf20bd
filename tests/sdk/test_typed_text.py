"""What a person types reaches the real SDK live, also at the endpoints for responses and text completions."""

import threading
from typing import Any

import openai
import pytest

from .test_typed_live import typist

WORDS = ["Once", " upon", " a", " time", " 🐉."]
TEXT = "".join(WORDS)


class Asking(threading.Thread):
    """Asks in a thread, and keeps all events."""

    def __init__(self, client: openai.OpenAI, endpoint: str) -> None:
        super().__init__()
        self._client, self._endpoint = client, endpoint
        self.events: list[Any] = []
        self.start()

    def run(self) -> None:
        asked: dict[str, Any] = {"model": "gpt-4o", "stream": True}
        if self._endpoint == "responses":
            stream: Any = self._client.responses.create(input="Tell me.", **asked)
        else:
            stream = self._client.completions.create(prompt="Tell me.", **asked)
        self.events += list(stream)


def type_all(server: Any, client: openai.OpenAI, endpoint: str, **last: Any) -> list[Any]:
    asking = Asking(client, endpoint)
    typing = typist(server)
    for seq, word in enumerate(WORDS, 1):
        typing(seq, word)
    typing(len(WORDS) + 1, "", done=True, **last)
    asking.join(30)
    return asking.events


@pytest.mark.parametrize(("reason", "status"), [("stop", "completed"), ("length", "incomplete")])
def test_a_response_is_typed_live(server: Any, client: openai.OpenAI, reason: str, status: str) -> None:
    events = type_all(server, client, "responses", finish_reason=reason)
    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert "".join(deltas) == TEXT
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert (events[-1].type, events[-1].response.output_text) == (f"response.{status}", TEXT)
    assert client.responses.retrieve(events[-1].response.id).output_text == TEXT


def test_a_text_completion_is_typed_live(server: Any, client: openai.OpenAI) -> None:
    events = type_all(server, client, "completions")
    assert "".join(event.choices[0].text for event in events) == TEXT
    assert events[-1].choices[0].finish_reason == "stop"
