"""A sentence that is too long is cut where it hurts least, and a character that people see stays whole."""

from __future__ import annotations

import pytest

from ingest.splitting.boundaries import forced_break, unit_breaks


def cut(text: str, stop: int) -> tuple[str, str]:
    place = forced_break(text, 0, stop)
    return text[: place.end], text[place.start :]


def test_the_end_of_a_line_comes_first_then_of_a_clause_then_of_a_word() -> None:
    assert cut("alpha beta gamma\ndelta, epsilon zeta", 26) == ("alpha beta gamma", "delta, epsilon zeta")
    assert cut("alpha beta gamma, delta epsilon zeta", 26) == ("alpha beta gamma,", "delta epsilon zeta")
    assert cut("alpha beta gamma delta epsilon zeta", 26) == ("alpha beta gamma delta", "epsilon zeta")


def test_a_clause_that_would_leave_most_of_the_room_empty_is_no_place_to_cut() -> None:
    assert cut("one, two three four five six seven", 25) == ("one, two three four five", "six seven")


def test_a_long_word_follows_the_last_white_space_whole() -> None:
    assert cut("one two " + "x" * 30, 30) == ("one two", "x" * 30)


def test_text_without_white_space_is_cut_between_words_and_then_anywhere() -> None:
    assert cut("/usr/local/lib/python/site-packages", 25) == ("/usr/local/lib/python/", "site-packages")
    assert cut("x" * 30, 20) == ("x" * 20, "x" * 10)


@pytest.mark.parametrize(
    "grapheme",
    [
        "e\u0301",
        "👩‍👩‍👧‍👦",
        "🏳️‍🌈",
        "🇩🇪",
        "👍🏽",
        "❤️",
        "1️⃣",
        "क्षि",
        "நி",
        "กำ",
        "ที่",
        "ខ្មែ",
        "각",
        "\u1100\u1161\u11a8",
        "葛\U000e0100",
    ],
)
def test_a_grapheme_is_never_cut(grapheme: str) -> None:
    text = grapheme * 20
    for stop in range(len(grapheme), len(text) - 1):
        before, after = cut(text, stop)
        assert before == grapheme * (stop // len(grapheme))
        assert before + after == text


def test_a_grapheme_longer_than_the_room_is_cut_between_its_characters() -> None:
    assert cut("e" + "\u0301" * 40, 20) == ("e" + "\u0301" * 19, "\u0301" * 21)


def test_lines_are_the_units_of_code_and_rows_those_of_a_table() -> None:
    text = "def f():\n    return 1  \n\n\ndef g():\n\treturn 2"
    found = [(place.end, place.start) for place in unit_breaks(text, "code", 0, len(text) - 1)]
    assert [text[end:start] for end, start in found] == ["\n    ", "  \n\n\n", "\n\t"]
    assert [place.end for place in unit_breaks("| a. B |\n| c |", "table", 0, 12)] == [8]
