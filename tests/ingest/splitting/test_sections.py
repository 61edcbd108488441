"""What stands under one heading is cut by itself; what is too small for that is joined with its neighbours."""

from __future__ import annotations

from dataclasses import replace

from corpus.tokens import Cl100kTokenizer
from ingest.reading.document import Document
from ingest.splitting.sections import sections
from ingest.splitting.token_counts import TokenCounts
from tests.ingest.documents import Part, document_of, heading, paragraph

LONG = paragraph("This paragraph has a good number of words, enough not to be joined with another one. " * 3)
SHORT = paragraph("A few words.")


def found(*parts: Part, join_tokens: int = 30) -> list[tuple[str | None, int]]:
    """The heading of each section and how many blocks it has."""
    document: Document = document_of(parts)
    lengths = TokenCounts(document.text, Cl100kTokenizer())
    return [
        (section.heading, section.last - section.first + 1)
        for section in sections(document, lengths, join_tokens=join_tokens)
    ]


def test_a_section_is_known_by_the_headings_above_it() -> None:
    assert found(LONG, heading("A"), LONG, heading("B", 2), LONG, LONG, heading("C", 2), LONG, heading("D"), LONG) == [
        (None, 1),
        ("A", 2),
        ("A > B", 3),
        ("A > C", 2),
        ("D", 2),
    ]


def test_levels_may_be_left_out_and_names_may_be_missing() -> None:
    assert found(heading("A", 2), LONG, heading("B", 5), LONG, heading("", 3), LONG, heading("C"), LONG) == [
        ("A", 2),
        ("A > B", 2),
        ("A", 2),
        ("C", 2),
    ]


def test_a_heading_without_text_goes_to_the_text_that_follows() -> None:
    assert found(heading("A"), heading("B", 2), LONG, heading("C", 2), heading("D", 2), LONG) == [
        ("A > B", 3),
        ("A > D", 3),
    ]


def test_small_neighbours_are_joined_under_the_headings_they_share() -> None:
    small = (heading("B", 2), SHORT, heading("C", 2), SHORT, heading("D", 2), SHORT)
    assert found(heading("A"), *small) == [("A", 7)]
    assert found(heading("A"), LONG, *small) == [("A", 2), ("A", 6)]
    assert found(heading("A"), SHORT, heading("B", 2), LONG) == [("A", 2), ("A > B", 2)]


def test_small_neighbours_under_different_headings_stay_apart() -> None:
    first = (heading("A"), LONG, heading("B", 2), SHORT)
    assert found(*first, heading("C"), LONG) == [("A", 2), ("A > B", 2), ("C", 2)]
    assert found(*first, heading("C"), heading("D", 2), SHORT) == [("A", 2), ("A > B", 2), ("C > D", 3)]


def test_a_last_heading_that_nothing_follows_stays_with_what_is_above_it() -> None:
    assert found(heading("A"), SHORT, heading("B", 2)) == [("A", 3)]
    assert found(heading("A"), LONG, heading("B", 2)) == [("A", 2), ("A > B", 1)]
    assert found(heading("A")) == [("A", 1)]
    assert found() == []


def test_nothing_reaches_from_one_slide_into_the_next() -> None:
    parts = (heading("One"), SHORT, heading("Two"), SHORT, SHORT, heading("Four"))
    document = document_of(parts)
    starts = (0, document.blocks[2].start, document.blocks[4].start, document.blocks[5].start)
    deck = replace(document, page_starts=starts, slide_starts=starts)
    lengths = TokenCounts(deck.text, Cl100kTokenizer())
    cut = [(each.heading, each.first, each.last) for each in sections(deck, lengths, join_tokens=1000)]
    assert cut == [("One", 0, 1), ("Two", 2, 3), (None, 4, 4), ("Four", 5, 5)]
    paged = replace(deck, slide_starts=())
    assert len(sections(paged, lengths, join_tokens=1000)) == 1


def test_slides_are_not_joined() -> None:
    show = document_of((heading("A"), SHORT, heading("B"), SHORT))
    lengths = TokenCounts(show.text, Cl100kTokenizer())
    starts = tuple(block.start for block in show.blocks if block.kind == "heading")
    slides = sections(replace(show, page_starts=starts), lengths, join_tokens=30)
    assert [section.heading for section in slides] == ["A", "B"]
    assert [section.heading for section in sections(show, lengths, join_tokens=30)] == [None]
