"""What callers get where a preset names a template, renders its texts, or is a sequence."""

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import openai
import pytest

from tests.conftest import Server


@pytest.fixture
def rest(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=20) as client:
        yield client


def client_of(server: Server, caller: str, **more: Any) -> openai.OpenAI:
    return openai.OpenAI(
        base_url=f"{server.url}/as/{caller}/v1", api_key="sk-none-of-yours-0123456789", max_retries=0, **more
    )


def say(client: openai.OpenAI, text: str = "Hi", **more: Any) -> str:
    done = client.chat.completions.create(
        model="gpt-4o", messages=[{"role": "user", "content": text}], **more
    )
    return done.choices[0].message.content or ""


def queue(rest: httpx.Client, caller: str, **entry: Any) -> dict[str, Any]:
    answer = rest.post(f"/api/preset-queue/{caller}", json=entry)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def items(rest: httpx.Client, caller: str) -> list[dict[str, Any]]:
    return list(rest.get(f"/api/preset-queue/{caller}").json()["items"])


def test_a_preset_answers_with_a_template_and_its_variables(server: Server, rest: httpx.Client) -> None:
    queue(rest, "t1", template="rate-limit", vars={"wait_s": 2, "limit": 60})
    with pytest.raises(openai.RateLimitError) as caught:
        say(client_of(server, "t1"))
    assert caught.value.code == "rate_limit_exceeded"
    assert "Rate limit reached for gpt-4o" in caught.value.message
    assert "Limit 60, Used 60, Requested 1. Please try again in 2s." in caught.value.message
    assert caught.value.response.headers["retry-after-ms"] == "2000"


def test_what_the_preset_says_stands_over_the_template(server: Server, rest: httpx.Client) -> None:
    queue(rest, "t2", template="server-error", status_code=502, headers={"x-why": "test"})
    with pytest.raises(openai.InternalServerError) as caught:
        say(client_of(server, "t2"))
    assert caught.value.status_code == 502
    assert caught.value.response.headers["x-why"] == "test"


