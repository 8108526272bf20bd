"""The config file: what it says holds, what it does not name stays, what is wrong has its line."""

import os
import re
import subprocess
import sys
from threading import Event, Thread
from typing import Any

import httpx
import jsonschema_rs
import orjson
import pytest
import yaml

from apps.config.load import load
from apps.config.problems import ConfigError
from apps.config.schema import schema
from apps.journal.writer import writer
from apps.wire.document import DocumentError, read_document
from apps.wire.yamltext import write_yaml
from tests.conftest import PATIENCE_S, ROOT, Server
from tests.dashboards import dashboard
from tests.databases import fresh, shared_redis

PAGE = (ROOT / "docs" / "config-file.md").read_text()
EXAMPLE = re.findall(r"```yaml\n(# chaos.yaml\n.*?)```", PAGE, re.S)[0]


def put(server: Server, text: str | bytes, **query: str) -> httpx.Response:
    return server.api.put("/api/config", content=text, params=query)


def dumped(server: Server, **query: str) -> str:
    return server.api.get("/api/config", params={"queues": "true", **query}).text


def run(server: Server, *arguments: str, text: str = "", **env: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**os.environ, "MOCKOPENAI_DATA_DIR": str(server.data_dir), **env},
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
    )


# --- what a file says holds -----------------------------------------------------------------------


def test_the_documented_example_is_loaded_and_calls_are_answered_by_it(server: Server) -> None:
    answer = put(server, EXAMPLE)
    loaded = {"fallback": 1, "faults": 2, "latency": 2, "limits": 1, "templates": 1, "queues": 2}
    assert answer.json() == {"success": True, "dry_run": False, "loaded": loaded}
    assert server.api.get("/api/faults").json()["items"][0]["seed"] == 7
    server.api.delete("/api/faults?everything=true")
    chat = {"model": "gpt-4o", "messages": [{"role": "user", "content": "How is it?"}]}
    said = [
        server.api.post("/as/ci-7/v1/chat/completions", json=chat).json()["choices"][0]["message"]["content"]
        for _ in range(4)
    ]
    assert said == ["It is sunny in Bergen."] * 2 + ["Enough."] * 2


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_what_is_dumped_and_loaded_again_is_the_same(server: Server, form: str) -> None:
    put(server, EXAMPLE)
    spelled = (
        '{"content": "é\\u00e9 \\"x\\": #1", "n": 1e2}' if form == "json" else '{"content": "a: b\\n#c"}'
    )
    server.api.post("/api/preset-queue/10.0.0.8", content=f'{{"response": {spelled}, "verbatim": true}}')
    server.queue("ci-9", {"content": "x"}, match={"model": "gpt-4o*"}, uses=None, fault="cut", pace="instant")
    server.api.post("/api/preset-queue/ci-9", json={"sequence": [{"content": "1"}, {"template": "weather"}]})
    before, whole = dumped(server, format=form), dumped(server)
    assert form == "yaml" or spelled in before
    server.api.delete("/api/preset-queue")
    server.api.delete("/api/faults?everything=true")
    answer = put(server, before)
    assert answer.status_code == 200, answer.text
    assert dumped(server, format=form) == before
    assert form == "yaml" or dumped(server) == whole


def test_what_a_file_does_not_name_stays(server: Server) -> None:
    put(server, EXAMPLE)
    assert put(
        server, "faults: []\nqueues:\n  ci-8: [{content: hi}]\nfallback: {models: refuse}\n"
    ).is_success
    now = orjson.loads(dumped(server))
    assert now["faults"] == []
    assert (len(now["latency"]), len(now["templates"])) == (2, 1)
    assert {name: len(presets) for name, presets in now["queues"].items()} == {"ci-7": 2, "ci-8": 1}
    assert now["fallback"] | {"text": "auto", "models": "refuse"} == now["fallback"]


def test_only_the_kinds_that_are_wanted_are_loaded_and_dumped(server: Server) -> None:
    assert put(server, EXAMPLE, only="limits,faults").json()["loaded"] == {"faults": 2, "limits": 1}
    assert orjson.loads(dumped(server, only="limits")) == {
        "limits": [{"per": "caller", "requests_per_minute": 60, "tokens_per_minute": 30000}]
    }
    assert "known: fallback, faults" in put(server, EXAMPLE, only="limit").json()["detail"]


