"""The golden files: each endpoint's answer, whole and streamed, byte for byte (see tests/golden/README.md)."""

from pathlib import Path

import orjson
import pytest

from apps.wire.complete import complete
from apps.wire.reply import Draft
from apps.wire.table import HAND_MADE, find

from .samples import Call

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
NAMES = sorted(path.name.removesuffix(".case.json") for path in GOLDEN.glob("*.case.json"))


def read(name: str) -> tuple[bytes, bytes | None]:
    """The whole body and the stream that a case's draft becomes."""
    case = orjson.loads((GOLDEN / f"{name}.case.json").read_bytes())
    endpoint, params = find(case["method"], case["path"])
    call = Call(
        id="01",
        caller="ci",
        method=case["method"],
        path="/v1" + case["path"],
        params=params,
        data=case["request"],
        query=case.get("query", {}),
        received_at=1769092737.0,
    )
    endpoint.check(call)
    body = complete(Draft(body=orjson.dumps(case["draft"])), call, endpoint).body
    events = endpoint.frames and endpoint.frames(orjson.loads(body), call)
    return body, None if events is None else b"".join(events)


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_is_byte_for_byte_the_golden_one(name: str) -> None:
    body, stream = read(name)
    assert body + b"\n" == (GOLDEN / f"{name}.json").read_bytes()
    assert stream is None or stream == (GOLDEN / f"{name}.sse").read_bytes()


def test_every_endpoint_has_a_golden_file() -> None:
    assert {endpoint.name for endpoint in HAND_MADE} <= {name.split("-")[0] for name in NAMES}
    readme = (GOLDEN / "README.md").read_text()
    assert all(f"`{name}`" in readme for name in NAMES)