def test_every_ready_template_is_taken_and_answers_with_its_own_status(
    server: Server, rest: httpx.Client
) -> None:
    for item in rest.get("/api/templates").json()["templates"]:
        if not item["ready"]:
            continue
        queue(rest, "t3", template=item["name"], delay_ms=1)
        answer = rest.post(
            "/as/t3/v1/chat/completions",
            json={"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]},
        )
        assert answer.status_code == item.get("status_code", 200), item["name"]
        assert "{{" not in answer.text


def test_texts_of_a_response_are_rendered_over_the_call(server: Server, rest: httpx.Client) -> None:
    queue(
        rest,
        "r1",
        response={"content": "{{ last_message|upper }}, {{ caller }} {{ count }}"},
        render=True,
        uses=2,
    )
    client = client_of(server, "r1")
    assert [say(client, "hi"), say(client, "you")] == ["HI, r1 1", "YOU, r1 2"]


def test_without_render_the_same_text_goes_out_as_it_is(server: Server, rest: httpx.Client) -> None:
    queue(rest, "r2", response={"content": "{{ last_message }}"})
    assert say(client_of(server, "r2")) == "{{ last_message }}"


def test_secrets_in_headers_are_masked(server: Server, rest: httpx.Client) -> None:
    queue(rest, "r3", response={"content": "{{ headers.authorization }}"}, render=True)
    assert say(client_of(server, "r3")) == "Bearer …6789"


def test_a_template_that_fails_says_so_and_is_not_retried(server: Server, rest: httpx.Client) -> None:
    rest.post("/api/templates", json={"name": "broken", "response": {"content": "{{ metadata.user }}"}})
    queue(rest, "f1", template="broken", uses=None)
    client = client_of(server, "f1").with_options(max_retries=2)
    with pytest.raises(openai.InternalServerError) as caught:
        say(client)
    assert "The template 'broken' cannot be rendered" in caught.value.message
    assert caught.value.response.headers["x-should-retry"] == "false"
    assert rest.get("/api/exchanges/count", params={"q": "caller:f1"}).json()["count"] == 1
    assert say(client, extra_body={"metadata": {"user": "u7"}}) == "u7"
    assert rest.delete("/api/templates/broken").status_code == 200
    with pytest.raises(openai.InternalServerError, match="does not exist any more"):
        say(client)


def test_a_sequence_gives_each_reply_once_and_is_gone(server: Server, rest: httpx.Client) -> None:
    queue(rest, "s1", sequence=[{"content": "one"}, {"template": "server-error"}, {"content": "three"}])
    queue(rest, "s1", response={"content": "after"})
    client = client_of(server, "s1")
    assert say(client) == "one"
    assert items(rest, "s1")[0]["given"] == 1
    assert items(rest, "s1")[0]["uses"] == 2
    with pytest.raises(openai.InternalServerError):
        say(client)
    assert [say(client), say(client)] == ["three", "after"]
    assert items(rest, "s1") == []


def test_a_fault_stands_alone_in_a_sequence_as_it_does_in_a_preset(
    server: Server, rest: httpx.Client
) -> None:
    queue(rest, "s11", sequence=[{"fault": "overloaded"}, {"content": "fine"}])
    client = client_of(server, "s11")
    with pytest.raises(openai.InternalServerError) as told:
        say(client)
    assert told.value.status_code == 503
    assert say(client) == "fine"


def test_a_sequence_that_cycles_goes_on_for_ever(server: Server, rest: httpx.Client) -> None:
    queue(rest, "s2", sequence=[{"content": "a"}, {"content": "b"}], order="cycle")
    client = client_of(server, "s2")
    assert "".join(say(client) for _ in range(5)) == "ababa"


def test_chance_by_weight_repeats_itself(server: Server, rest: httpx.Client) -> None:
    drawn = []
    for caller in ("s3", "s4", "s5"):
        seed = 2 if caller == "s5" else 1
        steps = [{"content": "a"}, {"content": "b"}, {"content": "c"}]
        queue(rest, caller, sequence=steps, order="random", weights=[8, 2, 0], seed=seed)
        client = client_of(server, caller)
        drawn.append("".join(say(client) for _ in range(30)))
    assert drawn[0] == drawn[1] != drawn[2]
    counts = Counter("".join(drawn))
    assert counts["c"] == 0
    assert counts["a"] > 2 * counts["b"] > 0


def test_many_calls_at_once_get_each_reply_exactly_once(server: Server, rest: httpx.Client) -> None:
    wanted = [str(number) for number in range(120)]
    queue(rest, "s6", sequence=[{"content": text} for text in wanted])
    got: list[str] = []

    def work() -> None:
        client = client_of(server, "s6")
        got.extend(say(client) for _ in range(15))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == sorted(wanted)


def test_changes_meanwhile_have_no_reply_given_twice(server: Server, rest: httpx.Client) -> None:
    queue(rest, "s12", sequence=[{"content": str(n)} for n in range(1000)], order="cycle")
    path = f"/api/preset-queue/s12/{items(rest, 's12')[0]['id']}"
    with ThreadPoolExecutor(4) as pool:
        client = client_of(server, "s12")
        said = [pool.submit(say, client) for _ in range(100)]
        while not all(one.done() for one in said):
            assert rest.patch(path, json={"order": "cycle"}).status_code == 200
    assert sorted(int(one.result()) for one in said) == [*range(100)]


def test_a_person_answers_with_a_template(server: Server, rest: httpx.Client) -> None:
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(say(client_of(server, "d1"), "Hello desk")))
    thread.start()
    waiting: list[dict[str, Any]] = []
    while not waiting:
        waiting = [one for one in rest.get("/api/desk").json()["items"] if one["caller"] == "d1"]
    path = f"/api/desk/{waiting[0]['id']}/answer"
    wrong = rest.post(path, json={"template": "ecko"})
    assert wrong.status_code == 400
    assert "did you mean echo" in wrong.text
    assert rest.post(path, json={"response": {"content": "{{ nope.x }}"}, "render": True}).status_code == 400
    assert rest.post(path, json={"template": "echo", "vars": {"before": "You: "}}).status_code in (200, 202)
    thread.join(10)
    assert found == ["You: Hello desk"]
