"""Pictures and sounds of replies on the journal's page: shown and played, and nothing that a browser would run."""

import re
from base64 import b64decode, b64encode
from concurrent.futures import ThreadPoolExecutor

import httpx
import openai

from tests.conftest import Server


def client_of(server: Server) -> openai.OpenAI:
    return openai.OpenAI(base_url=server.base_url, api_key="sk-mock-ci", max_retries=0)


def page(server: Server) -> tuple[str, str]:
    """(id, page) of the newest exchange."""
    newest = server.api.get("/api/exchanges").json()["items"][0]["id"]
    return newest, server.api.get(f"/journal/{newest}").text


def test_a_picture_of_a_reply_is_shown(server: Server) -> None:
    with client_of(server) as client:
        data = client.images.generate(model="gpt-image-1", prompt="A red fox", size="1024x1024").data
    newest, text = page(server)
    assert f'src="/desk/call/{newest}/reply/0"' in text
    answer = server.api.get(f"/desk/call/{newest}/reply/0")
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert data and answer.content == b64decode(data[0].b64_json or "")
    assert server.api.get(f"/desk/call/{newest}/reply/1").status_code == 404


def test_a_sound_can_be_heard(server: Server) -> None:
    with client_of(server) as client:
        sound = client.audio.speech.create(model="tts-1", voice="alloy", input="Hello there").read()
    newest, text = page(server)
    assert "<audio controls" in text
    answer = server.api.get(f"/desk/call/{newest}/reply/sound")
    assert (answer.headers["content-type"], answer.content) == ("audio/mpeg", sound)
    assert "media-src 'self'" in server.api.get(f"/journal/{newest}").headers["content-security-policy"]


def test_what_is_no_picture_is_never_given_to_a_browser(server: Server) -> None:
    trick = b64encode(b"<script>alert(1)</script>").decode()
    server.queue("ci", {"b64_json": trick}, endpoint="*")
    server.queue("ci", {"base64": trick, "content_type": "text/html"}, endpoint="audio.speech")
    with client_of(server) as client:
        client.images.generate(model="gpt-image-1", prompt="x")
        newest, text = page(server)
        assert "/reply/0" not in text
        assert server.api.get(f"/desk/call/{newest}/reply/0").status_code == 404
        client.audio.speech.create(model="tts-1", voice="alloy", input="x")
    newest, text = page(server)
    assert "<audio" not in text
    assert server.api.get(f"/desk/call/{newest}/reply/sound").status_code == 404


def test_vectors_are_shortened(server: Server) -> None:
    with client_of(server) as client:
        client.embeddings.create(
            model="text-embedding-3-small", input=["one", "two"], encoding_format="float"
        )
    _, text = page(server)
    assert text.count("1,536 × float") == 2
    assert len(text) < 80_000  # of 3,072 numbers, each of some 20 characters


def test_an_input_stands_as_such_and_not_as_a_users_message(server: Server) -> None:
    with client_of(server) as client:
        client.embeddings.create(model="text-embedding-3-small", input=["one", "long " * 1000])
    newest, _ = page(server)
    call = server.api.get(f"/desk/call/{newest}").text
    assert "<h3>Input</h3>" in call and "user</h3>" not in call
    assert 'aria-selected="true">Input<' in call
    assert "1 / 2" in call and "2 / 2" in call
    [whole] = re.findall(r'data-whole="([^"]+)"', call)
    assert server.api.get(whole).text == "long " * 1000


def test_a_call_without_words_shows_its_fields_and_an_example_of_an_answer(server: Server) -> None:
    server.api.put("/api/fallback", json={"vector_stores": "manual"})
    asked = {"name": "shop", "metadata": {"team": "blue"}}
    with ThreadPoolExecutor(1) as pool, httpx.Client(base_url=server.url, timeout=30) as client:
        pool.submit(client.post, "/v1/vector_stores", json=asked)
        [waiting] = server.waiting(1)
        call = server.api.get(f"/desk/call/{waiting['id']}").text
        server.api.post(f"/api/desk/{waiting['id']}/abort")
    server.api.put("/api/fallback", json={"vector_stores": "auto"})
    [examples] = re.findall(r'data-short-forms="([^"]*)"', call)
    assert "shop" in examples
    assert "no messages" not in call
    assert '<th scope="row">metadata</th><td>{&quot;team&quot;:&quot;blue&quot;}</td>' in call


def test_what_a_call_was_refused_for_is_told_once_and_the_rest_is_open(server: Server) -> None:
    wrong = {"model": "gpt-4o", "messages": [{"role": "robot", "content": "x"}], "temperature": "hot"}
    assert server.api.post("/v1/chat/completions", json=wrong).status_code == 400
    newest, _ = page(server)
    text = server.api.get(f"/desk/call/{newest}").text
    assert text.count("Invalid value: &#x27;robot&#x27;") == 1
    assert '<details class="hint findings" open>' in text
    assert "for 1 more reason" in text
