"""What a server takes in memory once it has answered calls of every kind, and shown them."""

import json
from pathlib import Path

import openai

from tests.conftest import PATIENCE_S, start_server, wait_for
from tests.desk.test_memory import memory_kb

MAX_MB = 200
MODEL = "gpt-4o"
EMBEDDING = "text-embedding-3-small"  # has the old models' table of tokens read, too
PAGES = ("/", "/queues", "/journal", "/stats", "/settings", "/docs")


def call_everything(client: openai.OpenAI) -> None:
    hello = [{"role": "user", "content": "hi"}]
    line = {"custom_id": "a", "method": "POST", "url": "/v1/chat/completions"}
    line["body"] = {"model": MODEL, "messages": hello}  # type: ignore[assignment]
    client.chat.completions.create(model=MODEL, messages=hello)  # type: ignore[call-overload]
    assert list(client.chat.completions.create(model=MODEL, messages=hello, stream=True))  # type: ignore[call-overload]
    client.responses.create(model=MODEL, input="hi")
    client.embeddings.create(model=EMBEDDING, input=[f"text {number}" for number in range(100)])
    client.moderations.create(input="hi")
    client.images.generate(model="gpt-image-1", prompt="a ferry", size="1024x1024")
    client.audio.speech.create(model="tts-1", voice="alloy", input="hi", response_format="wav")
    client.conversations.create()
    text = client.files.create(file=("a.txt", b"ferry"), purpose="assistants")
    store = client.vector_stores.create(file_ids=[text.id])
    client.vector_stores.search(store.id, query="ferry")
    lines = client.files.create(file=("a.jsonl", json.dumps(line).encode()), purpose="batch")
    batch = client.batches.create(
        input_file_id=lines.id, endpoint="/v1/chat/completions", completion_window="24h"
    )
    wait_for(lambda: client.batches.retrieve(batch.id).status == "completed", pause_s=0.1)


def test_a_server_that_has_answered_everything_takes_less_than_200_mb(tmp_path: Path) -> None:
    server = start_server(tmp_path, door="alone", MOCKOPENAI_FALLBACK="auto")
    try:
        with openai.OpenAI(base_url=server.base_url, api_key="sk-mock-a", timeout=PATIENCE_S) as client:
            call_everything(client)
        for page in PAGES:
            assert server.api.get(page).status_code == 200
        # A table that a call itself had to read leaves 8 MB behind, until free memory is given back.
        wait_for(lambda: 100 < memory_kb(server) / 1024 < MAX_MB)
    finally:
        server.stop()
