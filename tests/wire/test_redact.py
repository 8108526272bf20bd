"""Secrets in headers are masked, the rest is shown."""

import time

import pytest

from apps.wire.redact import safe_headers


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("authorization", "Bearer sk-mock-ci-42abcd", "Bearer …abcd"),
        ("Authorization", "sk-proj-1234567890", "…7890"),
        ("authorization", "Bearer short", "Bearer …"),
        ("proxy-authorization", "Basic dXNlcjpwYXNz", "Basic …YXNz"),
        ("api-key", "0123456789", "…6789"),
        ("x-api-key", "1234567", "…"),
        ("cookie", "sessionid=abcdefgh", "…efgh"),
        ("set-cookie", "sessionid=abcdefgh", "…efgh"),
        ("x-auth-token", "abcdefghij", "…ghij"),
        ("client-secret", "abcdefghij", "…ghij"),
        ("openai-admin-key", "abcdefghij", "…ghij"),
        ("content-type", "application/json", "application/json"),
        ("idempotency-key", "stainless-python-retry-1", "stainless-python-retry-1"),
        ("x-mock-caller", "ci-42", "ci-42"),
        ("authorization", "", "…"),
        ("x-auth", "abcdefghij", "…ghij"),
        ("x-authorization-user", "abcdefghij", "…ghij"),
        ("x-session-id", "abcdefghij", "…ghij"),
        ("x-jwt", "abcdefghij", "…ghij"),
        ("x-csrf", "abcdefghij", "…ghij"),
        ("x-xsrf", "abcdefghij", "…ghij"),
        ("x-forwarded-client-cert", 'Hash=abc;Cert="-----BEGIN"', '…GIN"'),
        ("x-ssl-client-cert", "abcdefghij", "…ghij"),
        ("cf-access-jwt-assertion", "abcdefghij", "…ghij"),
        ("x-assertion", "abcdefghij", "…ghij"),
        ("x-webhook-signature", "sha256=abcdefghij", "…ghij"),
        ("x-hub-sig", "sha256=abcdefghij", "…ghij"),
        ("x-passwd", "abcdefghij", "…ghij"),
        ("x-pwd", "abcdefghij", "…ghij"),
        ("x-otp", "123456", "…"),
        ("sid", "abcdefghij", "…ghij"),
        ("x-author", "Ada Lovelace", "Ada Lovelace"),
        ("x-sidecar", "on", "on"),
    ],
)
def test_a_header_is_shown_as_far_as_it_is_safe(name: str, value: str, shown: str) -> None:
    assert safe_headers([(name, value)]) == ((name, shown),)


def test_the_name_of_a_queue_is_shown_whatever_it_looks_like() -> None:
    assert safe_headers([("x-mock-caller", "sk-abcdefghij")]) == (("x-mock-caller", "sk-abcdefghij"),)


def test_order_and_repeats_are_kept() -> None:
    headers = (("a", "1"), ("cookie", "x"), ("a", "2"))
    assert safe_headers(headers) == (("a", "1"), ("cookie", "…"), ("a", "2"))


JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (JWT, "…sR8U"),
        (f"id {JWT}, at 9", "id …sR8U, at 9"),
        ("Bearer abcdefghij", "Bearer …ghij"),
        ("basic dXNlcjpwYXNz", "basic …YXNz"),
        ("sk-proj-abcdefghij", "…ghij"),
        (
            "https://app.test/a?page=2&token=abcdefghij&x=1#top",
            "https://app.test/a?page=2&token=…ghij&x=1#top",
        ),
        ("https://app.test/#access_token=abcdefghij", "https://app.test/#access_token=…ghij"),
        ("https://app.test/?api_key=short", "https://app.test/?api_key=…"),
        ("/a?client_secret=abcdefghij;password=abcdefghij", "/a?client_secret=…ghij;password=…ghij"),
        ("/blob?sv=2024&sig=abc%2Fdefghij%3D", "/blob?sv=2024&sig=…j%3D"),
        (
            "/login?next=%2Fa%3Fpage%3D2%26token%3Dabcdefghij%26x",
            "/login?next=%2Fa%3Fpage%3D2%26token%3D…ghij%26x",
        ),
        ("https://ada:abcdefghij@app.test/", "https://ada:…ghij@app.test/"),
        ("https://abcdefghij@app.test/", "https://…ghij@app.test/"),
        ("https://app.test/a?page=2&author=Ada", "https://app.test/a?page=2&author=Ada"),
        ("multipart/form-data; boundary=abcdefghij", "multipart/form-data; boundary=abcdefghij"),
        (
            "OpenAI/Python 2.54 (basic auth, bearer of news)",
            "OpenAI/Python 2.54 (basic auth, bearer of news)",
        ),
        (
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ),
        ("eyJust a word", "eyJust a word"),
    ],
)
def test_a_secret_is_masked_wherever_a_value_holds_it(value: str, shown: str) -> None:
    assert safe_headers([("referer", value)]) == (("referer", shown),)


def test_masking_what_is_long_takes_no_time() -> None:
    began = time.thread_time()
    for part in ("eyJ", "a=", "?", "%3", "://", "://a:", "token=", "sk-", "eyJa.", "a-", "Bearer "):
        safe_headers([("referer", part * 20_000)])
    assert time.thread_time() - began < 2
