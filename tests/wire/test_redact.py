"""Secrets in headers are masked, the rest is shown."""

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
    ],
)
def test_a_header_is_shown_as_far_as_it_is_safe(name: str, value: str, shown: str) -> None:
    assert safe_headers([(name, value)]) == ((name, shown),)


def test_order_and_repeats_are_kept() -> None:
    headers = (("a", "1"), ("cookie", "x"), ("a", "2"))
    assert safe_headers(headers) == (("a", "1"), ("cookie", "…"), ("a", "2"))
