"""Bodies of the wrong shape: every endpoint of the table refuses them, or answers with what can be read."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from apps.wire.call import Call
from apps.wire.catalogue import OPERATIONS, Schema, definition, resolved, root
from apps.wire.complete import complete
from apps.wire.endpoint import Endpoint
from apps.wire.errors import WireError
from apps.wire.findings import misshapen, unreadable
from apps.wire.kept_object import configure
from apps.wire.names import operation_name
from apps.wire.reply import Draft
from apps.wire.sampler import Place, Sampler
from apps.wire.shelf import MemoryShelf
from apps.wire.table import ENDPOINTS, HAND_MADE

ODD: tuple[Any, ...] = (5, 5.5, True, None, "a", [], [5], [None], ["a"], [[]], {}, {"a": 5}, [{}], [{"a": 5}])
DEPTH = 4  # of what is odd
# Nothing is kept of what these are sent: they look only at what they need.
ANSWERED_AT_ONCE = ("text", "embeddings", "moderations", "images", "audio")
POSTS = [one for one in ENDPOINTS if one.method == "POST"]


@pytest.fixture(autouse=True)
def _everything_is_there() -> Iterator[None]:
    """What a path names is found, so that the request is looked at."""
    configure(sampled=True)
    yield
    configure(sampled=False)


@pytest.mark.parametrize("endpoint", POSTS, ids=lambda one: one.name)
def test_no_type_of_a_member_makes_an_endpoint_fail_or_is_kept(endpoint: Endpoint) -> None:
    failed = []
    for body in _bodies(endpoint):
        try:
            told = _served(endpoint, body)
        except WireError as error:
            assert error.status < 500
        except Exception as error:
            failed.append(f"{orjson.dumps(body)[:300]!r}: {error!r}")
        else:
            failed += [f"{orjson.dumps(body)[:300]!r} is 200: {one}" for one in told]
    assert not failed, "\n".join([f"{len(failed)} fail", *failed[:5]])


def _served(endpoint: Endpoint, body: dict[str, Any]) -> list[str]:
    """Everything that a call makes of its body, as the server does it. What is wrong with a body that got an
    answer: it should have been refused, or what was made of it cannot be read."""
    shelf = MemoryShelf()
    params = {name.strip("{}"): "a_1" for name in endpoint.path.split("/") if name[:1] == "{"}
    call = Call(
        id="01", caller="ci", method="POST", path="/v1", endpoint=endpoint.name, params=params,
        body=orjson.dumps(body), data=body, received_at=1769092737.0,
    )  # fmt: skip
    endpoint.summary(call)
    endpoint.check(call)
    if endpoint.asked is not None:
        endpoint.asked(call, shelf)
    reply = complete(Draft(body=orjson.dumps(endpoint.auto(call, shelf))), call, endpoint)
    made = orjson.loads(reply.body)
    if endpoint.keep is not None and endpoint.keeps(call):
        endpoint.keep(call, made, shelf)
    if endpoint.frames is not None and call.stream:
        list(endpoint.frames(made, call) or ())
    if endpoint.raw is not None:
        endpoint.raw(made, call)
    return list(_objections(endpoint, body, made))


def _objections(endpoint: Endpoint, body: dict[str, Any], made: dict[str, Any]) -> Iterator[str]:
    operation = operation_name(endpoint.name)
    if not operation:
        return
    if endpoint in HAND_MADE and endpoint.family not in ANSWERED_AT_ONCE and misshapen(body, operation):
        yield "another shape than is wanted"
    # A session is told as it was asked for, whatever its parts lack.
    if OPERATIONS[operation].answers == "application/json" and endpoint.family != "realtime":
        found = [one for one in unreadable(made, operation) if one.code != "invalid_value"]
        yield from (f"{one.path} {one.message}" for one in found[:1])


def _bodies(endpoint: Endpoint) -> Iterator[dict[str, Any]]:
    """A sound body, and those in which one member, or a part of one, is something odd."""
    yield {}
    operation = operation_name(endpoint.name)
    schema = root(operation, "body") if operation else None
    if schema is None:
        return
    sampler = Sampler(seed=b"", now=0, look_up=definition)
    made = sampler.value(schema, Place())
    sound: dict[str, Any] = made if isinstance(made, dict) else {}
    yield sound
    is_generated = endpoint not in HAND_MADE  # all of those are the same code
    for name, inner in resolved(schema).get("properties", {}).items():
        yield from ({name: odd} for odd in ODD)
        yield from ({**sound, name: odd} for odd in (ODD if is_generated else _odd(_one_of_each(inner))))


def _odd(value: Any) -> Iterator[Any]:
    """The value with one part of it exchanged, at any depth."""
    yield from ODD
    if isinstance(value, dict):
        yield from ({**value, name: odd} for name in value for odd in _odd(value[name]))
    elif isinstance(value, list) and value:
        yield from ([odd, *value[1:]] for odd in _odd(value[0]))


def _one_of_each(schema: Schema, depth: int = 0) -> Any:
    """A value with all members, and one item in each list: of a union by what has most."""
    schema = resolved(schema)
    if "anyOf" in schema:
        branches = [_one_of_each(branch, depth) for branch in schema["anyOf"]]
        return max(branches, key=lambda one: len(orjson.dumps(one)))
    if "enum" in schema or "const" in schema:
        return schema.get("const") or schema["enum"][0]
    kind = schema.get("type")
    if kind == "object" and depth < DEPTH:
        return {name: _one_of_each(one, depth + 1) for name, one in schema.get("properties", {}).items()}
    if kind == "array" and depth < DEPTH:
        return [_one_of_each(schema.get("items", {}), depth + 1)]
    return {"object": {}, "array": [], "string": "a", "integer": 1, "number": 1.5, "boolean": True}.get(
        kind or ""
    )