def test_a_dry_run_tries_all_of_it_and_changes_nothing(server: Server) -> None:
    before = dumped(server)
    assert put(server, EXAMPLE, dry_run="true").json()["loaded"]["queues"] == 2
    assert dumped(server) == before
    wrong = EXAMPLE.replace("template: weather", "template: whether")
    assert put(server, wrong, dry_run="true").json()["errors"][0]["field"] == "queues.ci-7[0].template"


def test_a_file_with_one_thing_wrong_changes_nothing_at_all(server: Server) -> None:
    put(server, EXAMPLE)
    before = dumped(server)
    # The queues are read last, when the templates are in their place already.
    wrong = "faults: []\ntemplates: []\nqueues:\n  ci-7:\n    - {content: x}\n    - {template: nowhere}\n"
    answer = put(server, wrong)
    assert answer.status_code == 400
    assert [(one["line"], one["field"]) for one in answer.json()["errors"]] == [
        (6, "queues.ci-7[1].template")
    ]
    assert dumped(server) == before


def test_all_of_a_file_is_read_before_any_call_has_to_wait_for_it(transactional_db: None) -> None:
    templates = "templates: [{name: here, response: {content: x}}]"
    wrong = f"{templates}\nqueues: {{ci-7: [{{template: here}}, {{template: nowhere}}]}}"
    go_on = Event()
    busy = Thread(target=lambda: writer.call(lambda: go_on.wait(PATIENCE_S)))
    busy.start()
    try:
        with pytest.raises(ConfigError, match=r"queues.ci-7\[1\].template: there is no template 'nowhere'"):
            load(wrong.encode(), by="alice")
        assert busy.is_alive()
    finally:
        go_on.set()
        busy.join()


def test_counts_begin_again_with_a_file_so_the_failures_do(server: Server) -> None:
    text = "fallback: {text: auto}\nfaults: [{fault: overloaded, probability_pct: 50, seed: 3}]\n"
    chat = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello?"}]}

    def statuses() -> list[int]:
        assert put(server, text).is_success
        return [server.api.post("/as/ci-3/v1/chat/completions", json=chat).status_code for _ in range(12)]

    first = statuses()
    assert set(first) == {200, 503}
    assert statuses() == first


# --- what is wrong --------------------------------------------------------------------------------

WRONG = """\
faults:
  - fault: cut
  - caller: ci-7
    fault: overloaded

    probability_pct: 120
latency:
  - pace:
      first_token_ms: {uniform: {from: 5, to: 2}}
limits: {}
latncy: []
templates:
  - {name: twice, response: {content: a}}
  - {name: twice, response: {content: "{{ nothing }}"}}
fallback:
  text: sometimes
queues:
  "10.0.0.8": [{response: {content: x}, uses: 0}]
"""


def test_everything_that_is_wrong_is_told_with_its_line(server: Server) -> None:
    told = {(one["line"], one["field"]): one["error"] for one in put(server, WRONG).json()["errors"]}
    assert told.pop((6, "faults[1].probability_pct")) == "must be from 0 to 100, not 120"
    assert "did you mean latency" in told.pop((11, "latncy"))
    assert "twice" in told.pop((14, "templates[1].name"))
    assert told.keys() == {
        (9, "latency[0].pace.first_token_ms.uniform.to"),
        (10, "limits"),
        (14, "templates[1].response.content"),
        (16, "fallback.text"),
    }
    alone = put(server, WRONG, only="queues").json()["errors"]
    assert (18, 'queues["10.0.0.8"][0].uses') in [(one["line"], one["field"]) for one in alone]


def test_the_page_shows_what_is_told_of_its_own_file(server: Server) -> None:
    shown = re.findall(r"^(?:CommandError: )?chaos\.yaml:(\d+): (\S+): (.*)$", PAGE, re.M)
    wrong = EXAMPLE.replace("probability_pct: 30", "probability_pct: 120")
    wrong = wrong.replace("requests_per_minute: 60", "requests_per_minute: 0")
    told = put(server, wrong).json()["errors"]
    assert shown == [(str(one["line"]), one["field"], one["error"]) for one in told]


