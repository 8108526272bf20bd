"""Who is calling: the order of path, header, key and address, and which address counts."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

import pytest

from apps.gateway.caller import address_of, client_address, identify
from apps.wire.errors import WireError

ADDRESS = "10.0.0.8"


def trusting(*networks: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(network) for network in networks)


PROXIES = trusting("172.16.0.0/12", "127.0.0.0/8", "fd00::/8")


def identified(path_caller: str, headers: dict[str, str]) -> str:
    return identify(path_caller, tuple(headers.items()), ADDRESS)


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


# --- the order ---------------------------------------------------------------------------------


def test_the_path_comes_before_everything() -> None:
    headers = {"x-mock-caller": "header", **bearer("sk-mock-key")}
    assert identified("path", headers) == "path"


def test_the_header_comes_before_the_key() -> None:
    assert identified("", {"x-mock-caller": "header", **bearer("sk-mock-key")}) == "header"


def test_the_key_comes_before_the_address() -> None:
    assert identified("", bearer("sk-mock-ci-42")) == "ci-42"


def test_the_address_is_the_last_resort() -> None:
    assert identified("", {}) == ADDRESS


@pytest.mark.parametrize("key", ["sk-proj-abc", "sk-mock", "sk-mock-", "SK-MOCK-a", "", "dummy"])
def test_any_other_key_names_nobody(key: str) -> None:
    assert identified("", bearer(key)) == ADDRESS


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "bearer sk-mock-a"},
        {"authorization": "BEARER   sk-mock-a  "},
        {"api-key": "sk-mock-a"},
        {"api-key": "sk-mock-a", "authorization": "Basic c2stbW9jay1i"},
    ],
)
def test_a_key_is_found_however_it_is_sent(headers: dict[str, str]) -> None:
    assert identified("", headers) == "a"


def test_a_bearer_key_comes_before_an_api_key_header() -> None:
    assert identified("", {"api-key": "sk-mock-b", **bearer("sk-mock-a")}) == "a"


def test_a_header_of_spaces_is_no_name() -> None:
    assert identified("", {"x-mock-caller": "  "}) == ADDRESS


@pytest.mark.parametrize("name", ["a", "A.b_c:d-9", "10.0.0.8", "2001:db8::1", "x" * 100])
def test_names_that_are_allowed(name: str) -> None:
    assert identified(name, {}) == name


WRONG_NAMES = ["*", "a b", "a/b", "ä", "a\nb", "a\0", "x" * 101, "..;", "%2e", "a,b"]


@pytest.mark.parametrize("name", WRONG_NAMES)
@pytest.mark.parametrize("place", ["path", "header", "key"])
def test_a_name_that_cannot_be_one_is_refused(place: str, name: str) -> None:
    path_caller = name if place == "path" else ""
    headers = {"path": {}, "header": {"x-mock-caller": name}, "key": bearer(f"sk-mock-{name}")}[place]
    with pytest.raises(WireError, match="Invalid caller name") as refused:
        identified(path_caller, headers)
    assert (refused.value.status, refused.value.code) == (400, "invalid_caller")


def test_a_line_end_after_a_name_is_no_part_of_it_and_not_allowed() -> None:
    with pytest.raises(WireError):
        identified("a\n", {})


# --- the address -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("peer", "address"),
    [
        ("192.168.1.100", "192.168.1.100"),
        ("::ffff:10.0.0.8", "10.0.0.8"),
        ("::ffff:a00:8", "10.0.0.8"),
        ("127.0.0.1", "127.0.0.1"),
        ("127.8.8.8", "127.0.0.1"),
        ("::1", "127.0.0.1"),
        ("::ffff:127.0.0.2", "127.0.0.1"),
        ("2001:0DB8:0:0::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("", "unknown"),
        ("/tmp/a.socket", "unknown"),
        ("testclient", "unknown"),
    ],
)
def test_an_address_has_one_spelling(peer: str, address: str) -> None:
    assert client_address(peer, "", ()) == address
    assert identify("", (), address) == address


@pytest.mark.parametrize("forged", ["1.2.3.4", "1.2.3.4, 5.6.7.8", "127.0.0.1", "evil", ",,,"])
def test_a_forged_header_changes_nothing(forged: str) -> None:
    assert client_address("203.0.113.9", forged, ()) == "203.0.113.9"
    assert client_address("203.0.113.9", forged, PROXIES) == "203.0.113.9"


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "address"),
    [
        ("172.17.0.2", "198.51.100.7", "198.51.100.7"),
        ("172.17.0.2", "198.51.100.7, 172.18.0.3", "198.51.100.7"),
        ("172.17.0.2", "1.1.1.1, 198.51.100.7", "198.51.100.7"),  # the left one is the client's own claim
        ("172.17.0.2", "1.1.1.1, 198.51.100.7, 172.18.0.3", "198.51.100.7"),
        ("::ffff:172.17.0.2", "::ffff:198.51.100.7", "198.51.100.7"),
        ("127.0.0.1", "2001:db8::5", "2001:db8::5"),
        ("fd00::1", " 198.51.100.7 ", "198.51.100.7"),
        ("172.17.0.2", "172.18.0.3, 172.19.0.4", "172.18.0.3"),  # nobody untrusted: the farthest known
        ("172.17.0.2", "", "172.17.0.2"),
        ("172.17.0.2", "198.51.100.7, unknown", "172.17.0.2"),  # past a hidden hop nothing can be known
        ("172.17.0.2", "unknown, 172.18.0.3", "172.18.0.3"),
        ("172.17.0.2", "198.51.100.7:5678", "198.51.100.7"),  # some proxies name the port, too
        ("172.17.0.2", "198.51.100.7:5678, 172.18.0.3:80", "198.51.100.7"),
        ("172.17.0.2", "[2001:db8::5]:443", "2001:db8::5"),
        ("172.17.0.2", "[2001:db8::5], [fd00::2]:80", "2001:db8::5"),
        ("172.17.0.2", "2001:db8::5:443", "2001:db8::5:443"),  # without brackets it is all address
        ("172.17.0.2", "198.51.100.7:port", "172.17.0.2"),
        ("172.17.0.2", "[198.51.100.7", "172.17.0.2"),
    ],
)
def test_behind_a_trusted_proxy_the_right_most_untrusted_hop_counts(
    peer: str, forwarded_for: str, address: str
) -> None:
    assert client_address(peer, forwarded_for, PROXIES) == address


def test_a_peer_without_an_address_is_trusted_by_nobody() -> None:
    assert client_address("", "1.2.3.4", trusting("0.0.0.0/0", "::/0")) == "unknown"


def test_all_lines_of_the_header_are_one_list(settings: Any) -> None:
    settings.MOCKOPENAI_TRUSTED_PROXIES = PROXIES
    # the client forged the first line, its proxy added the second
    lines = (("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "198.51.100.7"))
    assert address_of(lines, "172.17.0.2") == "198.51.100.7"


def test_of_a_repeated_name_the_first_counts() -> None:
    assert identify("", (("x-mock-caller", "a"), ("x-mock-caller", "b")), ADDRESS) == "a"
