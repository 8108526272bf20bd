"""An exchange as text to copy: every text is really run, and sends the same call again."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from ipaddress import ip_network
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.test.client import Client

from apps.journal.models import Body, Exchange
from apps.journal.snippets.curl import curl, quoted
from apps.journal.snippets.node import node
from apps.journal.snippets.python import python
from apps.journal.snippets.sketch import Sketch, sketch
from tests.conftest import Server, wait_for

CHAT = "/v1/chat/completions"
NASTY = (
    "'single' \"double\" `id` $(id) ${HOME} $HOME !! \\ \\n \\' %s %d \\x41 \\101 \n line \t tab \r\n CRLF "
    "é 漢字 🎉 e\u0301 \u202eright to left\u202c \u2028 \u2029 \u200d \ufeff \x7f \x1b[31m \x9b31m \x07 "
    "</script><!-- */ // # EOF END '''  \"\"\" ` ${x} {{y}} @file \ud7ff \uffff"
)
_numbers = count(1)


def chat(content: Any, **fields: Any) -> dict[str, Any]:
    return {"model": "gpt-4o", "messages": [{"role": "user", "content": content}], **fields}


BODIES: dict[str, str] = {
    "plain": json.dumps(chat("Hello?")),
    "nasty, escaped": json.dumps(chat(NASTY, user=NASTY)),
    "nasty, as it is": json.dumps(chat(NASTY.replace("\x1b", "").replace("\x07", "")), ensure_ascii=False),
    "pretty": json.dumps(chat("Hello?\n\nIs there 'somebody'?"), indent=2),
    "spelled oddly": '{"model":"gpt-4o" ,\r\n\t"seed": 12345678901234567890123, "temperature": 1.10e0,'
    ' "messages":[{"role":"user","content":"caf\\u00e9 \\/ caf\u00e9"}]}\n\n',
    "unknown names": json.dumps(chat("Hi", self=1, **{"class": None, "a b": [True, False, {}], "": 0})),
    "prototype": '{"model":"gpt-4o","messages":[{"role":"user","content":"Hi"}],"__proto__":{"a":1}}',
    "deep": json.dumps(chat("Hi", metadata=json.loads("[" * 90 + "]" * 90))),
    "large": json.dumps(chat("it's \u202e large " * 30_000), ensure_ascii=False),
    "stream": json.dumps(chat("Hello?", stream=True)),
    "without model": json.dumps({"messages": []}),
}
BROKEN = {"no JSON": b'@{"model": \'', "a list": b"[1, 2]", "bytes": b'{"a":"\xff\x1b"}', "word": b"$HOME\n"}


@pytest.fixture
def caller() -> str:
    return f"snippet-{next(_numbers)}"


@pytest.fixture(autouse=True)
def answered(request: pytest.FixtureRequest) -> None:
    """Whatever comes is answered at once."""
    if "server" in request.fixturenames:
        request.getfixturevalue("server").api.put("/api/fallback", json={"text": "auto"})


def send(server: Server, caller: str, body: str | bytes, *, path: str = CHAT, **headers: str) -> str:
    """Sends a call as a client with a key would; its exchange's id."""
    key = {"authorization": f"Bearer sk-mock-{caller}", "content-type": "application/json"}
    content = body if isinstance(body, bytes) else body.encode()
    server.api.post(path, content=content, headers={**key, **headers})
    return newest(server, caller)["id"]


def newest(server: Server, caller: str) -> dict[str, Any]:
    row: dict[str, Any] = server.api.get(f"/api/exchanges?caller={caller}&limit=1").json()["items"][0]
    return row


