"""The models endpoints list what there is and refuse what there is not."""

from collections.abc import Iterator

import orjson
import pytest
from openai.types import Model

from apps.wire import models
from apps.wire.call import Call
from apps.wire.complete import complete
from apps.wire.errors import WireError
from apps.wire.reply import Draft
from apps.wire.shelf import MemoryShelf

SHELF = MemoryShelf()  # neither of them looks at it


def call(model: str = "") -> Call:
    path = f"/v1/models/{model}" if model else "/v1/models"
    return Call(id="1", caller="c", method="GET", path=path, params={"model": model} if model else {})


def listed(body: bytes = b"{}") -> list[dict[str, object]]:
    found = orjson.loads(complete(Draft(body=body), call(), models.LIST).body)
    assert found["object"] == "list"
    for model in found["data"]:
        Model.model_validate(model, strict=True)
    return found["data"]  # type: ignore[no-any-return]


@pytest.fixture(autouse=True)
def _built_in() -> Iterator[None]:
    yield
    models.configure([])


def test_the_current_models_are_listed() -> None:
    ids = {model["id"] for model in listed()}
    assert ids >= {"gpt-4o", "gpt-4o-mini", "gpt-5", "gpt-5.2", "o3", "o4-mini", "gpt-3.5-turbo", "gpt-4"}
    assert ids >= {"text-embedding-3-small", "whisper-1", "tts-1", "dall-e-3", "gpt-image-1"}
    assert len(ids) == len(listed()) > 90


def test_one_is_retrieved() -> None:
    models.RETRIEVE.auto(call("gpt-4o"), SHELF)
    body = orjson.loads(complete(Draft(body=b"{}"), call("gpt-4o"), models.RETRIEVE).body)
    assert body == {"id": "gpt-4o", "object": "model", "created": 1715367049, "owned_by": "system"}


def test_an_unknown_one_is_refused() -> None:
    with pytest.raises(WireError, match="'gpt-9' does not exist") as caught:
        models.RETRIEVE.auto(call("gpt-9"), SHELF)
    assert (caught.value.status, caught.value.code) == (404, "model_not_found")


def test_models_of_ones_own_join_the_list() -> None:
    models.configure(["ft:gpt-4o:org::id", "gpt-4o"])
    models.RETRIEVE.auto(call("ft:gpt-4o:org::id"), SHELF)
    assert [model["id"] for model in listed()].count("gpt-4o") == 1
    models.configure([])
    assert not models.is_known("ft:gpt-4o:org::id")


def test_drafts_are_completed() -> None:
    assert [model["id"] for model in listed(b'{"data":["gpt-4o",{"id":"mine"}]}')] == ["gpt-4o", "mine"]
    assert listed(b'{"models":["a"]}')[0]["object"] == "model"
    assert len(listed(b'{"object":"list"}')) > 90
    body = complete(Draft(body=b'{"owned_by":"me"}'), call("gpt-4o"), models.RETRIEVE).body
    assert orjson.loads(body)["owned_by"] == "me"
    text = b'{"id": "x","object":"model","created":1,"owned_by":"me"}'
    assert complete(Draft(body=text), call("gpt-4o"), models.RETRIEVE).body is text


def test_they_have_a_line_for_lists() -> None:
    assert models.LIST.summary(call()) == "list models"
    assert models.RETRIEVE.summary(call("gpt-4o")) == "model gpt-4o"
