"""Who may open the socket: pages of this server, and whatever is no browser."""

import pytest

from apps.live.origin import same_origin


@pytest.fixture(autouse=True)
def our_names(settings):
    settings.ALLOWED_HOSTS = ["mock.example", "[::1]"]


def test_a_foreign_name_that_was_made_to_lead_here_may_not_connect():
    assert not allowed("http://evil.example:8000", "evil.example:8000")


def allowed(origin: str | None, host: str = "mock.example:8000") -> bool:
    headers = [(b"host", host.encode())]
    if origin is not None:
        headers.append((b"origin", origin.encode()))
    return same_origin(headers)


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        (None, "mock.example:8000"),
        ("http://mock.example:8000", "mock.example:8000"),
        ("HTTP://Mock.Example:8000", "mock.EXAMPLE:8000"),
        ("http://mock.example", "mock.example:80"),
        ("http://mock.example:80", "mock.example"),
        ("https://mock.example", "mock.example"),  # TLS ends at a proxy
        ("https://mock.example", "mock.example:443"),
        ("http://[::1]:8000", "[::1]:8000"),
    ],
)
def test_a_page_of_this_server_may_connect(origin, host):
    assert allowed(origin, host)


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "http://mock.example",  # the same name, another port
        "http://mock.example:8001",
        "http://mock.example.evil.example:8000",
        "http://evil.example/mock.example:8000",
        "http://mock.example:8000@evil.example",
        "null",
        "",
        "file://mock.example:8000",
        "http://mock.example:port",
        "http://[mock.example:8000",
    ],
)
def test_a_page_of_another_origin_may_not_connect(origin):
    assert not allowed(origin)


def test_a_browser_that_names_no_host_may_not_connect():
    assert not same_origin([(b"origin", b"http://mock.example")])
