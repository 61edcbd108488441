"""What others wrote beside a text, in our terms; what is not what its name says stays a field of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from corpus.tokens import Cl100kTokenizer
from ingest.adopting.document_assembly import assembled
from ingest.adopting.foreign_fields import Piece, counted_from, numbered, piece_of

LONG = "The seal of the second engine is made of rubber and lasts two years. "


def piece(number: int = 0, **metadata: Any) -> Piece:
    given = {"source": "/docs/a.pdf", **metadata}
    return piece_of(f"id-{number}", number, given, collection="theirs", root=Path("/docs"))


@pytest.mark.parametrize(
    ("metadata", "page", "label"),
    [
        ({"page": 3}, 3, ""),
        ({"page": 3, "page_label": "iv"}, 3, "iv"),
        ({"page_label": "7"}, None, "7"),
        ({"page_number": 5, "page_label": "x"}, None, "5"),
        ({"page": -1}, None, ""),
        ({"page": True}, None, ""),
    ],
)
def test_pages_are_taken_as_they_were_written(metadata: dict[str, Any], page: int | None, label: str) -> None:
    assert (piece(**metadata).page, piece(**metadata).page_label) == (page, label)


def test_a_label_that_is_not_a_number_stays_a_field_where_there_is_no_page() -> None:
    assert piece(page_label="iv").fields == {"page_label": "iv"}
    assert piece(page="three").fields == {"page": "three"}


@pytest.mark.parametrize(
    ("metadata", "heading"),
    [
        ({"header_path": "/Pumps/Seals/"}, "Pumps > Seals"),
        ({"Header 2": "Seals", "Header 1": "Pumps"}, "Pumps > Seals"),
        ({"header_path": "/"}, None),
        ({}, None),
    ],
)
def test_headings_are_one_path(metadata: dict[str, Any], heading: str | None) -> None:
    assert piece(**metadata).heading == heading


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ("/docs/b/../a.pdf", "a.pdf"),
        ("/elsewhere/a.pdf", "/elsewhere/a.pdf"),
        ("https://example.com/a", "https://example.com/a"),
        ("s3://bucket/a.pdf", "s3://bucket/a.pdf"),
    ],
)
def test_a_source_is_named_as_ingest_add_names_it(source: str, named: str) -> None:
    assert piece(source=source).source == named


def test_where_pages_are_counted_from_is_told_by_labels_or_by_a_zero() -> None:
    assert counted_from([piece(page=1), piece(page=2)]) == 1
    assert counted_from([piece(page=0), piece(page=1)]) == 0
    assert counted_from([piece(page=4), piece(page=5)]) == 0
    assert counted_from([piece(page=1, page_label="1"), piece(page=2, page_label="2")]) == 1
    assert counted_from([piece(page=0, page_label="1"), piece(page=1, page_label="2")]) == 0
    assert numbered(piece(page=0), first=0).page == 1
    assert numbered(piece(page_label="7"), first=1).page == 7
    assert numbered(piece(page_label="0"), first=1).page is None


def spans(*pieces: Piece, texts: list[str]) -> list[tuple[int, int]]:
    given = {each.record_id: text for each, text in zip(pieces, texts, strict=True)}
    made = assembled(
        list(pieces), given, tokenizer=Cl100kTokenizer(), ingested_at="2026-11-28T00:00:00+00:00", access=()
    )
    return [(chunk.start, chunk.end) for chunk in made.chunks]


def test_pieces_lie_where_they_say_if_that_is_true_else_where_they_overlap_else_apart() -> None:
    first, second = LONG, LONG[30:] + "It costs two euros."
    ends = len(first), 30 + len(second)
    assert spans(piece(0, start_index=0), piece(1, start_index=30), texts=[first, second]) == [
        (0, ends[0]),
        (30, ends[1]),
    ]
    # What it says is not true, or it says nothing: the words that end one and begin the other tell.
    assert spans(piece(0, start_index=0), piece(1, start_index=5), texts=[first, second]) == [
        (0, ends[0]),
        (30, ends[1]),
    ]
    assert spans(piece(0), piece(1), texts=[first, second]) == [(0, ends[0]), (30, ends[1])]
    apart = "Another matter altogether, with nothing in common."
    assert spans(piece(0), piece(1), texts=[first, apart])[1] == (len(first) + 2, len(first) + 2 + len(apart))
    assert spans(piece(0, page=1), piece(1, page=2), texts=[first, second])[1][0] == len(first) + 2
