"""Containers and the files in them, as the real SDK uses them."""

from collections.abc import Callable

import openai
import pytest


@pytest.fixture
def client(connect: Callable[..., openai.OpenAI], request: pytest.FixtureRequest) -> openai.OpenAI:
    """Each test has a shelf of its own."""
    return connect(caller=request.node.name[:80])


def test_a_container_has_files(client: openai.OpenAI) -> None:
    file = client.files.create(file=("a.csv", b"1,2"), purpose="user_data")
    box = client.containers.create(name="box", file_ids=[file.id])
    assert (box.object, box.status, box.name) == ("container", "running", "box")
    sent = client.containers.files.create(box.id, file=("b.txt", b"hello"))
    assert (sent.object, sent.path, sent.bytes, sent.source) == (
        "container.file",
        "/mnt/data/b.txt",
        5,
        "user",
    )
    inside = list(client.containers.files.list(box.id, order="asc"))
    assert [one.path for one in inside] == ["/mnt/data/a.csv", "/mnt/data/b.txt"]
    contents = [
        client.containers.files.content.retrieve(one.id, container_id=box.id).read() for one in inside
    ]
    assert contents == [b"1,2", b"hello"]
    client.containers.files.delete(sent.id, container_id=box.id)
    with pytest.raises(openai.NotFoundError, match="not found in this container"):
        client.containers.files.retrieve(sent.id, container_id=box.id)
    client.containers.delete(box.id)
    with pytest.raises(openai.NotFoundError, match=f"Container with id '{box.id}' not found"):
        client.containers.files.list(box.id)
    assert client.containers.list().data == []
