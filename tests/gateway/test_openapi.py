"""The description of our REST has every address and method there is, and is OpenAPI."""

import re
from typing import Any

import pytest

from apps.gateway.openapi import operations, schema
from apps.gateway.openapi_operations import ANSWERS, BODIES, QUERIES, UPLOADS
from tests.conftest import ROOT, Server


def test_it_has_what_the_guide_names() -> None:
    told = {(one.method, re.sub(r"{\w+}", "{}", one.path)) for one in operations()}
    guide = (ROOT / "docs" / "rest.md").read_text()
    named = re.findall(r"^\| (GET|POST|PUT|PATCH|DELETE) `(/api/[^`?]*)", guide, re.M)
    assert len(told) > 35
    wanted = {(method.lower(), re.sub(r"{\w+}", "{}", path.rstrip("/"))) for method, path in named}
    assert wanted - told == set()


def test_what_is_told_of_an_operation_is_of_one_that_exists() -> None:
    keys = {(one.method, one.path) for one in operations()}
    assert (BODIES.keys() | ANSWERS.keys() | UPLOADS) - keys == set()
    assert QUERIES.keys() - {path for _, path in keys} == set()


def test_each_operation_says_what_it_does_and_has_a_name_of_its_own() -> None:
    assert [one for one in operations() if not one.summary] == []
    ids = [one["operationId"] for methods in schema()["paths"].values() for one in methods.values()]
    assert len(ids) == len(set(ids))


def test_every_reference_leads_somewhere() -> None:
    def references(part: Any) -> set[str]:
        if isinstance(part, dict):
            own = {part["$ref"]} if "$ref" in part else set()
            return own.union(*(references(one) for one in part.values()))
        return set().union(*map(references, part)) if isinstance(part, list) else set()

    told = schema()
    names = {f"#/components/schemas/{name}" for name in told["components"]["schemas"]}
    assert references(told) <= names


@pytest.mark.parametrize("path", ["/api/schema", "/api/docs"])
def test_a_server_tells_it(server: Server, path: str) -> None:
    answer = server.api.get(path)
    assert answer.status_code == 200
    assert "/api/preset-queue/{ip}/batch" in answer.text
