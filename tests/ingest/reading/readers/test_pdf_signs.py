"""Text of PDFs that is printed twice, without blanks, with marks in tight lines, in lists; and what makes a title."""

from __future__ import annotations

from pathlib import Path

import pytest
from reportlab.pdfbase.pdfmetrics import stringWidth

from corpus.errors import DocumentUnreadable
from ingest.reading.readers.pdf.letterspacing import is_glued
from tests.ingest.reading.readers.files import outline, read_bytes
from tests.ingest.reading.readers.pdfpages import LEFT, Sheet

BODY = [f"Line {number} of a paragraph that is long enough to be text of the page," for number in range(8)]


def _pieces(sheet: Sheet, pieces: list[str], *, off: float) -> None:
    """A line in pieces, drawn a little off its place."""
    left = LEFT + off
    for piece in pieces:
        sheet.line(piece, left=left, y=sheet.y)
        left += stringWidth(piece, "Helvetica", 11)


@pytest.mark.parametrize(
    "again",
    [
        ["Annual Rep", "ort of the Soc", "iety"],
        ["Annual", " Report", " of the ", "Society"],
        [*"Annual Report of the Society"],
    ],
)
def test_a_line_printed_a_second_time_in_other_pieces_is_read_once(tmp_path: Path, again: list[str]) -> None:
    sheet = Sheet()
    _pieces(sheet, ["Annual ", "Report of the Society"], off=0)
    _pieces(sheet, again, off=0.3)
    sheet.gap()
    sheet.line("All books of the year, and a bookkeeper who sees 100 of them.")
    assert read_bytes(tmp_path, "a.pdf", sheet.data()).text.split("\n\n") == [
        "Annual Report of the Society",
        "All books of the year, and a bookkeeper who sees 100 of them.",
    ]


def test_a_page_printed_a_second_time_is_read_once(tmp_path: Path) -> None:
    sheet = Sheet()
    for off in (0.0, 0.4):
        sheet.line("Total due", left=72 + off, y=700)
        sheet.line("14 francs", left=200 + off, y=700)
        sheet.line("The text goes on.", left=72 + off, y=670)
        sheet.line("Total", left=72 + off, y=640)
        sheet.line("paid", left=99 + off, y=640)
    text = read_bytes(tmp_path, "a.pdf", sheet.data()).text
    assert [text.count(words) for words in ("due", "francs", "goes on", "paid")] == [1, 1, 1, 1]


def test_items_that_are_numbered_on_are_items_however_long_the_first_is(tmp_path: Path) -> None:
    sheet = Sheet()
    for item in ("1. A budget for what is new, which all approved", "2. The launch", "3. Two to be hired"):
        sheet.line(item)
    assert [kind for kind, _ in outline(read_bytes(tmp_path, "a.pdf", sheet.data()))] == ["list_item"] * 3


def test_letters_of_a_font_of_symbols_before_lines_are_bullets(tmp_path: Path) -> None:
    sheet = Sheet()
    for item in ("Health", "Home", "Indoor ways"):
        sheet.line("n", font="ZapfDingbats", left=60, y=sheet.y)
        sheet.line(item, left=76)
    assert [kind for kind, _ in outline(read_bytes(tmp_path, "a.pdf", sheet.data()))] == ["list_item"] * 3


def test_marks_of_notes_are_told_in_lines_whose_boxes_reach_over_each_other(tmp_path: Path) -> None:
    sheet = Sheet()
    for number in range(4):
        sheet.line("Materials for purposes of all kinds and of no use to anybody at all", y=700 - 10 * number)
    sheet.line("purposes.", y=660)
    sheet.line("1", size=6, left=LEFT + stringWidth("purposes.", "Helvetica", 11) + 0.5, y=664.5)
    sheet.line(" Despite the report of all", left=LEFT + stringWidth("purposes.", "Helvetica", 11) + 4, y=660)
    assert "purposes. [1] Despite" in read_bytes(tmp_path, "a.pdf", sheet.data()).text


def test_words_with_narrow_blanks_between_them_are_told_apart(tmp_path: Path) -> None:
    words = ["The", "quick", "brown", "fox", "jumps", "over", "the", "lazy", "dog", "and", "runs", "on"]
    sheet = Sheet()
    for _ in range(3):
        left = LEFT
        for word in words:
            sheet.line(word, left=left, y=sheet.y)
            left += stringWidth(word, "Helvetica", 11) + 1.4
        sheet.gap()
    assert read_bytes(tmp_path, "a.pdf", sheet.data()).text == " ".join(words * 3)


@pytest.mark.parametrize("word", ["https://example.org/Donaudampfschifffahrt", "x" * 20 + "1" * 20, "a short one"])
def test_an_address_is_no_line_without_blanks(word: str) -> None:
    assert not is_glued(word)


@pytest.mark.parametrize("off", [3, -4])
def test_a_font_whose_blanks_are_moved_as_its_letters_are_is_noise(tmp_path: Path, off: int) -> None:
    sheet = Sheet()
    for text in BODY:
        sheet.line("".join(chr(ord(sign) + off) if ord(sign) + off > 32 else "~" for sign in text))
    with pytest.raises(DocumentUnreadable, match="noise"):
        read_bytes(tmp_path, "a.pdf", sheet.data())


def test_names_in_bold_are_no_headings_and_a_line_before_text_is(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.line("Prepared for:")
    for name in ("Anton Arapov", "Matt Caswell"):
        sheet.line(name, font="Helvetica-Bold")
    sheet.line("The Society")
    sheet.gap()
    sheet.line("Scope of the rules", font="Helvetica-Bold")
    for text in BODY:
        sheet.line(text)
    found = outline(read_bytes(tmp_path, "a.pdf", sheet.data()))
    assert [text for kind, text in found if kind.startswith("heading")] == ["Scope of the rules"]


def test_a_section_behind_much_text_is_no_title_however_large(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.line("The Keeping of Bees", size=15, font="Helvetica-Bold")
    for text in BODY:
        sheet.line(text)
    sheet.gap()
    sheet.line("Hives", size=20, font="Helvetica-Bold")
    for text in BODY:
        sheet.line(text)
    assert read_bytes(tmp_path, "a.pdf", sheet.data()).title == "The Keeping of Bees"


@pytest.mark.parametrize(
    ("stated", "title"),
    [
        ("Rules of 2020 - Google Docs", "Rules of 2020"),
        ("Rules of 2020 [Compatibility Mode]", "Rules of 2020"),
        ("Rules - v2 - ours", "The Keeping of Bees"),
        ("BMA150 data sheet", "The Keeping of Bees"),
        ("Data sheet", "Data sheet"),
    ],
)
def test_what_a_program_adds_to_a_title_goes_and_so_does_one_of_another_file(
    tmp_path: Path, stated: str, title: str
) -> None:
    sheet = Sheet()
    sheet.canvas.setTitle(stated)
    sheet.line("The Keeping of Bees", size=20)
    for text in BODY:
        sheet.line(text)
    assert read_bytes(tmp_path, "a.pdf", sheet.data()).title == title


def test_a_title_over_four_lines_is_one_heading(tmp_path: Path) -> None:
    sheet = Sheet()
    lines = ["Repeatable Benchmarking:", "The Use of Long Titles", "in Papers of the Society", "of Geneva"]
    for text in lines:
        sheet.line(text, size=20)
    for text in BODY:
        sheet.line(text)
    assert outline(read_bytes(tmp_path, "a.pdf", sheet.data()))[0] == ("heading1", " ".join(lines))
