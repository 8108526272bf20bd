"""Files as the real SDK uploads, lists and reads them."""

from collections.abc import Callable
from typing import Any

import openai
import pytest

LINES = b'{"messages": []}\n' * 3
BINARY = bytes(range(256)) * 8 * 1024  # 2 MB: over the limit of the database


@pytest.fixture
def client(connect: Callable[..., openai.OpenAI], request: pytest.FixtureRequest) -> openai.OpenAI:
    """Each test has a shelf of its own."""
    return connect(caller=request.node.name[:80])


def test_an_uploaded_file_comes_back_as_it_was(client: openai.OpenAI) -> None:
    made = client.files.create(file=("train.jsonl", LINES, "application/jsonl"), purpose="fine-tune")
    assert made.id.startswith("file-")
    assert (made.object, made.filename, made.bytes) == ("file", "train.jsonl", len(LINES))
    assert (made.purpose, made.status) == ("fine-tune", "processed")
    assert client.files.retrieve(made.id) == made
    answer = client.files.content(made.id)
    assert answer.read() == LINES
    assert answer.response.headers["content-length"] == str(len(LINES))


def test_a_large_file_is_kept_on_disk(server: Any, client: openai.OpenAI) -> None:
    before = set((server.data_dir / "files").glob("*"))
    made = client.files.create(file=("noise.bin", BINARY), purpose="user_data")
    assert client.files.content(made.id).read() == BINARY
    assert len(set((server.data_dir / "files").glob("*")) - before) == 1


def test_files_are_listed_in_pages(client: openai.OpenAI) -> None:
    made = [client.files.create(file=(f"{n}.txt", b"x"), purpose="assistants") for n in range(5)]
    other = client.files.create(file=("b.jsonl", b"x"), purpose="batch")
    assert other.expires_at == other.created_at + 30 * 86_400
    newest_first = [other.id, *(one.id for one in reversed(made))]
    assert [one.id for one in client.files.list(limit=2)] == newest_first  # the SDK turns the pages
    assert [one.id for one in client.files.list(order="asc")] == newest_first[::-1]
    assert [one.id for one in client.files.list(purpose="batch")] == [other.id]
    page = client.files.list(limit=2, after=made[3].id)
    assert ([one.id for one in page.data], page.has_more) == ([made[2].id, made[1].id], True)
    with pytest.raises(openai.BadRequestError, match="there is no 'file-none' in this list") as refused:
        client.files.list(after="file-none")
    assert refused.value.param == "after"


def test_a_deleted_file_is_gone(client: openai.OpenAI) -> None:
    made = client.files.create(file=("a.txt", b"x"), purpose="assistants")
    assert client.files.delete(made.id).deleted
    for ask in (client.files.retrieve, client.files.content, client.files.delete):
        with pytest.raises(openai.NotFoundError) as refused:
            ask(made.id)
        assert refused.value.body == {
            "message": f"No such File object: {made.id}",
            "type": "invalid_request_error",
            "param": "id",
            "code": None,
        }


def test_a_file_is_its_callers_alone(client: openai.OpenAI, connect: Callable[..., openai.OpenAI]) -> None:
    made = client.files.create(file=("a.txt", b"x"), purpose="assistants")
    stranger = connect(caller="stranger")
    assert stranger.files.list().data == []
    with pytest.raises(openai.NotFoundError):
        stranger.files.retrieve(made.id)


def test_a_file_without_a_purpose_is_refused(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="Missing required parameter: 'purpose'"):
        client.post(
            "/files",
            cast_to=object,
            files={"file": ("a.txt", b"x")},
            options={"headers": {"Content-Type": "multipart/form-data"}},
        )


def test_what_a_preset_answers_is_kept_too(server: Any, client: openai.OpenAI) -> None:
    server.queue(client.api_key[8:], {"id": "file-mine", "filename": "renamed.txt"}, endpoint="files.create")
    made = client.files.create(file=("a.txt", b"abc"), purpose="assistants")
    assert (made.id, made.filename, made.bytes) == ("file-mine", "renamed.txt", 3)
    assert client.files.retrieve("file-mine") == made
    assert client.files.content("file-mine").read() == b"abc"


def test_the_journal_shows_a_form_as_json_without_its_bytes(server: Any, client: openai.OpenAI) -> None:
    client.files.create(
        file=("a.bin", b"\0\xff\0\xff"),
        purpose="assistants",
        expires_after={"anchor": "created_at", "seconds": 3600},
    )
    client.files.list(limit=1)
    rows = server.api.get(f"/api/exchanges?caller={client.api_key[8:]}").json()["items"]
    listed, made = [server.exchange(row["id"]) for row in rows]
    assert listed["path"] == "/v1/files?limit=1"
    body = made["body"]
    assert body["purpose"] == "assistants"
    assert body["expires_after"] == {"anchor": "created_at", "seconds": 3600}
    assert body["file"]["filename"] == "a.bin" and body["file"]["bytes"] == 4


def test_azure_s_client_reaches_the_same_endpoints(server: Any) -> None:
    options: Any = {"api_key": "sk-mock-azure", "api_version": "2024-10-21", "max_retries": 0}
    with openai.AzureOpenAI(azure_endpoint=server.url, **options) as azure:
        made = azure.files.create(file=("a.txt", b"x"), purpose="assistants")
        assert [one.id for one in azure.files.list()] == [made.id]
        server.queue("azure", {"content": "hi"})
        answer = azure.chat.completions.create(
            model="my-deployment", messages=[{"role": "user", "content": "?"}]
        )
        assert answer.choices[0].message.content == "hi"
    row = server.api.get("/api/exchanges?caller=azure").json()["items"][0]
    assert row["path"] == "/openai/deployments/my-deployment/chat/completions?api-version=2024-10-21"
    bare = {"messages": [{"role": "user", "content": "?"}]}
    server.queue("azure", {"content": "hi"})
    told = server.api.post(
        "/as/azure/openai/deployments/other/chat/completions", params={"api-version": "1"}, json=bare
    )
    assert told.json()["model"] == "other"
    assert server.api.get("/openai/v1/models").status_code == 200


def test_a_text_where_a_file_is_wanted_is_refused(server: Any) -> None:
    """As `curl -F file=ferry.txt` sends it, without the @."""
    form = {"purpose": (None, "assistants"), "file": (None, "ferry.txt")}
    told = server.api.post("/v1/files", files=form)
    assert told.status_code == 400
    assert (told.json()["error"]["param"], told.json()["error"]["code"]) == ("file", "invalid_type")
    assert "expected a file" in told.json()["error"]["message"]
    no_boundary = {"content-type": "multipart/form-data"}
    told = server.api.post("/v1/files", content=b"x=1", headers=no_boundary)
    assert told.status_code == 400 and "multipart/form-data body" in told.json()["error"]["message"]
