"""What a rate limit weighs first: the tokens of the prompt as the answer's usage says them, and the most asked for."""

from typing import Any

import pytest

from apps.wire.asked_tokens import asked_tokens
from apps.wire.call import Call
from apps.wire.complete import complete
from apps.wire.reply import Draft
from apps.wire.table import BY_NAME

CASES: list[tuple[str, dict[str, Any]]] = [
    ("chat.completions", {"messages": [{"role": "user", "content": "How many tokens is this?"}]}),
    ("responses", {"input": "How many tokens is this?"}),
    ("completions", {"prompt": ["How many tokens", "is this?"]}),
    ("embeddings", {"input": ["How many tokens", "is this?"]}),
]


def call(endpoint: str, **data: Any) -> Call:
    return Call("1", "ci-7", "POST", "/v1/x", endpoint, data={"model": "gpt-4o", **data})


@pytest.mark.parametrize(("endpoint", "data"), CASES, ids=lambda case: case if isinstance(case, str) else "")
def test_the_prompt_weighs_what_the_usage_says(endpoint: str, data: dict[str, Any]) -> None:
    asked = call(endpoint, **data)
    body = b"{}" if endpoint == "embeddings" else b'{"content":"x"}'
    reply = complete(Draft(body=body), asked, BY_NAME[endpoint])
    assert asked_tokens(asked) == reply.prompt_tokens
    assert asked_tokens(asked) > 0


@pytest.mark.parametrize(
    ("endpoint", "field"),
    [
        ("chat.completions", "max_tokens"),
        ("chat.completions", "max_completion_tokens"),
        ("responses", "max_output_tokens"),
        ("completions", "max_tokens"),
    ],
)
def test_the_most_that_is_asked_for_is_added(endpoint: str, field: str) -> None:
    data = dict(CASES)[endpoint]
    assert asked_tokens(call(endpoint, **data, **{field: 40})) == asked_tokens(call(endpoint, **data)) + 40
    assert asked_tokens(call(endpoint, **data, **{field: "40"})) == asked_tokens(call(endpoint, **data))


def test_what_has_no_tokens_weighs_nothing() -> None:
    assert asked_tokens(call("images.generate", prompt="a cat")) == 0
