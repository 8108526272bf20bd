"""Structured answers that nobody prepared, as the real SDK parses them."""

from datetime import date
from typing import Annotated, Any, Literal

import openai
import pytest
from pydantic import BaseModel, Field

from tests.conftest import Server

HELLO: Any = [{"role": "user", "content": "Tell me about the harbour of Bergen."}]


class Palette(BaseModel):
    """What is hard to make: sets, patterns of some length, names that nobody has given."""

    colors: Annotated[set[Literal["red", "green", "blue"]], Field(min_length=2)]
    days: Annotated[set[date], Field(min_length=3, max_length=3)]
    code: Annotated[str, Field(pattern=r"^\d+$", min_length=5, max_length=5)]
    counts: Annotated[dict[str, int], Field(min_length=1)]
    switches: Annotated[set[bool], Field(min_length=1)]


@pytest.fixture(autouse=True)
def auto(server: Server) -> None:
    assert server.api.put("/api/fallback", json={"text": "auto"}).status_code == 200


def test_a_structured_answer_keeps_to_all_that_its_model_asks(client: openai.OpenAI) -> None:
    answer = client.chat.completions.parse(model="gpt-4o", messages=HELLO, response_format=Palette)
    made = answer.choices[0].message.parsed
    assert made is not None and len(made.colors) >= 2 and len(made.days) == 3
    assert len(made.code) == 5 and made.counts and all(made.switches)
    [item] = client.responses.parse(model="gpt-4o", input="Paint it red", text_format=Palette).output
    assert "red" in item.content[0].parsed.colors  # type: ignore[union-attr]
