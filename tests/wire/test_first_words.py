"""The one line by which a list tells replies from each other."""

import pytest

from apps.wire.first_words import WORDS_MAX, first_words


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"content": " Two\\n  lines\\u0000 "}', "Two lines"),
        (b'{"choices": [{"message": {"content": "whole"}}]}', "whole"),
        (b'{"choices": [{"message": {"content": null, "refusal": "No."}}]}', "No."),
        (b'{"refusal": "I cannot."}', "I cannot."),
        (
            b'{"tool_calls": [{"function": {"name": "pay", "arguments": "{\\"id\\": 17}"}}]}',
            'pay({"id": 17})',
        ),
        (b'{"tool_calls": [{"name": "a", "arguments": {"x": 1}}, {"name": "b"}]}', 'a({"x":1}), b()'),
        (b'{"tool_calls": [7, {"function": null}], "x": 1}', "?()"),
        (b'{"error": {"message": "Slow down", "code": "rate_limit"}}', "Slow down"),
        (b'{"error": "plain"}', "plain"),
        (b'{"content": ["a part"]}', '{"content": ["a part"]}'),
        (b'{"choices": [7], "message": 7, "error": null}', '{"choices": [7], "message": 7, "error": null}'),
        (b'{"data":  [1,\n 2]}', '{"data": [1, 2]}'),
        (b"no JSON \xff", "no JSON \N{REPLACEMENT CHARACTER}"),
        (b"", ""),
    ],
)
def test_it_is_what_the_reply_says_or_how_it_begins(body: bytes, words: str) -> None:
    assert first_words(body) == words


def test_a_long_text_is_cut_and_shows_it() -> None:
    words = first_words(b'{"content": "%s"}' % (b"word " * 1_000_000))
    assert len(words) == WORDS_MAX
    assert words.endswith("…")
    assert len(first_words(b"x" * 1_000_000)) == WORDS_MAX
