"""The catalogue says what the installed openai package says, and the server does without the package."""

import ast
from pathlib import Path

import orjson
import pytest

from apps.wire import catalogue
from apps.wire.catalogue import OPERATIONS

ROOT = Path(__file__).resolve().parents[2]


def test_the_catalogue_is_what_the_installed_package_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    from tools.catalogue import FOLDER, digest, made

    rows, whole = (orjson.loads((FOLDER / name).read_bytes()) for name in ("operations.json", "schemas.json"))
    head = rows.pop("")
    if head["digest"] == digest(rows, whole):
        return  # to make it anew takes 15 s
    now = {name: orjson.loads(text) for name, text in made().items()}
    del now["operations.json"][""]  # another version that says the same is no news
    for fresh, committed in ((now["operations.json"], rows), (now["schemas.json"], whole)):
        names = fresh.keys() | committed.keys()
        changed = sorted(name for name in names if fresh.get(name) != committed.get(name))
        assert not changed, f"run make catalogue; it differs in {changed[:20]}"


def test_nothing_that_serves_imports_the_package() -> None:
    wrong = [
        path.relative_to(ROOT).as_posix()
        for folder in ("apps", "mockopenai", "benchmarks")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for module in (
            [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
        )
        if module.split(".")[0] in ("openai", "pydantic")
    ]
    assert not wrong


def test_it_holds_every_operation_once() -> None:
    assert len(OPERATIONS) > 380
    routes = {(op.method, op.path, op.marker) for op in OPERATIONS.values()}
    assert len(routes) == len(OPERATIONS)


@pytest.mark.parametrize(
    ("name", "method", "path"),
    [
        ("chat.completions.create", "POST", "/chat/completions"),
        ("files.content", "GET", "/files/{file_id}/content"),
        ("vector_stores.files.list", "GET", "/vector_stores/{vector_store_id}/files"),
        ("vector_stores.search", "POST", "/vector_stores/{vector_store_id}/search"),
        ("webhooks.event_types.list", "GET", "/webhook_event_types"),
    ],
)
def test_an_operation_has_its_route(name: str, method: str, path: str) -> None:
    assert (OPERATIONS[name].method, OPERATIONS[name].path) == (method, path)


def test_kinds_of_requests_and_answers_are_told_apart() -> None:
    assert OPERATIONS["files.create"].is_multipart
    assert OPERATIONS["files.content"].answers == "application/binary"
    assert OPERATIONS["vector_stores.files.list"].page == "CursorPage"
    assert OPERATIONS["vector_stores.files.list"].beta == "assistants=v2"
    assert OPERATIONS["responses.create"].parts == {"body", "response", "stream"}
    assert OPERATIONS["beta.responses.create"].marker == "beta=true"
    assert OPERATIONS["responses.delete"].answers == ""
    assert OPERATIONS["batches.create"].needs_body
    assert not OPERATIONS["batches.cancel"].needs_body
    assert OPERATIONS["beta.assistants.create"].deprecated


def test_streaming_and_whole_variants_are_one_request() -> None:
    body = catalogue.root("chat.completions.create", "body")
    assert body is not None
    assert body["required"] == ["messages", "model"]
    assert {"stream", "stream_options", "tools"} <= body["properties"].keys()


def test_what_goes_into_the_path_is_no_part_of_the_body() -> None:
    body = catalogue.root("beta.threads.runs.submit_tool_outputs", "body")
    assert body is not None
    assert body["properties"].keys() == {"stream", "tool_outputs"}


def test_files_are_binary_and_names_are_those_of_the_wire() -> None:
    body = catalogue.root("files.create", "body")
    assert body is not None
    assert body["properties"]["file"] == {"type": "string", "format": "binary"}
    assert not [line for line in catalogue._lines().values() if b'"async_"' in line or b'"schema_"' in line]


def test_a_schema_stands_alone() -> None:
    for operation in OPERATIONS.values():
        for part in operation.parts:
            text = orjson.dumps(catalogue.schema_of(operation.name, part)).decode()  # type: ignore[arg-type]
            assert all(name.split('"')[0] in text for name in text.split("#/$defs/")[1:])
