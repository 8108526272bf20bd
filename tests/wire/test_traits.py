"""What a request asks for beside a text."""

from typing import Any

import pytest

from apps.wire.client import tries_in_all
from apps.wire.traits import Traits, traits

IMAGE = {"role": "user", "content": [{"type": "text", "text": "x"}, {"type": "image_url", "image_url": {}}]}


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ({}, Traits(0, False, False)),
        ({"tools": [{}, {}], "messages": [{"content": "x"}]}, Traits(2, False, False)),
        ({"messages": [{"content": "x"}, IMAGE]}, Traits(0, True, False)),
        ({"input": [{"content": [{"type": "input_image"}]}]}, Traits(0, True, False)),
        ({"response_format": {"type": "json_schema"}}, Traits(0, False, True)),
        ({"response_format": {"type": "json_object"}}, Traits(0, False, False)),
        ({"text": {"format": {"type": "json_schema"}}}, Traits(0, False, True)),
        ({"tools": {}, "messages": 7, "response_format": "json_schema", "text": []}, Traits(0, False, False)),
        ({"messages": [7, None, {"content": 7}, {"content": [7]}]}, Traits(0, False, False)),
    ],
)
def test_they_are_read_from_whatever_came(data: dict[str, Any], found: Traits) -> None:
    assert traits(data) == found


@pytest.mark.parametrize(
    ("count", "tries"), [(None, None), ("0", 3), ("2", 3), ("3", None), ("99", None), ("x", 3)]
)
def test_the_number_of_tries_is_known_of_an_sdk_with_its_default(
    count: str | None, tries: int | None
) -> None:
    assert tries_in_all((("x-stainless-retry-count", count),) if count else ()) == tries
