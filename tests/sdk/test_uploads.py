"""Uploads in parts, as the real SDK sends them."""

from collections.abc import Callable
from hashlib import md5
from pathlib import Path
from typing import Any

import openai
import pytest

DATA = bytes(range(256)) * 1024 * 5


@pytest.fixture
def client(connect: Callable[..., openai.OpenAI], request: pytest.FixtureRequest) -> openai.OpenAI:
    """Each test has a shelf of its own."""
    return connect(caller=request.node.name[:80])


def begin(client: openai.OpenAI, *, size: int = 6, **fields: Any) -> openai.types.Upload:
    return client.uploads.create(
        purpose="assistants", filename="a.txt", bytes=size, mime_type="text/plain", **fields
    )


def test_a_chunked_upload_becomes_a_file(client: openai.OpenAI, tmp_path: Path) -> None:
    path = tmp_path / "noise.bin"
    path.write_bytes(DATA)
    done = client.uploads.upload_file_chunked(
        file=path,
        mime_type="application/octet-stream",
        purpose="user_data",
        part_size=300_000,
        md5=md5(DATA, usedforsecurity=False).hexdigest(),
    )
    assert (done.status, done.bytes, done.filename) == ("completed", len(DATA), "noise.bin")
    assert done.file and (done.file.object, done.file.purpose) == ("file", "user_data")
    assert client.files.retrieve(done.file.id).bytes == len(DATA)
    assert client.files.content(done.file.id).read() == DATA


def test_parts_are_joined_in_the_order_that_is_asked_for(client: openai.OpenAI) -> None:
    upload = begin(client, expires_after={"anchor": "created_at", "seconds": 3600})
    assert (upload.object, upload.status, upload.file) == ("upload", "pending", None)
    assert upload.expires_at == upload.created_at + 3600
    parts = [client.uploads.parts.create(upload.id, data=data).id for data in (b"def", b"abc")]
    done = client.uploads.complete(upload.id, part_ids=parts[::-1])
    assert done.file and client.files.content(done.file.id).text == "abcdef"
    assert done.file.expires_at == done.file.created_at + 3600
    with pytest.raises(openai.BadRequestError, match="its status is 'completed'"):
        client.uploads.parts.create(upload.id, data=b"more")


def test_what_was_not_announced_is_refused(client: openai.OpenAI) -> None:
    upload = begin(client)
    part = client.uploads.parts.create(upload.id, data=b"abc").id
    with pytest.raises(openai.BadRequestError, match="3 bytes, but the upload was created for 6"):
        client.uploads.complete(upload.id, part_ids=[part])
    with pytest.raises(openai.BadRequestError, match="md5 checksum"):
        client.uploads.complete(upload.id, part_ids=[part, part], md5="0" * 32)
    with pytest.raises(openai.NotFoundError, match="No such UploadPart object: part_none"):
        client.uploads.complete(upload.id, part_ids=["part_none"])
    assert client.uploads.cancel(upload.id).status == "cancelled"
    with pytest.raises(openai.BadRequestError, match="its status is 'cancelled'"):
        client.uploads.complete(upload.id, part_ids=[part, part])
    with pytest.raises(openai.NotFoundError):
        client.uploads.cancel("upload_none")


def test_a_file_that_has_expired_is_gone(server: Any, client: openai.OpenAI) -> None:
    server.queue(client.api_key[8:], {"id": "file-old", "expires_at": 1}, endpoint="files.create")
    client.files.create(file=("a.txt", b"x"), purpose="assistants")
    with pytest.raises(openai.NotFoundError, match="No such File object: file-old"):
        client.files.retrieve("file-old")
    assert client.files.list().data == []
    with pytest.raises(openai.BadRequestError, match="Invalid value: 'nonsense'"):
        client.files.create(file=("a.txt", b"x"), purpose="nonsense")  # type: ignore[arg-type]
    with pytest.raises(openai.BadRequestError, match="Invalid 'expires_after"):
        after: Any = {"anchor": "created_at", "seconds": 5}
        client.files.create(file=("a.txt", b"x"), purpose="assistants", expires_after=after)
