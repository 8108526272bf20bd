"""An admin over REST, and what keys and tokens they make: for tests of a server with accounts."""

from typing import Any

import httpx

from tests.conftest import Server

PASSWORD = "correct horse battery staple 42"
ACCOUNTS = {
    "MOCKOPENAI_OPEN": "0",
    "MOCKOPENAI_ADMIN_USER": "alice",
    "MOCKOPENAI_ADMIN_PASSWORD": PASSWORD,
    "MOCKOPENAI_FALLBACK": "refuse",
}


def logged_in(server: Server, name: str = "alice", password: str = PASSWORD) -> httpx.Client:
    """A browser's session: cookies, and the token of forms in `csrf(client)`."""
    client = httpx.Client(base_url=server.url, timeout=30)
    client.get("/login")
    form = {"name": name, "password": password, "csrfmiddlewaretoken": client.cookies["csrftoken"]}
    answer = client.post("/login", data=form)
    assert answer.status_code == 302, answer.text
    return client


def post_form(client: httpx.Client, path: str, **fields: str) -> httpx.Response:
    return client.post(path, data={**fields, "csrfmiddlewaretoken": client.cookies["csrftoken"]})


def make(client: httpx.Client, path: str, **fields: Any) -> dict[str, Any]:
    """What POST answers: the row, and its secret under `token` or `key`."""
    answer = client.post(path, json=fields)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def with_token(server: Server, text: str) -> httpx.Client:
    return httpx.Client(base_url=server.url, timeout=30, headers={"authorization": f"Bearer {text}"})