def text(server: Server, exchange_id: str, form: str) -> str:
    answer = server.api.get(f"/api/exchanges/{exchange_id}/as/{form}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    return answer.text


def spelled(server: Server, exchange_id: str) -> str:
    """The call's body exactly as it was spelled (or, no JSON, as JSON spells it)."""
    whole = server.api.get(f"/api/exchanges/{exchange_id}").text
    return whole[whole.index('"body":') : whole.index(',"reply_headers":')]


def run(command: list[str], script: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    done = subprocess.run([*command, script], capture_output=True, timeout=100, env=environment)
    assert done.returncode == 0, done.stderr[-2000:]


def came_again(server: Server, first: str, caller: str) -> str:
    """The id of the call that the snippet made."""
    found = wait_for(lambda: newest(server, caller) if newest(server, caller)["id"] != first else None)
    assert server.api.get(f"/api/exchanges/count?caller={caller}").json() == {"count": 2}
    return str(found["id"])


@pytest.mark.parametrize("name", BODIES)
def test_curl_sends_the_same_bytes(server: Server, caller: str, tmp_path: Path, name: str) -> None:
    first = send(server, caller, BODIES[name])
    script = tmp_path / "call.sh"
    script.write_bytes(text(server, first, "curl").encode())
    run(["bash", "-eu"], script)
    assert spelled(server, came_again(server, first, caller)) == spelled(server, first)


@pytest.mark.parametrize("name", BROKEN)
def test_curl_sends_what_is_no_json_as_it_is_kept(
    server: Server, caller: str, tmp_path: Path, name: str
) -> None:
    first = send(server, caller, BROKEN[name])
    script = tmp_path / "call.sh"
    script.write_bytes(text(server, first, "curl").encode())
    run(["bash", "-eu"], script)
    assert spelled(server, came_again(server, first, caller)) == spelled(server, first)


def test_a_body_of_5_mb_fits_into_the_curl_text(server: Server, caller: str, tmp_path: Path) -> None:
    first = send(server, caller, json.dumps(chat("it's é " * 800_000), ensure_ascii=False))
    script = tmp_path / "call.sh"
    script.write_bytes(text(server, first, "curl").encode())
    run(["bash", "-eu"], script)
    assert spelled(server, came_again(server, first, caller)) == spelled(server, first)


def test_python_sends_the_same_body(server: Server, caller: str, tmp_path: Path) -> None:
    """All of them in one process: the openai package takes a while to load."""
    firsts = {}
    for number, body in enumerate([*BODIES.values(), *BROKEN.values()]):
        firsts[f"{caller}.{number}"] = first = send(server, f"{caller}.{number}", body)
        (tmp_path / f"{number}.py").write_text(text(server, first, "python"))
    (tmp_path / "all.py").write_text(RUN_ALL)
    run([sys.executable, "-I"], tmp_path / "all.py")
    for name, first in firsts.items():
        again = server.exchange(came_again(server, first, name))
        assert (again["body"], again["stream"]) == (
            server.exchange(first)["body"],
            server.exchange(first)["stream"],
        )


RUN_ALL = """
import pathlib, runpy, openai
for script in pathlib.Path(__file__).parent.glob("[0-9]*.py"):
    try:
        runpy.run_path(script)
    except openai.BadRequestError as error:  # two of the bodies are refused
        assert error.param in ("model", "seed"), error
"""


@pytest.mark.parametrize("name", [*BODIES, *BROKEN])
def test_node_reads_its_text_and_the_same_body_in_it(
    server: Server, caller: str, tmp_path: Path, name: str, node_program: str
) -> None:
    body = BODIES.get(name) or BROKEN[name]
    first = send(server, caller, body)
    script = tmp_path / "call.mjs"
    script.write_text(text(server, first, "node"))
    stub = tmp_path / "node_modules" / "openai"
    stub.mkdir(parents=True)
    (stub / "package.json").write_text('{"name": "openai", "type": "module", "main": "index.js"}')
    (stub / "index.js").write_text(STUB)
    run([node_program], script)
    sent = server.exchange(came_again(server, first, caller))["body"]
    kept = server.exchange(first)["body"]
    if name == "spelled oddly":  # a number of more digits than JavaScript has
        assert sent.pop("seed") == pytest.approx(kept.pop("seed"))
    assert sent == kept


# What the openai package does with these options, as far as a body is concerned.
STUB = """
export default class OpenAI {
  constructor({ baseURL, apiKey, defaultHeaders }) {
    const headers = { authorization: `Bearer ${apiKey}`, ...defaultHeaders };
    const create = async (body) => {
      const options = { method: "POST", headers, body: JSON.stringify(body) };
      const answer = await fetch(`${baseURL}/chat/completions`, options);
      const text = await answer.text();
      return body.stream ? (async function* () { yield text; })() : text;
    };
    this.chat = { completions: { create } };
  }
}
"""


@pytest.fixture
def node_program() -> str:
    import shutil

    program = shutil.which("node")
    if program is None:
        pytest.skip("node is not installed")
    return program


PATHS = ("/v1/models", "/v1/models/gpt-4o", "/v1/models/a%20b%27%22%24x", "/v1/é%0a%3f%23")
RUN_PATHS = """
import pathlib, runpy, openai
for script in pathlib.Path(__file__).parent.glob("[0-9]*.py"):
    try:
        runpy.run_path(script)
    except openai.NotFoundError as error:
        assert script.stem in {missing}, error
"""


@pytest.mark.parametrize("form", ["curl", "python", "node"])
def test_calls_without_a_body_go_to_the_same_path(
    server: Server, caller: str, tmp_path: Path, form: str, request: pytest.FixtureRequest
) -> None:
    """Those in Python in one process: the openai package takes a while to load."""
    if form == "node":
        request.getfixturevalue("node_program")
    firsts, ending = [], {"curl": "sh", "python": "py", "node": "mjs"}[form]
    for number, path in enumerate(PATHS):
        server.api.get(f"/as/{caller}.{number}{path}")
        firsts.append(newest(server, f"{caller}.{number}"))
        script = text(server, firsts[-1]["id"], form)
        (tmp_path / f"{number}.{ending}").write_text(script)
    missing = [str(number) for number, first in enumerate(firsts) if first["status_code"] == 404]
    if form == "python":
        (tmp_path / "all.py").write_text(RUN_PATHS.format(missing=missing))
        run([sys.executable, "-I"], tmp_path / "all.py")
    for number, first in enumerate(firsts):
        if form != "python":
            try:
                run(["bash", "-eu"] if form == "curl" else ["node"], tmp_path / f"{number}.{ending}")
            except AssertionError as error:
                assert str(number) in missing and "code: 404" in str(error)
        again = server.exchange(came_again(server, first["id"], f"{caller}.{number}"))
        assert (again["method"], again["path"]) == ("GET", first["path"])


@pytest.mark.parametrize("form", ["curl", "python", "node"])
def test_headers_that_matter_come_along_and_secrets_do_not(
    server: Server, caller: str, tmp_path: Path, form: str, node_program: str
) -> None:
    headers = {
        "x-tag": 'it\'s "7" $HOME `id`',
        "x-amz-security-token": "canary-7f3d9b1e",
        "x-link": "https://app.test/?page=2&token=canary-7f3d9b1e",
        "openai-organization": "o",
    }
    first = send(server, caller, BODIES["stream"], **headers)
    script = text(server, first, form)
    assert "canary" not in script and "…" not in script and "9b1e" not in script
    assert script.count("PLACEHOLDER") == 2
    script_file = tmp_path / "call.sh"
    script_file.write_text(script)
    if form == "curl":
        run(["bash", "-eu"], script_file)
    elif form == "python":
        run([sys.executable, "-I"], script_file)
    else:
        return
    again = server.exchange(came_again(server, first, caller))
    assert (again["headers"]["x-tag"], again["headers"]["openai-organization"]) == (headers["x-tag"], "o")


@pytest.mark.parametrize("form", ["curl", "python", "node"])
def test_however_it_was_named_the_caller_stays(server: Server, caller: str, form: str) -> None:
    by_path = send(server, caller, BODIES["plain"], path=f"/as/{caller}{CHAT}")
    assert f"{server.url}/as/{caller}/v1" in text(server, by_path, form)
    by_header = send(
        server, caller, BODIES["plain"], **{"x-mock-caller": caller, "authorization": "Bearer x"}
    )
    assert f"x-mock-caller: {caller}" in text(server, by_header, form).replace('"', "").replace("'", "")
    server.api.post(CHAT, json=json.loads(BODIES["plain"]))
    by_address = newest(server, "127.0.0.1")["id"]
    assert "sk-mock-127.0.0.1" in text(server, by_address, form)


def test_an_unknown_form_and_an_unknown_exchange_are_404(server: Server, caller: str) -> None:
    first = send(server, caller, BODIES["plain"])
    refusal = server.api.get(f"/api/exchanges/{first}/as/perl")
    assert refusal.status_code == 404
    assert "curl, python, node, preset" in refusal.json()["detail"]
    assert server.api.get("/api/exchanges/nothing/as/curl").status_code == 404
    assert server.api.post(f"/api/exchanges/{first}/as/curl").status_code == 405


@pytest.mark.django_db(transaction=True)
def test_https_is_believed_from_a_trusted_proxy_only(add: Callable[..., str], settings: Any) -> None:
    path = f"/api/exchanges/{add(request_body='{}')}/as/curl"
    headers = {"x-forwarded-proto": "https", "host": "localhost"}
    assert "'http://localhost/v1/" in Client().get(path, headers=headers).content.decode()
    settings.MOCKOPENAI_TRUSTED_PROXIES = [ip_network("127.0.0.0/8")]
    assert "'https://localhost/v1/" in Client().get(path, headers=headers).content.decode()
    assert "'http://localhost/v1/" in Client().get(path, headers={"host": "localhost"}).content.decode()
    assert (
        "'https://localhost/v1/"
        in Client().get(path, headers={"host": "localhost"}, secure=True).content.decode()
    )


# --- without a server --------------------------------------------------------------------------


def drawn(**fields: Any) -> Sketch:
    row = {"method": "POST", "path": CHAT, "caller": "ci-42", "endpoint": "chat.completions", **fields}
    body = Body(request_headers=row.pop("request_headers", "[]"), request_body=row.pop("request_body", ""))
    return sketch(Exchange(**row), body, origin="https://mock.example")


@pytest.mark.parametrize("write", [curl, python, node])
def test_no_text_holds_a_character_that_a_terminal_obeys(write: Callable[[Sketch], str]) -> None:
    odd = "".join(map(chr, [*range(9), *range(11, 32), *range(127, 160), 0x202E, 0x2028, 0x2066, 0xFEFF]))
    for body in (json.dumps(chat(odd), ensure_ascii=False), odd, f"it's {odd}" * 20_000):
        written = write(drawn(request_body=body))
        assert not set(written) & set(odd)
        assert "https://mock.example/v1" in written


@pytest.mark.parametrize("method", ["DELETE", "HEAD", "BREW"])
def test_every_method_has_its_text(method: str) -> None:
    call = drawn(method=method, path="/v1/files/x", endpoint="")
    assert ("--head" if method == "HEAD" else f"--request '{method}'") in curl(call)
    assert method.lower() in python(call).lower()
    assert f'"method": "{method}"' in node(call)


def test_a_word_is_quoted_for_the_shell() -> None:
    assert quoted("it's") == "'it'\\''s'"
    assert quoted("a\x1b1 \\ '") == "$'a\\0331 \\\\ \\''"


def test_curl_sends_a_form_with_its_fields_and_a_file_of_that_name(
    server: Server, caller: str, tmp_path: Path
) -> None:
    sent = server.api.post(
        f"/as/{caller}/v1/files?purpose=x",
        data={"purpose": "batch", "expires_after[anchor]": "created_at", "expires_after[seconds]": "3600"},
        files={"file": ("a;b.jsonl", b"{}", "application/jsonl")},
    )
    assert sent.status_code == 200, sent.text
    first = server.exchange(newest(server, caller)["id"])
    (tmp_path / "a;b.jsonl").write_bytes(b"{}")
    written = text(server, first["id"], "curl")
    subprocess.run(["bash", "-c", written], cwd=tmp_path, check=True, capture_output=True)
    again = server.exchange(newest(server, caller)["id"])
    assert again["id"] != first["id"]
    assert (again["path"], again["body"]) == (first["path"], first["body"])


@pytest.mark.parametrize("write", [python, node])
def test_a_form_in_other_languages_has_each_field(write: Callable[[Sketch], str]) -> None:
    kept = '{"purpose": "batch", "file": {"filename": "a.txt", "content_type": "", "bytes": 1, "sha256": ""}}'
    headers = '[["content-type", "multipart/form-data; boundary=x"]]'
    written = write(
        drawn(path="/v1/files", endpoint="files.create", request_body=kept, request_headers=headers)
    )
    assert "purpose" in written and "a.txt" in written and "multipart" not in written
    if write is python:
        compile(written, "snippet", "exec")
