"""Two exchanges side by side."""

from urllib.parse import urlencode

import orjson
import pytest
from django.test.client import Client

from apps.journal.diff_api import TEXT_MAX_BYTES

pytestmark = pytest.mark.django_db(transaction=True)


def diff(*, status: int = 200, **params: str) -> dict:
    answer = Client().get(f"/api/exchanges/diff?{urlencode(params)}")
    assert answer.status_code == status, answer.content
    return orjson.loads(answer.content)


def test_both_are_shown_indented_with_their_keys_as_written(add):
    first = add(caller="a", request_body='{"model":"o3","a":[1]}', reply_body='{"z":"é","b":null}')
    second = add(caller="b", request_body='{"a": [1],\n"model": "o3"}')
    told = diff(a=first, b=second)
    assert told["a"]["request"]["text"] == '{\n  "model": "o3",\n  "a": [\n    1\n  ]\n}'
    assert told["a"]["reply"]["text"] == '{\n  "z": "é",\n  "b": null\n}'
    assert told["b"]["request"]["text"] == '{\n  "a": [\n    1\n  ],\n  "model": "o3"\n}'
    assert told["b"]["reply"] == {"text": "", "size_bytes": 0, "too_large": False}
    assert (told["a"]["exchange"]["id"], told["b"]["exchange"]["caller"]) == (first, "b")


def test_what_is_no_json_is_shown_as_it_is(add):
    deep = "[" * 5000 + "]" * 5000
    first, second = add(request_body='{"model": ', reply_body=deep), add(request_body="\ufffd")
    told = diff(a=first, b=second)
    assert told["a"]["request"]["text"] == '{"model": '
    assert told["a"]["reply"]["text"] == deep
    assert told["b"]["request"]["text"] == "\ufffd"


def test_what_is_too_large_is_said_instead_of_shown(add):
    large = '["' + "x" * TEXT_MAX_BYTES + '"]'
    wide = "[" + "1," * (TEXT_MAX_BYTES // 3) + "1]"
    told = diff(a=add(request_body=large, reply_body="{}"), b=add(request_body=wide))
    assert told["a"]["request"] == {"text": "", "size_bytes": len(large), "too_large": True}
    assert told["b"]["request"] == {"text": "", "size_bytes": len(wide), "too_large": True}
    assert told["a"]["reply"]["text"] == "{}"


def test_an_exchange_may_be_compared_with_itself(add):
    one = add(request_body="{}")
    told = diff(a=one, b=one)
    assert told["a"] == told["b"]


def test_bad_parameters_are_refused(add):
    one = add()
    assert diff(a=one, status=400)["detail"].startswith("b:")
    assert diff(a="", b=one, status=400)["detail"].startswith("a:")
    assert diff(a=one, b=one, c=one, status=400)["detail"].startswith("c:")
    assert "nothing" in diff(a=one, b="nothing", status=404)["detail"]
