"""Texts are cut like a model sends them, and no character is torn."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.wire.pieces import SLAB_PIECES, pieces, slabs


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("", []),
        ("Hello, World!", ["Hello", ",", " World", "!"]),
        ("a conversation", ["a", " conver", "sation"]),
        ("in 12345 days", ["in", " 123", "45", " days"]),
        ("a\n\nb", ["a", "\n\n", "b"]),
        ("a   b", ["a", "  ", " b"]),
        ("e\u0301te\u0301", ["e\u0301te\u0301"]),
        ("🇩🇪🇫🇷", ["🇩🇪", "🇫🇷"]),
        ("x 👨‍👩‍👧", ["x", " 👨‍👩‍👧"]),
        ("👍🏽", ["👍🏽"]),
        ("\u200d", ["\u200d"]),
    ],
)
def test_a_text_is_cut_like_this(text: str, cut: list[str]) -> None:
    assert pieces(text) == cut


@given(st.text() | st.text("ab 1,\n\r\té\u0301👍🏽\u200d🇩🇪한_"))
def test_pieces_add_up_and_are_short_and_whole(text: str) -> None:
    cut = pieces(text)
    assert "".join(cut) == text
    assert all(cut)
    for piece in cut[1:]:
        assert not unicodedata.combining(piece[0])
        assert piece[0] not in "\u200d🏽"


def test_pieces_are_about_four_characters() -> None:
    text = "The quick brown fox jumps over the lazy dog, and then it rests for a while. " * 20
    assert 3 < len(text) / len(pieces(text)) < 6


@pytest.mark.parametrize("text", ["", "short", "word " * 20_000, "wörd " * 20_000])
def test_a_long_text_is_cut_slab_by_slab_into_the_same_pieces(text: str) -> None:
    cut = list(slabs(text))
    assert [piece for slab in cut for piece in slab] == pieces(text)
    assert max(map(len, cut), default=0) <= SLAB_PIECES
    assert len(cut) > 1 or len(text) < 10
