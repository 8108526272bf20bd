"""The examples of docs/templates.md do what is said of them."""

import json
import re

from apps.library.filters import FILTERS
from apps.library.known import ready
from apps.library.over_call import NAMES
from tests.conftest import ROOT, Server

TEXT = (ROOT / "docs" / "templates.md").read_text()
EXAMPLES = [json.loads(text) for text in re.findall(r"```json\n(.*?)```", TEXT, re.S)]


def test_every_example_is_accepted(server: Server) -> None:
    assert len(EXAMPLES) == 5
    for number, example in enumerate(EXAMPLES):
        path = "/api/templates" if "name" in example else f"/api/preset-queue/doc{number}"
        answer = server.api.post(path, json=example)
        assert (answer.status_code, answer.json().get("warnings")) == (200, None), answer.text
    said = server.api.post("/api/templates/order-status/render", json={}).json()
    assert said["body"]["choices"][0]["message"]["content"] == "Hello you, your order is shipped."


def test_the_page_names_what_there_is() -> None:
    for name in (*NAMES, *ready()):
        assert f"`{name}`" in TEXT, name
    [listed] = re.findall(r"these filters: `([^`]+)`", TEXT)
    assert sorted(listed.split()) == sorted(FILTERS)
