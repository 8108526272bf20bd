"""Which rules are for a call: names with wildcards mean the same wherever they stand."""

import pytest

from apps.faults.indexes import LatencyIndex
from apps.faults.lines import LatencyLine
from apps.wire.call import Call
from apps.wire.match.glob import Globs

CALL = Call(id="x", caller="a", method="POST", path="/v1", endpoint="chat.completions", headers=(), body=b"")


@pytest.mark.parametrize("model", ["gpt-4o", "ft:[1]", "1", "ft:1"])
@pytest.mark.parametrize("pattern", ["gpt-*", "ft:[1]", "ft:[1]*", "?", "*"])
def test_a_rule_for_a_model_fits_where_a_match_on_it_does(pattern: str, model: str) -> None:
    index = LatencyIndex([LatencyLine(1, "*", pattern, '{"first_token_ms": 5}')])
    found = index.pace(CALL._replace(data={"model": model}))
    assert (found is not None) == Globs([pattern]).holds(model)
