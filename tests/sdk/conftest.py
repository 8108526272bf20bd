"""What the tests of real SDKs share: clients of the running server, unmodified but for their base_url."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import openai
import pytest

from tests.conftest import PATIENCE_S

CALLER = "sdk"


@pytest.fixture
def connect(server: Any) -> Iterator[Callable[..., openai.OpenAI]]:
    """Makes clients that are closed with the test: connect(caller="ci-42", max_retries=2)."""
    made: list[openai.OpenAI] = []

    def connecting(*, caller: str = CALLER, **options: Any) -> openai.OpenAI:
        settings = {
            "base_url": server.base_url,
            "api_key": f"sk-mock-{caller}",
            "max_retries": 0,
            "timeout": PATIENCE_S,
        }
        client = openai.OpenAI(**{**settings, **options})
        made.append(client)
        return client

    yield connecting
    for client in made:
        client.close()


@pytest.fixture
def client(connect: Callable[..., openai.OpenAI]) -> openai.OpenAI:
    """The caller `sdk`, which never asks twice."""
    return connect()


@pytest.fixture
async def async_client(server: Any) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(
        base_url=server.base_url, api_key=f"sk-mock-{CALLER}", max_retries=0, timeout=PATIENCE_S
    ) as opened:
        yield opened
