"""Text from outside, before it may come near a terminal."""

import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.protocol.text import LONGEST, MOST_MARKS, clean


@pytest.mark.parametrize(
    "text", ["", "BTCUSDT", "1000SATSUSDT", "币安人生USDT", "測試", "é", "BTCUSD_260925", "a b [c]"]
)
def test_harmless_text_stays(text: str) -> None:
    """Symbols of all scripts, spaces and markup are left as they are."""
    assert clean(text) == text


@pytest.mark.parametrize(
    "character",
    [
        *map(chr, (*range(0x20), 0x7F, *range(0x80, 0xA0))),
        *"\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a\u202e\u2066\u2069\u2028\u2029\u00a0\u3000",
        *"\ufe0f\u034f\u3164\u115f\u180e\u2800\U000e0041\U000e0100\ue000\ud800",
    ],
    ids=ascii,
)
def test_what_steers_or_hides_is_shown(character: str) -> None:
    """Control, direction, zero-width, blank and unprintable characters become a visible mark."""
    assert clean(f"a{character}b") == "a�b"


def test_every_character_is_shown_as_itself_or_as_a_mark() -> None:
    """Whatever character comes alone, what is left of it is printable."""
    for point in range(sys.maxunicode + 1):
        assert clean(chr(point)).isprintable()


def test_marks_do_not_pile_up() -> None:
    """Two marks on one character are enough for any language; more would cover the neighbours."""
    assert clean("q" + "\u0323" * 9 + "x" + "\u20dd" * 9) == "q\u0323\u0323x\u20dd\u20dd"


def test_long_text_is_cut() -> None:
    """What is longer than its room ends in an ellipsis."""
    assert clean("a" * 64) == "a" * 64
    assert clean("a" * 65) == "a" * 63 + "…"
    assert clean("币" * 10, 4) == "币币币…"


def test_long_text_that_is_mostly_marks_is_cut() -> None:
    """A cut is shown also where little is left of a long text."""
    assert clean("a" + "\u0301" * 1_000_000) == "á\u0301\u0301…"


@given(st.text(max_size=400))
@settings(derandomize=True, max_examples=300)
def test_clean_text_is_clean(text: str) -> None:
    """Whatever comes, what is left is printable, short, and not cleaned any further."""
    cleaned = clean(text)

    assert cleaned.isprintable()
    assert len(cleaned) <= LONGEST
    assert clean(cleaned) == cleaned
    kinds = "".join(unicodedata.category(character)[0] for character in cleaned)
    assert "M" * (MOST_MARKS + 1) not in kinds
