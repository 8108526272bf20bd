"""What the tests of the queues share: a client, and a queue that is easy to look into."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient


class Queues:
    """The REST of the queues as a test speaks it: answers come back as (status, parsed body)."""

    def __init__(self) -> None:
        self.client = APIClient()

    def get(self, path: str = "", **query: str) -> tuple[int, Any]:
        return self._read(self.client.get(f"/api/preset-queue{path}", query))

    def post(self, path: str, body: Any) -> tuple[int, Any]:
        return self._read(self.client.post(f"/api/preset-queue{path}", body, format="json"))

    def post_text(self, path: str, text: str | bytes) -> tuple[int, Any]:
        """A body exactly as spelled."""
        return self._read(
            self.client.generic("POST", f"/api/preset-queue{path}", text, content_type="application/json")
        )

    def patch(self, path: str, body: Any) -> tuple[int, Any]:
        return self._read(self.client.patch(f"/api/preset-queue{path}", body, format="json"))

    def delete(self, path: str = "") -> tuple[int, Any]:
        return self._read(self.client.delete(f"/api/preset-queue{path}"))

    def upload(self, path: str, content: bytes, *, name: str = "file", dry_run: str = "") -> tuple[int, Any]:
        upload = SimpleUploadedFile("queue.json", content, content_type="application/json")
        query = f"?dry_run={dry_run}" if dry_run else ""
        answer = self.client.post(
            f"/api/preset-queue{path}/import{query}", {name: upload}, format="multipart"
        )
        return self._read(answer)

    def add(self, caller: str, *responses: dict[str, Any], **fields: Any) -> list[str]:
        """Queues bodies; their ids."""
        return [self.post(f"/{caller}", {"response": body, **fields})[1]["response_id"] for body in responses]

    def items(self, caller: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.get(f"/{caller}")[1]["items"]
        return items

    def contents(self, caller: str) -> list[Any]:
        """What each body of the queue says, in order."""
        return [item["response"]["content"] for item in self.items(caller)]

    @staticmethod
    def _read(answer: Any) -> tuple[int, Any]:
        return answer.status_code, answer.json()


@pytest.fixture
def queues(transactional_db: None) -> Queues:
    return Queues()
