"""Rate limits on the wire: durations as Go writes them, the tightest bucket's headers, the exact words."""

import orjson
import pytest

from apps.wire.rate_limit import Level, duration, limit_headers, reached


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (0.0000001, "0s"),
        (0.0075, "8ms"),
        (0.999, "999ms"),
        (1, "1s"),
        (1.4455, "1.446s"),
        (59.9999, "1m0s"),
        (360, "6m0s"),
        (432.5, "7m12.5s"),
        (3600, "1h0m0s"),
        (3725, "1h2m5s"),
    ],
)
def test_a_duration_is_spelled_as_go_does(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_headers_tell_of_the_tightest_bucket_of_each_kind() -> None:
    levels = [Level("requests", 60, 15.0), Level("requests", 10, 9.5), Level("tokens", 1000, 250.0)]
    assert dict(limit_headers(levels)) == {
        "x-ratelimit-limit-requests": "10",
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-reset-requests": "57s",
        "x-ratelimit-limit-tokens": "1000",
        "x-ratelimit-remaining-tokens": "750",
        "x-ratelimit-reset-tokens": "15s",
    }


def test_the_429_has_openais_words_and_both_headers() -> None:
    error = reached(Level("requests", 60, 60.0), model="gpt-4o", needed=1, headers=())
    assert orjson.loads(error.reply().body) == {
        "error": {
            "message": "Rate limit reached for gpt-4o in organization org-mockopenai on requests per min (RPM): "
            "Limit 60, Used 60, Requested 1. Please try again in 1s. "
            "Visit https://platform.openai.com/account/rate-limits to learn more.",
            "type": "requests",
            "param": None,
            "code": "rate_limit_exceeded",
        }
    }
    assert error.headers == (("retry-after", "1"), ("retry-after-ms", "1000"))
    tokens = reached(Level("tokens", 1000, 900.0), model="o3", needed=107, headers=())
    assert "on tokens per min (TPM): Limit 1000, Used 900, Requested 107. Please try again in 420ms." in str(
        tokens
    )
    assert tokens.headers == (("retry-after", "1"), ("retry-after-ms", "420"))


def test_what_is_larger_than_the_limit_is_told_no_time() -> None:
    error = reached(Level("tokens", 100, 0.0), model="gpt-4o", needed=250, headers=())
    assert error.message.startswith(
        "Request too large for gpt-4o in organization org-mockopenai on tokens per min (TPM): "
        "Limit 100, Requested 250. The input or output tokens must be reduced in order to run successfully."
    )
    assert error.headers == ()


def test_what_is_just_there_is_enough_and_needs_no_wait() -> None:
    level = Level("requests", 3, 2.0000000001)
    assert level.remaining == 1
    assert level.wait_s(1) == 0
    assert level.wait_s(2) == pytest.approx(20)
