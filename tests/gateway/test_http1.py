"""A connection of HTTP/1.1: whatever other protocol a client offers, the call in it is answered."""

import time
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

import orjson
import pytest

from tests.conftest import Server, start_server
from tests.gateway.test_lane import Wire, asked, content

OFFERS = {
    "as Java makes it": ("connection: Upgrade, HTTP2-Settings", "upgrade: h2c", "http2-settings: AAMAAABk"),
    "several": ("connection: keep-alive", "connection: upgrade", "upgrade: h2c, websocket"),
    "of nobody's": ("Connection: UPGRADE", "Upgrade: TLS/1.0"),
}
_numbers = count(1)


@pytest.fixture(scope="module", params=["0", "1"], ids=["plain", "access log"])
def logging_or_not(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = start_server(tmp_path_factory.mktemp("http1"), MOCKOPENAI_ACCESS_LOG=request.param)
    yield server
    server.stop()


@pytest.fixture
def wire(logging_or_not: Server) -> Iterator[Wire]:
    with Wire(logging_or_not, f"http1-{next(_numbers)}") as opened:
        drafts = [{"content": str(number)} for number in range(1, 9)]
        logging_or_not.queue(opened.caller, *drafts)
        yield opened


def send_in(wire: Wire, parts: Sequence[bytes]) -> None:
    """Sends parts one by one, each after the server has surely read the one before."""
    for part in parts:
        wire.socket.sendall(part)
        time.sleep(0.03)


@pytest.mark.parametrize("offer", OFFERS.values(), ids=OFFERS)
def test_an_offer_of_another_protocol_is_ignored(wire: Wire, offer: tuple[str, ...]) -> None:
    for number in (1, 2, 3):
        assert content(wire.ask(asked(), *offer)) == str(number)
    assert content(wire.ask(asked())) == "4"
    assert content(wire.ask(asked())) == "5"


@pytest.mark.parametrize("offer", OFFERS.values(), ids=OFFERS)
@pytest.mark.parametrize("at", [20, 90, 130, 170, -60, -3])
def test_it_is_ignored_wherever_the_network_cuts_the_request(
    wire: Wire, offer: tuple[str, ...], at: int
) -> None:
    for number in (1, 2):
        request = wire.request(asked(), *offer)
        send_in(wire, [request[:at], request[at:]])
        assert content(wire.answer()) == str(number)
    assert content(wire.ask(asked())) == "3"


def test_it_is_ignored_byte_by_byte(wire: Wire) -> None:
    request = wire.request(asked(), *OFFERS["as Java makes it"])
    for at in range(len(request)):
        wire.socket.sendall(request[at : at + 1])
    assert content(wire.answer()) == "1"


def test_calls_that_come_together_are_all_answered(wire: Wire) -> None:
    offer = OFFERS["as Java makes it"]
    requests = [wire.request(asked(), *extra) for extra in (offer, (), offer, offer, ())]
    wire.socket.sendall(b"".join(requests))
    assert [content(wire.answer()) for _ in requests] == list("12345")


def test_a_body_in_chunks_and_no_body_are_read_too(wire: Wire) -> None:
    offer = OFFERS["as Java makes it"]
    body = asked()
    head = wire.request(b"", *offer, "transfer-encoding: chunked").replace(b"content-length: 0\r\n", b"")
    wire.socket.sendall(head + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body))
    assert content(wire.answer()) == "1"
    lines = "\r\n".join(["GET /v1/models HTTP/1.1", "host: mock", *offer])
    wire.socket.sendall(lines.encode() + b"\r\n\r\n" + wire.request(asked()))
    assert orjson.loads(wire.answer()[1])["object"] == "list"
    assert content(wire.answer()) == "2"


def test_a_body_that_a_client_holds_back_is_asked_for(wire: Wire) -> None:
    body = asked()
    request = wire.request(body, *OFFERS["as Java makes it"], "expect: 100-continue")
    wire.socket.sendall(request.removesuffix(body))
    head, _ = wire.answer()
    assert head.startswith(b"HTTP/1.1 100")
    wire.socket.sendall(body)
    assert content(wire.answer()) == "1"
