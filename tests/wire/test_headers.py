"""The headers of every answer: complete, lower-case, and the author's word is the last."""

from apps.wire.headers import JSON, preflight, standard
from apps.wire.reply import Reply


def headers_of(reply: Reply, **given: object) -> dict[bytes, bytes]:
    pairs = standard(reply, request_id="req_1", processing_ms=7, **given)  # type: ignore[arg-type]
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def test_every_answer_has_openais_headers() -> None:
    headers = headers_of(Reply(body=b"{}"))
    assert headers[b"x-request-id"] == b"req_1"
    assert headers[b"openai-processing-ms"] == b"7"
    assert headers[b"openai-version"] == b"2020-10-01"
    assert headers[b"openai-organization"]
    assert headers[b"content-type"] == JSON
    for kind in (b"requests", b"tokens"):
        assert headers[b"x-ratelimit-remaining-" + kind] == headers[b"x-ratelimit-limit-" + kind]
        assert headers[b"x-ratelimit-reset-" + kind] == b"0s"
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert b"x-should-retry" not in headers


def test_a_browser_may_read_them() -> None:
    headers = headers_of(Reply(body=b"{}"))
    assert headers[b"access-control-allow-origin"] == b"*"
    assert b"x-request-id" in headers[b"access-control-expose-headers"]
    assert b"retry-after-ms" in headers[b"access-control-expose-headers"]


def test_authored_headers_win() -> None:
    authored = (
        ("x-request-id", "mine"),
        ("content-type", "text/plain"),
        ("retry-after", "2"),
        ("x-should-retry", "true"),
    )
    headers = headers_of(Reply(body=b"{}", headers=authored, x_should_retry=False))
    assert headers[b"x-request-id"] == b"mine"
    assert headers[b"content-type"] == b"text/plain"
    assert headers[b"retry-after"] == b"2"
    assert headers[b"x-should-retry"] == b"true"
    assert headers[b"openai-version"] == b"2020-10-01"


def test_x_should_retry_is_sent_when_it_is_set() -> None:
    assert headers_of(Reply(body=b"{}", x_should_retry=False))[b"x-should-retry"] == b"false"
    assert headers_of(Reply(body=b"{}", x_should_retry=True))[b"x-should-retry"] == b"true"


def test_an_answer_without_content_has_no_content_type() -> None:
    assert b"content-type" not in headers_of(Reply(body=b"", status=204), content_type=b"")


def test_answers_do_not_share_their_list() -> None:
    standard(Reply(body=b""), request_id="a", processing_ms=0).clear()
    assert len(standard(Reply(body=b""), request_id="a", processing_ms=0)) > 8


def test_a_preflight_allows_what_the_browser_asks_for() -> None:
    headers = dict(preflight(b"authorization, x-stainless-os"))
    assert headers[b"access-control-allow-headers"] == b"authorization, x-stainless-os"
    assert b"POST" in headers[b"access-control-allow-methods"]
    assert b"authorization" in dict(preflight())[b"access-control-allow-headers"]
