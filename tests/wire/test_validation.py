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


def listing(query_text: str, endpoint: str = "files.list") -> Call:
    return Call(
        id="01", caller="ci", method="GET", path="/v1/files", endpoint=endpoint, query_text=query_text
    )


@pytest.mark.parametrize(
    ("query_text", "param", "code"),
    [
        ("limit=abc", "limit", "invalid_type"),
        ("order=up", "order", "invalid_value"),
        ("colour=red", "colour", "unknown_parameter"),
    ],
)
def test_what_is_wrong_with_a_query_is_told_too(query_text: str, param: str, code: str) -> None:
    [finding] = validation.told(listing(query_text))
    assert (finding.path, finding.code) == (param, code)


@pytest.mark.parametrize(
    ("query_text", "endpoint"),
    [
        ("limit=5&order=asc&after=file-1&api-version=2024-10-21&beta=true", "files.list"),
        ("include[]=reasoning.encrypted_content&stream=true&starting_after=3", "responses.retrieve"),
        ("metadata[run]=7&model=gpt-4o", "chat.completions.list"),
        ("anything=goes", "models.list"),  # which has no query
    ],
)
def test_a_good_query_has_no_finding(query_text: str, endpoint: str) -> None:
    assert validation.told(listing(query_text, endpoint)) == []


@pytest.mark.parametrize(
    ("endpoint", "data", "message", "code"),
    [
        (
            "chat.completions",
            {"max_tokens": 0},
            "Invalid 'max_tokens': integer below minimum value. Expected a value >= 1, but got 0 instead.",
            "integer_below_min_value",
        ),
        (
            "chat.completions",
            {"temperature": 9.5},
            "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 9.5 instead.",
            "decimal_above_max_value",
        ),
        (
            "responses",
            {"max_output_tokens": -1},
            "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 1, but got -1 instead.",
            "integer_below_min_value",
        ),
    ],
)
def test_a_number_out_of_bounds_is_told_in_openais_words(
    endpoint: str, data: dict[str, object], message: str, code: str
) -> None:
    asked = {"messages": WRONG["messages"]} if endpoint == "chat.completions" else {"input": "hi"}
    call = Call(
        id="01",
        caller="ci",
        method="POST",
        path="/v1/x",
        endpoint=endpoint,
        data={"model": "gpt-4o", **asked, **data},
    )
    [finding] = validation.told(call)
    assert (finding.message, finding.code) == (message, code)