def test_lines_of_json_are_told_too(server: Server) -> None:
    text = '{"limits": [],\n "faults": [\n  {"fault": "cut"},\n  {"fault": "cut",\n   "seed": -1}\n]}'
    assert (
        put(server, text).json()["errors"][0] | {"line": 5, "field": "faults[1].seed"}
        == put(server, text).json()["errors"][0]
    )


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("faults: [\n", 2, "not YAML"),
        ("a: 1\nb: 2\na: 3\n", 3, "first on line 1"),
        ("a: &x [1]\nb: *x\n", 2, "aliases"),
        ("a: !!python/object:os.system x\n", 1, "not YAML"),
        ('["[[",\n' + "[" * 5000, 2, "100 levels"),
        ("[\n" * 200 + "]" * 200, 101, "100 levels"),
        ('{"é": 1,\n "b": }', 2, "line 2 column 7"),
        ('{"a": 1,\n "b": 2', 2, "not JSON"),
        ("a:\n" + "".join(f"{' ' * n}b{n}:\n" for n in range(1, 120)), 102, "100 levels"),
        ('{"a": NaN}', 1, "not JSON"),
        ("b: 1\na: \x00", 2, "not YAML"),
        ("a:\n  b: !!int x\n", 2, "'x' is nothing that JSON knows"),
        ("a: 1\nb: !!set {x, y}\n", 2, "tags"),
        ("a: !own [x]\n", 1, "tags"),
        ("a: !!float .nan\n", 1, "nothing that JSON knows"),
        ("a: !!bool x\n", 1, "nothing that JSON knows"),
        ("a: !!timestamp x\n", 1, "nothing that JSON knows"),
        (f"a: {'9' * 10_000}\n", 1, "nothing that JSON knows"),
        ('a: 1\nb: "\\ud800"\n', 2, "invalid Unicode"),
        ('a: "\\UFFFFFFFF"\n', 1, "invalid Unicode"),
        ("a: " + "[" * 1000 + "]" * 1000, 1, "nest"),
        ("a: [" + "b," * 499_000 + "]", 1, "60,000 names and values"),
        ("".join(f"k{n}: 1\n" for n in range(80_000)), 30_000, "60,000 names and values"),
    ],
)
def test_a_text_that_is_no_such_file_says_why(text: str, line: int, words: str) -> None:
    with pytest.raises(DocumentError, match=words) as raised:
        read_document(text.encode())
    assert raised.value.line == line


@pytest.mark.parametrize(
    "text", ["templates:\n" + "- 5\n" * 20_000, orjson.dumps({"templates": [5] * 100_000}).decode()]
)
def test_of_thousands_that_are_wrong_the_first_hundred_are_told(server: Server, text: str) -> None:
    answer = put(server, text)
    assert answer.status_code == 400
    assert [one["field"] for one in answer.json()["errors"]] == [f"templates[{n}]" for n in range(100)]
    assert answer.elapsed.total_seconds() < 25  # it was minutes


def test_there_are_a_thousand_rules_of_a_kind_at_most_and_the_page_shows_a_hundred(server: Server) -> None:
    rules = {"faults": ["fault", "cut"], "latency": ["pace", "instant"], "limits": ["requests_per_minute", 5]}
    many = {kind: [{name: value}] * 1_000 for kind, (name, value) in rules.items()}
    wrong = put(server, orjson.dumps({kind: [*found, found[0]] for kind, found in many.items()}))
    assert [(one["field"], one["error"]) for one in wrong.json()["errors"]] == [
        (kind, "are 1,001; there can be at most 1,000") for kind in rules
    ]
    assert put(server, orjson.dumps(many)).is_success
    for kind, (name, value) in rules.items():
        full = server.api.post(f"/api/{kind}", json={name: value})
        assert full.status_code == 400 and "There are 1,000" in full.json()["detail"]
    page = server.api.get("/settings").text
    assert page.count('data-rule="') == 300 and page.count("and 900 more") == 3
    server.api.delete("/api/faults?everything=true")


def test_hundreds_of_queues_are_taken_and_odd_endpoints_refused(server: Server) -> None:
    many = orjson.dumps({"queues": {f"q{n}": [] for n in range(500)}})
    answer = put(server, many, dry_run="true")
    assert answer.is_success and answer.elapsed.total_seconds() < 25
    odd = put(
        server, orjson.dumps({"faults": [{"fault": "cut", "endpoint": wrong} for wrong in ([], {}, 5)]})
    )
    assert [one["field"] for one in odd.json()["errors"]] == [f"faults[{n}].endpoint" for n in range(3)]


def test_keys_are_texts_and_values_without_quotes_what_json_has() -> None:
    read = read_document(b"429: true\non: 2024-05-01\nno: 12345678901234567890123\n")
    assert read.content == {"429": True, "on": "2024-05-01", "no": 12345678901234567890123.0}
    words = (
        "12:30",
        "no",
        "on",
        "010",
        "0x1f",
        "1_000",
        "+5",
        ".inf",
        ".nan",
        "0b_",
        "1.",
        "=",
        "2024-05-01",
    )
    assert read_document("".join(f"- {word}\n" for word in words).encode()).content == [*words]
    others = read_document(b"a: [1e2, -0.5, 0, True, ~, null, false]").content
    assert others == {"a": [100.0, -0.5, 0, True, None, None, False]}


