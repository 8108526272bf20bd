"""The switch for validation, over a running server: told with the call by default, a 400 on demand."""

from pathlib import Path

import httpx
import pytest
from openai import BadRequestError, OpenAI

from tests.conftest import PATIENCE_S, Server, start_server

MESSAGES = [{"role": "user", "content": "hi"}]


def test_a_wrong_call_is_answered_and_its_findings_stand_with_it(server: Server) -> None:
    server.queue("found", {"content": "all the same"})
    client = OpenAI(base_url=server.base_url, api_key="sk-mock-found", max_retries=0)
    answer = client.chat.completions.create(model="gpt-4o", messages=MESSAGES, extra_body={"top_k": 5})  # type: ignore[arg-type]
    assert answer.choices[0].message.content == "all the same"
    [row] = server.api.get("/api/exchanges", params={"q": "caller:found"}).json()["items"]
    assert server.exchange(row["id"])["findings"] == [
        {"param": "top_k", "code": None, "message": "Unrecognized request argument supplied: top_k"}
    ]
    for page in (f"/desk/call/{row['id']}", f"/journal/{row['id']}"):
        assert "Unrecognized request argument supplied: top_k" in server.api.get(page).text


def test_a_rejected_call_uses_up_no_preset(tmp_path: Path) -> None:
    server = start_server(tmp_path, MOCKOPENAI_VALIDATE="reject")
    try:
        server.queue("ci", {"content": "for the right one"})
        client = OpenAI(base_url=server.base_url, api_key="sk-mock-ci", max_retries=0)
        with pytest.raises(BadRequestError, match="Unrecognized request argument supplied: top_k"):
            client.chat.completions.create(model="gpt-4o", messages=MESSAGES, extra_body={"top_k": 5})  # type: ignore[arg-type]
        answer = client.chat.completions.create(model="gpt-4o", messages=MESSAGES)  # type: ignore[arg-type]
        assert answer.choices[0].message.content == "for the right one"
        refused = httpx.post(
            f"{server.base_url}/embeddings",
            json={"model": "text-embedding-3-small", "input": "a", "shape": 1},
            timeout=PATIENCE_S,
        )
        assert (refused.status_code, refused.json()["error"]["message"]) == (
            400,
            "Unrecognized request argument supplied: shape",
        )
    finally:
        server.stop()


def test_an_author_is_told_what_the_sdk_could_not_read(server: Server) -> None:
    answer = server.api.post(
        "/api/preset-queue/doubts", json={"endpoint": "embeddings", "response": {"embedding": "x"}}
    )
    assert answer.status_code == 200
    [warning] = answer.json()["warnings"]
    assert warning["field"] == "response.data[0].embedding"
    server.api.delete("/api/preset-queue/doubts")
