"""Errors as the real SDK raises them, and when it asks again."""

import threading
from collections.abc import Callable
from typing import Any

import openai
import pytest

from tests.conftest import PATIENCE_S, wait_for

HELLO: Any = [{"role": "user", "content": "Hello?"}]
CLASSES = {
    400: openai.BadRequestError,
    401: openai.AuthenticationError,
    403: openai.PermissionDeniedError,
    404: openai.NotFoundError,
    409: openai.ConflictError,
    422: openai.UnprocessableEntityError,
    429: openai.RateLimitError,
    500: openai.InternalServerError,
    503: openai.InternalServerError,
}


def ask(client: openai.OpenAI, **options: Any) -> Any:
    return client.chat.completions.create(model="gpt-4o", messages=HELLO, **options)


def attempts(server: Any, caller: str = "sdk") -> list[dict[str, Any]]:
    """The caller's exchanges, the first attempt first, since the call at hand."""
    items: list[dict[str, Any]] = server.api.get(f"/api/exchanges?caller={caller}").json()["items"]
    first = next((index for index, item in enumerate(items) if item["retry_count"] == 0), len(items))
    return list(reversed(items[: first + 1]))


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("status", CLASSES)
def test_each_status_raises_its_class(
    server: Any, client: openai.OpenAI, status: int, streamed: bool
) -> None:
    server.queue("sdk", {"error": {"message": "It went wrong."}}, status_code=status)
    with pytest.raises(CLASSES[status], match="It went wrong") as raised:
        ask(client, stream=streamed)
    assert type(raised.value) is CLASSES[status]
    assert raised.value.status_code == status
    assert isinstance(raised.value.body, dict)
    assert set(raised.value.body) == {"message", "type", "param", "code"}
    assert (raised.value.request_id or "").startswith("req_")


def test_a_rate_limit_carries_its_code_and_headers(server: Any, client: openai.OpenAI) -> None:
    server.queue("sdk", {"error": {"message": "Slow down."}}, status_code=429, headers={"retry-after": "7"})
    with pytest.raises(openai.RateLimitError) as raised:
        ask(client)
    assert (raised.value.code, raised.value.type) == ("rate_limit_exceeded", "requests")
    assert raised.value.response.headers["retry-after"] == "7"


def test_a_retry_gets_the_next_preset(server: Any, connect: Callable[..., openai.OpenAI]) -> None:
    server.queue("sdk", {"error": {"message": "once"}}, status_code=500, headers={"retry-after-ms": "1"})
    server.queue("sdk", {"content": "the second time"})
    assert ask(connect(max_retries=2)).choices[0].message.content == "the second time"
    assert [(one["retry_count"], one["status_code"]) for one in attempts(server)] == [(0, 500), (1, 200)]


def test_a_reply_can_forbid_the_retry(server: Any, connect: Callable[..., openai.OpenAI]) -> None:
    server.queue("sdk", {"error": {"message": "for good"}}, status_code=500, x_should_retry=False)
    server.queue("sdk", {"content": "never asked for"})
    with pytest.raises(openai.InternalServerError, match="for good"):
        ask(connect(max_retries=2))
    assert server.api.get("/api/preset-queue/sdk").json()["count"] == 1
    assert len(attempts(server)) == 1


def test_a_reply_can_ask_for_a_retry(server: Any, connect: Callable[..., openai.OpenAI]) -> None:
    server.queue(
        "sdk",
        {"error": {"message": "no"}},
        status_code=400,
        x_should_retry=True,
        headers={"retry-after-ms": "1"},
    )
    server.queue("sdk", {"content": "better"})
    assert ask(connect(max_retries=1)).choices[0].message.content == "better"


def test_a_call_that_nobody_answers_in_time_is_raised_once(
    start: Callable[..., Any], connect: Callable[..., openai.OpenAI]
) -> None:
    server = start(MOCKOPENAI_HOLD_S="0.3")
    with pytest.raises(openai.InternalServerError, match="Nobody answered") as raised:
        ask(connect(base_url=server.base_url, max_retries=2))
    assert raised.value.status_code == 504
    assert raised.value.code == "timeout"
    kept = server.api.get("/api/exchanges?caller=sdk").json()["items"]
    assert [(one["state"], one["source"], one["status_code"]) for one in kept] == [
        ("timed_out", "timeout", 504)
    ]


def test_where_nobody_may_answer_by_hand_an_empty_queue_says_what_is_wrong(
    server: Any, connect: Callable[..., openai.OpenAI]
) -> None:
    server.api.put("/api/fallback", json={"text": "refuse"})
    server.queue("other-caller", {"content": "not for you"})
    with pytest.raises(openai.NotFoundError, match="'other-caller'") as raised:
        ask(connect(max_retries=2))
    assert raised.value.code == "no_preset"
    assert len(attempts(server)) == 1


def test_an_aborted_call_is_a_connection_error(server: Any, client: openai.OpenAI) -> None:
    failures: list[Exception] = []

    def calling() -> None:
        try:
            ask(client)
        except openai.OpenAIError as error:
            failures.append(error)

    thread = threading.Thread(target=calling)
    thread.start()
    [item] = server.waiting(1)
    assert server.api.post(f"/api/desk/{item['id']}/abort").status_code == 200
    thread.join(timeout=PATIENCE_S)
    assert [type(one) for one in failures] == [openai.APIConnectionError]
    assert server.exchange(item["id"])["state"] == "aborted"


def test_the_patience_of_the_client_is_known(server: Any, connect: Callable[..., openai.OpenAI]) -> None:
    with pytest.raises(openai.APITimeoutError):
        ask(connect(timeout=1.5))  # so long that the call arrives on a busy machine
    [only] = wait_for(lambda: [one for one in attempts(server) if one["state"] == "gone"] or None)
    assert only["client_timeout_s"] == pytest.approx(1.5)
