"""The mock's own REST, as a script would use it: fill a queue, read the desk and the journal."""

import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from benchmarks import traffic

BATCH = 2000
LIMIT_S = 60.0


class RefusedError(Exception):
    """The mock answered with an error; the message is what it said."""


def fill(port: int, serials: range, *, caller: str = "127.0.0.1", pace: dict[str, int] | None = None) -> None:
    """Queue one whole chat.completion for each serial number, in order."""
    more = b'"pace":%b,' % json.dumps(pace).encode() if pace else b""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT_S)) as connection:
        for at in range(0, len(serials), BATCH):
            bodies = b",".join(map(traffic.reply_body, serials[at : at + BATCH]))
            told = _ask(
                connection,
                "POST",
                f"/api/preset-queue/{caller}/batch",
                b'{%b"responses":[%b]}' % (more, bodies),
            )
            if told["failed_count"] or told["added_count"] != len(serials[at : at + BATCH]):
                raise RefusedError(f"the batch was not queued whole: {json.dumps(told)[:300]}")


def get(port: int, path: str) -> Any:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT_S)) as connection:
        return _ask(connection, "GET", path)


def post(port: int, path: str, body: Any) -> Any:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT_S)) as connection:
        return _ask(connection, "POST", path, json.dumps(body).encode())


def waiting(port: int) -> list[dict[str, Any]]:
    """Every exchange on the desk, whatever the page size."""
    return list(_pages(port, "/api/desk"))


def _pages(port: int, path: str) -> Iterator[dict[str, Any]]:
    for _ in range(10_000):  # pages; bounded, should `next` ever lead in a circle
        page = get(port, path)
        rows = page if isinstance(page, list) else next(v for v in page.values() if isinstance(v, list))
        yield from rows
        more = page.get("next") if isinstance(page, dict) else None
        if not more:
            return
        path = str(more)[str(more).find("/api/") :]


def _ask(connection: http.client.HTTPConnection, method: str, path: str, body: bytes | None = None) -> Any:
    connection.request(method, path, body, {"content-type": "application/json"} if body else {})
    answer = connection.getresponse()
    text = answer.read()
    if answer.status >= 300:
        raise RefusedError(f"{method} {path}: {answer.status} {text[:300].decode(errors='replace')}")
    return json.loads(text)
