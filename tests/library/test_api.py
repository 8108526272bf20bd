"""The library over REST, and presets that name what is in it."""

import json
from typing import Any

import pytest

from tests.queues.conftest import Queues
from tests.queues.conftest import queues as queues

OWN = {
    "name": "greet",
    "variables": {"who": {"description": "whom"}},
    "response": {"content": "Hello {{ who }}"},
    "status_code": 201,
}


class Library(Queues):
    """The same client, on the library's paths."""

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        return self._read(
            self.client.generic(
                method, f"/api/templates{path}", json.dumps(body), content_type="application/json"
            )
        )


@pytest.fixture
def library(transactional_db: None) -> Library:
    return Library()


def test_a_template_is_added_changed_rendered_and_removed(library: Library) -> None:
    assert library.call("POST", "", OWN)[0] == 200
    assert library.call("POST", "", OWN)[0] == 409
    status, told = library.call("POST", "/greet/render", {"vars": {"who": "you"}})
    assert (status, told["status_code"]) == (200, 201)
    assert told["body"]["choices"][0]["message"]["content"] == "Hello you"
    assert library.call("POST", "/greet/render", {})[1]["errors"][0]["field"] == "vars.who"
    assert library.call("PATCH", "/greet", {"status_code": None, "category": "mine"})[0] == 200
    item = library.call("GET", "/greet")[1]
    assert (item["category"], item["response"], "status_code" in item) == ("mine", OWN["response"], False)
    assert library.call("DELETE", "/greet")[0] == 200
    assert library.call("GET", "/greet")[0] == 404


