"""What OpenAI would refuse in a call is told, refused, or not looked for."""

from collections.abc import Iterator

import orjson
import pytest

from apps.wire import validation
from apps.wire.call import Call
from apps.wire.doubts import doubts
from apps.wire.errors import WireError
from apps.wire.reply import Draft
from apps.wire.table import ENDPOINTS

WRONG = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}], "top_k": 5}


@pytest.fixture(autouse=True)
def as_by_default() -> Iterator[None]:
    yield
    validation.configure("warn")


def chat(**data: object) -> Call:
    return Call(id="01", caller="ci", method="POST", path="/v1/x", endpoint="chat.completions", data=data)


def test_a_wrong_call_is_told_of_and_passes() -> None:
    validation.refuse_wrong(chat(**WRONG))
    [finding] = validation.told(chat(**WRONG))
    assert finding.message == "Unrecognized request argument supplied: top_k"


def test_where_wrong_calls_are_rejected_the_first_finding_is_openais_error() -> None:
    validation.configure("reject")
    with pytest.raises(WireError) as refused:
        validation.refuse_wrong(chat(**WRONG))
    assert (refused.value.status, refused.value.message) == (
        400,
        "Unrecognized request argument supplied: top_k",
    )
    validation.refuse_wrong(chat(model="gpt-4o", messages=WRONG["messages"]))


def test_nobody_looks_when_it_is_off() -> None:
    validation.configure("off")
    assert validation.told(chat(**WRONG)) == []


def test_a_forms_file_is_no_finding() -> None:
    file = {"filename": "a.txt", "content_type": "text/plain", "bytes": 1, "sha256": "0"}
    call = chat()._replace(endpoint="files.create", data={"purpose": "assistants", "file": file})
    assert validation.told(call) == []
    assert validation.told(call._replace(data={"file": file}))[0].code == "missing_required_parameter"


@pytest.mark.parametrize(
    ("endpoint", "body", "field"),
    [
        ("embeddings", {"embedding": "x"}, "response.data[0].embedding"),
        ("moderations", {"flagged": "yes"}, "response.results[0].flagged"),
        ("images.generate", {"url": 5}, "response.data[0].url"),
        ("files.retrieve", {"bytes": "many"}, "response.bytes"),
        ("text", {"object": "response", "output": [{"type": "nonsense"}]}, "response.output[0].type"),
    ],
)
def test_an_answer_that_the_sdk_could_not_read_is_told_with_its_place(
    endpoint: str, body: dict[str, object], field: str
) -> None:
    [doubt] = doubts(Draft(orjson.dumps(body)), endpoint=endpoint)
    assert doubt["field"] == field


@pytest.mark.parametrize("name", [endpoint.name for endpoint in ENDPOINTS])
def test_any_draft_for_any_endpoint_is_looked_at_without_failing(name: str) -> None:
    for body in (b"{}", b'{"id": 5, "data": "x", "object": [], "deleted": null}'):
        doubts(Draft(body), endpoint=name)


def listed(query_text: str, endpoint: str = "vector_stores.list") -> Call:
    return chat()._replace(method="GET", endpoint=endpoint, query_text=query_text)


@pytest.mark.parametrize(
    ("query", "code", "message"),
    [
        (
            "limit=abc",
            "invalid_type",
            "Invalid type for 'limit': expected an integer, but got a string instead.",
        ),
        (
            "limit=1&limit=2",
            "invalid_type",
            "Invalid type for 'limit': expected an integer, but got an array instead.",
        ),
        ("order=up", "invalid_value", "Invalid value: 'up'. Supported values are: 'asc' and 'desc'."),
        (
            "limit=101",
            "integer_above_max_value",
            "Invalid 'limit': integer above maximum value. Expected a value <= 100, but got 101 instead.",
        ),
        (
            "limit=0",
            "integer_below_min_value",
            "Invalid 'limit': integer below minimum value. Expected a value >= 1, but got 0 instead.",
        ),
    ],
)
def test_a_wrong_query_is_told_of_or_rejected(query: str, code: str, message: str) -> None:
    [finding] = validation.told(listed(query))
    assert (finding.path, finding.code, finding.message) == (query.partition("=")[0], code, message)
    validation.configure("reject")
    with pytest.raises(WireError) as refused:
        validation.refuse_wrong(listed(query))
    assert (refused.value.message, refused.value.code, refused.value.status) == (message, code, 400)


def test_a_name_that_a_query_should_not_have_is_told_only() -> None:
    validation.configure("reject")
    call = listed("limit=2&trace=1&api-version=2025-01-01")
    validation.refuse_wrong(call)
    [finding] = validation.told(call)
    assert (finding.path, finding.code) == ("trace", "unknown_parameter")


@pytest.mark.parametrize(
    ("endpoint", "query"),
    [
        ("chat.completions.list", "limit=5&order=asc&metadata[k]=v&model=gpt-4o&after=x"),
        ("responses.retrieve", "include[]=reasoning.encrypted_content&stream=true&starting_after=5"),
        ("files.list", "limit=10000&purpose=batch&after="),
        ("admin.usage.costs", "start_time=1&limit=180&group_by[]=project_id"),
        ("chat.completions", ""),
    ],
)
def test_a_good_query_is_no_finding(endpoint: str, query: str) -> None:
    assert validation._in_query(listed(query, endpoint)) == []