def test_what_is_written_is_read_as_the_same() -> None:
    texts = [
        "12:30",
        "no",
        "010",
        "1e2",
        "-0",
        "5",
        "null",
        "~",
        "",
        "true",
        "2024-05-01",
        " x",
        "a\n b\n",
        "&a",
        "- b",
    ]
    content = {"texts": texts, "1e2": 1e29, "none": None, "same": [{"a": 1.5}] * 2}
    assert read_document(write_yaml(content).encode()).content == content


def test_what_is_doubtful_in_presets_is_loaded_and_told(server: Server, tmp_path: Any) -> None:
    text = "queues:\n  doubtful:\n    - {response: {content: fine}, label: a}\n    - {response: {content: 5}, label: b}\n"
    told = server.api.put("/api/config", content=text).json()
    [warning] = told["warnings"]
    assert (told["loaded"], warning["line"]) == ({"queues": 2}, 4)
    assert warning["field"] == "queues.doubtful[1].response.content"
    file = tmp_path / "queues.yaml"
    file.write_text(text)
    done = run(server, "load_config", str(file), "--dry-run")
    assert f"Warning: {file}:4: queues.doubtful[1].response.content: is" in done.stderr
    assert done.stdout == "Would load queues: 2.\n"
    assert "warnings" not in server.api.put("/api/config", content="queues: {doubtful: []}").json()


# --- the commands ---------------------------------------------------------------------------------


def test_the_command_loads_into_a_running_server_and_says_where_it_cannot(
    server: Server, tmp_path: Any
) -> None:
    file = tmp_path / "chaos.yaml"
    file.write_text(EXAMPLE)
    done = run(server, "load_config", str(file))
    assert done.stdout == "Loaded fallback: 1, faults: 2, latency: 2, limits: 1, templates: 1, queues: 2.\n"
    call = {"model": "text-embedding-3-small", "input": "x"}
    assert server.api.post("/v1/embeddings", json=call).status_code == 503  # the running server follows
    text = run(server, "dump_config", "--queues", "--format", "json").stdout
    assert text == dumped(server)
    file.write_text(WRONG)
    done = run(server, "load_config", str(file))
    assert done.returncode == 1
    assert f"{file}:6: faults[1].probability_pct: must be from 0 to 100, not 120\n" in done.stderr
    assert run(server, "load_config", "-", "--dry-run", text="faults: []").stdout == "Would load faults: 0.\n"
    assert dumped(server) == text


def test_open_pages_hear_of_a_file(server: Server) -> None:
    with dashboard(server) as board:
        put(server, "faults: [{fault: cut}]\nfallback: {text: refuse}\nqueues: {ci-7: [{content: x}]}\n")
        wanted = {"faults_updated", "fallback_updated", "queue_updated"}
        while wanted:
            wanted -= {board.until(*wanted)["type"]}


def test_over_postgresql_and_redis_a_command_s_file_is_heard_of_too(start: Any) -> None:
    env = {**fresh("postgres"), **shared_redis()}
    server = start(**env)
    with dashboard(server) as board:
        done = run(server, "load_config", "-", text=EXAMPLE, **env)
        assert done.returncode == 0, done.stderr
        board.until("faults_updated", "resync")  # from a process that was not known
    before = dumped(server)
    assert put(server, before).is_success
    assert dumped(server) == before
    wrong = "templates: []\nqueues: {ci-7: [{template: nowhere}]}\n"
    assert put(server, wrong).status_code == 400
    assert dumped(server) == before


# --- the schema -----------------------------------------------------------------------------------


def test_the_published_schema_is_the_code_s_and_takes_what_the_code_takes() -> None:
    assert orjson.loads((ROOT / "docs" / "config.schema.json").read_bytes()) == schema()
    validator = jsonschema_rs.validator_for(schema())
    example = yaml.safe_load(EXAMPLE)
    validator.validate(example)
    wrong = [
        {"faults": [{"fault": "cutt"}]},
        {"faults": [{"fault": {"name": "cut", "size_mb": 1}}]},
        {"latency": [{"pace": {"token_ms": {"normal": {"mean": 1}}}}]},
        {"limits": [{"per": "team"}]},
        {"fallback": {"text": "sometimes"}},
        {"latncy": []},
    ]
    assert [validator.is_valid(one) for one in wrong] == [False] * len(wrong)
