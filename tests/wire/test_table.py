"""Calls are found in the table, or told where else to go."""

import re

import pytest

from apps.wire.catalogue import OPERATIONS
from apps.wire.errors import WireError
from apps.wire.names import endpoint_name
from apps.wire.table import BY_NAME, ENDPOINTS, FAMILIES, find


@pytest.mark.parametrize(
    ("method", "path", "name", "params"),
    [
        ("POST", "/chat/completions", "chat.completions", {}),
        ("GET", "/models", "models.list", {}),
        ("GET", "/models/gpt-4o", "models.retrieve", {"model": "gpt-4o"}),
        ("GET", "/models/ft:gpt-4o:org::id", "models.retrieve", {"model": "ft:gpt-4o:org::id"}),
        ("GET", "/models/meta/llama-3", "models.retrieve", {"model": "meta/llama-3"}),
        ("GET", "/models/o", "models.retrieve", {"model": "o"}),
        ("DELETE", "/files/file-1", "files.delete", {"file_id": "file-1"}),
        (
            "GET",
            "/vector_stores/vs_1/files/file-1",
            "vector_stores.files.retrieve",
            {"vector_store_id": "vs_1", "file_id": "file-1"},
        ),
        ("POST", "/responses/compact", "responses.compact", {}),
    ],
)
def test_an_endpoint_is_found_by_method_and_path(
    method: str, path: str, name: str, params: dict[str, str]
) -> None:
    endpoint, found = find(method, path)
    assert (endpoint.name, found) == (name, params)


@pytest.mark.parametrize(
    ("method", "path", "hint"),
    [
        ("POST", "/chat/completion", "POST /v1/chat/completions"),
        ("POST", "/chat/completions/", "POST /v1/chat/completions"),
        ("GET", "/models/", "GET /v1/models"),
        ("POST", "/v1/chat/completions", "POST /v1/chat/completions"),
    ],
)
def test_an_unknown_path_is_a_404_that_names_near_endpoints(method: str, path: str, hint: str) -> None:
    with pytest.raises(WireError) as caught:
        find(method, path)
    assert caught.value.status == 404
    assert caught.value.message.startswith(f"Invalid URL ({method} /v1{path})")
    assert hint in caught.value.message.partition(")")[2]


@pytest.mark.parametrize("path", ["", "/"])
def test_the_base_url_itself_says_what_it_is(path: str) -> None:
    with pytest.raises(WireError) as caught:
        find("GET", path)
    told = "This is the base URL, which SDKs are given; calls go below it, such as POST /v1/chat/completions."
    assert (caught.value.status, caught.value.message) == (404, f"Invalid URL (GET /v1{path}). {told}")


def test_a_path_like_nothing_gets_no_hint() -> None:
    with pytest.raises(WireError, match=r"^Invalid URL \(PUT /v1/zzzz\)$"):
        find("PUT", "/zzzz")


def test_a_wrong_method_is_a_405_that_allows_the_right_one() -> None:
    with pytest.raises(WireError) as caught:
        find("GET", "/embeddings")
    assert caught.value.status == 405
    assert caught.value.headers == (("allow", "POST"),)
    with pytest.raises(WireError) as caught:
        find("PUT", "/models/gpt-4o")
    assert caught.value.headers == (("allow", "DELETE, GET"),)


def test_every_operation_of_the_catalogue_is_found() -> None:
    for operation in OPERATIONS.values():
        endpoint, _ = find(operation.method, re.sub(r"{\w+}", "x", operation.path))
        assert endpoint.name == endpoint_name(operation.name) or operation.marker
        assert len(endpoint.name) <= 60, "the journal's column"


def test_names_are_unique_and_families_known() -> None:
    assert len(BY_NAME) == len(ENDPOINTS)
    assert {endpoint.family for endpoint in ENDPOINTS} <= set(FAMILIES)