def test_ready_templates_stay_as_they_are(library: Library) -> None:
    assert library.call("PATCH", "/quota", {"category": "x"})[0] == 409
    assert library.call("DELETE", "/quota")[0] == 409
    assert library.call("POST", "", {**OWN, "name": "quota"})[0] == 409


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": "A b"}, "name"),
        ({"response": {"content": "{{ wo }}"}}, "response.content"),
        ({"headers": {"x-a": "{{ }}"}}, "headers.x-a"),
        ({"variables": {"model": {}}}, "variables.model"),
        ({"variables": {"who": 1}}, "variables.who"),
        ({"status_code": 99}, "status_code"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_is_wrong_with_a_template_is_told_by_field(
    library: Library, fields: dict[str, Any], field: str
) -> None:
    status, told = library.call("POST", "", {**OWN, **fields})
    assert status == 400
    assert field in [error["field"] for error in told["errors"]]


def test_of_much_that_is_wrong_the_first_twenty_are_told(library: Library) -> None:
    status, told = library.call("POST", "", {**OWN, "headers": ["x"] * 1000})
    assert status == 400 and len(json.dumps(told)) < 10_000
    assert len(told["errors"]) == 21 and told["errors"][-1] == {"field": "", "error": "and 980 more"}
    assert told["detail"].endswith("; and 980 more")


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_the_library_goes_through_a_file_and_is_the_same(library: Library, form: str) -> None:
    library.call("POST", "", OWN)
    before = library.call("GET", "/greet")[1]
    content = library.client.get(f"/api/templates/export?format={form}").content
    library.call("DELETE", "/greet")
    status, told = _import(library, content)
    assert (status, told["added_count"], told["errors"]) == (200, 1, [])
    after = library.call("GET", "/greet")[1]
    assert {**after, "changed_at": 0} == {**before, "changed_at": 0}


def test_a_file_with_aliases_or_worse_is_refused(library: Library) -> None:
    bomb = b"a: &a [x, x]\nb: &b [*a, *a]\ntemplates: [*b]\n"
    assert _import(library, bomb)[0] == 400
    assert _import(library, b"!!python/object/apply:os.system ['true']")[0] == 400
    assert _import(library, b"{")[0] == 400
    for told in (b"!!bool x", b"!!timestamp x", b'"\\ud800"', b'"\\UFFFFFFFF"', b"!!float .nan", b"[" * 1000):
        assert "line 2" in _import(library, b"templates:\n  " + told)[1]["detail"], told


@pytest.mark.parametrize("wrong", [[], {}, 5, ["x"], "nowhere"])
def test_a_preview_of_no_endpoint_is_refused(library: Library, wrong: Any) -> None:
    status, told = library.call("POST", "/text/render", {"endpoint": wrong})
    assert (status, "endpoint must be" in told["detail"]) == (400, True)


def test_an_import_keeps_to_the_room_that_there_is(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    def imported(*names: str) -> int:
        return _import(library, json.dumps([{"name": one, "response": {}} for one in names]).encode())[0]

    monkeypatch.setattr("apps.library.storage.TEMPLATES_MAX", 2)
    assert imported("a", "b") == 200
    assert imported("b", "c") == 409  # nothing of it
    assert imported("b", "a", "b") == 200
    assert {one["name"] for one in library.call("GET", "")[1]["templates"]} & set("abc") == {"a", "b"}


def _import(library: Library, content: bytes) -> tuple[int, Any]:
    from django.core.files.uploadedfile import SimpleUploadedFile

    upload = SimpleUploadedFile("templates.yaml", content)
    return library._read(library.client.post("/api/templates/import", {"file": upload}, format="multipart"))


ENTRIES = [
    {"template": "rate-limit", "vars": {"limit": 7}, "status_code": 503, "headers": {"x-a": "b"}},
    {"template": "quota"},
    {"response": {"content": "{{ model }}"}, "render": True, "seed": 3},
    {
        "sequence": [{"content": "a"}, {"template": "quota"}, {"response": {"n": 1.50}, "status_code": 418}],
        "given": 1,
    },
    {"sequence": [{"content": "a"}], "order": "random", "weights": [2], "seed": 5, "uses": 9, "given": 4},
]


def test_a_full_export_imports_to_the_same_queue(queues: Queues) -> None:
    for entry in ENTRIES:
        assert queues.post("/a", entry)[0] == 200
    content = queues.client.get("/api/preset-queue/a/export?format=full").content
    assert queues.upload("/b", content)[1]["added_count"] == len(ENTRIES)
    drop = ("id", "created_at")
    first, second = (
        [{name: value for name, value in item.items() if name not in drop} for item in queues.items(caller)]
        for caller in ("a", "b")
    )
    assert first == second
    assert [item["uses"] for item in first] == [1, 1, 1, 2, 9]
    assert queues.post("/c/batch", {"responses": ENTRIES})[1]["added_count"] == len(ENTRIES)


def test_a_preset_is_changed_from_one_kind_to_another(queues: Queues) -> None:
    queues.post("/a", {"response": {"content": "x"}, "status_code": 201, "label": "mine"})
    [item] = queues.items("a")

    def patched(**changes: Any) -> dict[str, Any]:
        status, told = queues.patch(f"/a/{item['id']}", changes)
        assert status == 200, told
        return dict(told["item"])

    now = patched(template="rate-limit", vars={"limit": 9})
    assert (now["template"], now["status_code"], now["label"]) == ("rate-limit", None, "mine")
    assert patched(vars={"limit": 8})["vars"] == {"limit": 8}
    assert patched(label="yours")["vars"] == {"limit": 8}
    assert patched(sequence=[{"content": "a"}, {"content": "b"}])["uses"] == 2
    assert patched(order="cycle", uses=None)["order"] == "cycle"
    now = patched(response={"content": "{{ model }}"}, render=True)
    assert (now["response"], now["render"], now["uses"]) == ({"content": "{{ model }}"}, True, 1)
    assert "render" not in patched(response={"content": "y"})


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ({"template": "ratelimit"}, "template"),
        ({"template": "quota", "vars": {"a": 1}}, "vars.a"),
        ({"template": "quota", "response": {}}, "template"),
        ({"template": "quota", "verbatim": True}, "verbatim"),
        ({"response": {"content": "{{ mode }}"}, "render": True}, "response.content"),
        ({"response": {"content": "x"}, "vars": {"a": 1}}, "vars"),
        ({"sequence": []}, "sequence"),
        ({"sequence": [{"content": "a"}, 1]}, "sequence[1]"),
        ({"sequence": [{"template": "nothing-like-it"}]}, "sequence[0].template"),
        ({"sequence": [{"content": "a"}], "weights": [1]}, "weights"),
        ({"sequence": [{"content": "a"}], "order": "random", "weights": [0]}, "weights"),
        ({"sequence": [{"content": "a"}], "uses": 5}, "uses"),
        ({"sequence": [{"content": "a"}], "on_undelivered": "requeue"}, "on_undelivered"),
        ({"sequence": [{"sequence": [{"content": "a"}]}]}, "sequence[0].sequence"),
        ({"sequence": [{"sequence": []}]}, "sequence[0].sequence"),
        ({"sequence": [{"fault": {"name": "overloaded", "probability_pct": 50}}]}, "sequence[0].response"),
    ],
)
def test_what_cannot_be_is_told_by_field(queues: Queues, entry: dict[str, Any], field: str) -> None:
    status, told = queues.post("/a", entry)
    assert status == 400
    assert field in [error["field"] for error in told["errors"]]
