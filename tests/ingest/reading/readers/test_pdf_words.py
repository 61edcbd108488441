"""Words and lines of PDFs whose fonts and programs describe them oddly: heights, hyphens, blanks, raised letters."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingest.reading.readers.files import assemble_pdf, read_bytes
from tests.ingest.reading.readers.pdfpages import Sheet

WIDTHS = b" ".join([b"556"] * 256)


def _page(content: bytes, *, about_font: bytes = b"", descriptor: bytes = b"") -> bytes:
    """A PDF of one page in a font described so; ` 7 0 R` is its descriptor."""
    return assemble_pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count 1/Kids[5 0 R]>>",
            b"<</Type/Font/Subtype/TrueType/BaseFont/Cambria/FirstChar 0/LastChar 255/Widths[%s]%s>>"
            % (WIDTHS, about_font),
            b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 3 0 R>>>>>>",
            b"<<>>",
            b"<</Type/FontDescriptor/FontName/Cambria/Flags 32/FontBBox[-1475 -2463 2868 3117]/StemV 80"
            b"/ItalicAngle 0%s>>" % descriptor,
            b"<<>>",
        ]
    )


def _rows(*rows: tuple[str, ...]) -> bytes:
    drawn = [
        b"BT /F1 10 Tf %d %d Td (%s) Tj ET" % (72 + 140 * column, 700 - 14 * number, cell.encode())
        for number, row in enumerate(rows)
        for column, cell in enumerate(row)
    ]
    return b"\n".join(drawn)


def test_rows_that_are_alike_stay_though_their_font_says_it_is_four_times_as_high(tmp_path: Path) -> None:
    rows = [("Class", "First", "Second"), ("E1", "QM", "QM"), ("E2", "QM", "A")]
    height = b"/Ascent 3117/Descent -2463"
    pdf = _page(_rows(*rows), about_font=b"/FontDescriptor 7 0 R", descriptor=height)
    assert read_bytes(tmp_path, "a.pdf", pdf).text.splitlines() == [
        "Class: E1; First: QM; Second: QM",
        "Class: E2; First: QM; Second: A",
    ]


def test_a_soft_hyphen_that_is_drawn_is_a_minus(tmp_path: Path) -> None:
    encoding = b"/Encoding<</Type/Encoding/BaseEncoding/WinAnsiEncoding/Differences[45/sfthyphen]>>"
    rows = [("Sum", "-5.15"), ("Tax", "-1.24"), ("In all", "-6.39")]
    assert read_bytes(tmp_path, "a.pdf", _page(_rows(*rows), about_font=encoding)).text.splitlines() == [
        "Sum | -5.15",
        "Tax | -1.24",
        "In all | -6.39",
    ]


def test_a_blank_set_back_into_a_ligature_parts_no_word(tmp_path: Path) -> None:
    encoding = b"/Encoding<</Type/Encoding/BaseEncoding/WinAnsiEncoding/Differences[1/fl]>>"
    content = b"BT /F1 12 Tf 72 700 Td [(Zur Verzwei\001)556( ung der Forscher)] TJ ET"
    assert read_bytes(tmp_path, "a.pdf", _page(content, about_font=encoding)).text == "Zur Verzweiflung der Forscher"


def test_numbers_within_a_list_are_no_numbers_of_lines(tmp_path: Path) -> None:
    sheet = Sheet()
    for page in range(3):
        sheet.line(f"Class {page} of the show", left=60)
        for rank in range(1, 13):
            sheet.line(str(rank), left=100, y=sheet.y)
            sheet.line(f"Rabbit {page * 12 + rank} of the yard", left=160)
        sheet.line("Judged by Tracy", left=60)
        sheet.line("in the hall", left=60)
        sheet.next_page()
    text = read_bytes(tmp_path, "a.pdf", sheet.data()).text
    assert "7 Rabbit 19 of the yard" in text.replace(" | ", " ")


def test_lines_set_to_the_right_are_one_paragraph(tmp_path: Path) -> None:
    sheet = Sheet()
    for text in (
        "In my old Granny's days, long ago, Carland was just",
        "a collection of bogs, and pools of water lay",
        "In the hollows and little green rivulets.",
    ):
        sheet.canvas.setFont("Helvetica", 11)
        sheet.canvas.drawRightString(500, sheet.y, text)
        sheet.gap()
    assert "\n" not in read_bytes(tmp_path, "a.pdf", sheet.data()).text


def test_a_date_and_a_sum_make_no_row_of_a_paragraph(tmp_path: Path) -> None:
    sheet = Sheet()
    for text in (
        "The bank said on the day",
        "26 September 2023 at noon",
        "that 12 or 14 of its bonds",
        "will be made larger.",
    ):
        sheet.line(text)
    assert "\n" not in read_bytes(tmp_path, "a.pdf", sheet.data()).text


def test_a_bracket_alone_belongs_to_the_code_around_it(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.line("The loop below reads all lines of the file, until there are none left to be read.")
    sheet.gap()
    for line in ("while (line) {", "  if (last) {", "    break;", "  }", "}", "close(file);"):
        sheet.line(line, font="Courier", size=10)
    kinds = [block.kind for block in read_bytes(tmp_path, "a.pdf", sheet.data()).blocks]
    assert kinds == ["paragraph", "code"]


@pytest.mark.parametrize(
    ("before", "raised", "after", "shown"),
    [
        ("Patrick Lane", "a,c", ", Alice Best", "Patrick Lane [a,c], Alice Best"),
        ("over GF(p", "m", ") is fast", "over GF(p^m) is fast"),
        ("a size of 2", "n", " at most", "a size of 2^n at most"),
        ("a loss of 24.9", "a", " in May", "a loss of 24.9 [a] in May"),
        ("on the 1", "st", " of May", "on the 1st of May"),
        ("a volta da 2", "a", " guerra", "a volta da 2a guerra"),
    ],
)
def test_raised_letters_are_marks_and_powers(tmp_path: Path, before: str, raised: str, after: str, shown: str) -> None:
    sheet = Sheet()
    text = sheet.canvas.beginText(72, 700)
    for piece, size, rise in ((before, 12, 0), (raised, 7, 5), (after, 12, 0)):
        text.setFont("Times-Roman", size)
        text.setRise(rise)
        text.textOut(piece)
    sheet.canvas.drawText(text)
    assert read_bytes(tmp_path, "a.pdf", sheet.data()).text == shown


@pytest.mark.parametrize(
    "stated",
    [
        "doi:10.1016/j.jhydrol.2005.01.006",
        "https://en.wikipedia.org/wiki/Gutnish",
        "127.0.0.1:3003/api/8bcd",
        "0000320193-22-000070",
        "Conto - Gruppo.xlsm",
    ],
)
def test_addresses_and_numbers_are_no_titles(tmp_path: Path, stated: str) -> None:
    sheet = Sheet()
    sheet.canvas.setTitle(stated)
    sheet.line("Flow of rivers", size=20)
    sheet.line("A river flows by day and by night, and nobody knows why it should do so.")
    assert read_bytes(tmp_path, "a.pdf", sheet.data()).title == "Flow of rivers"


def test_a_capital_over_two_lines_makes_no_heading(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.line("The generals", size=16)
    sheet.gap()
    sheet.line("G", size=30, y=sheet.y)
    sheet.line("enerals are known to be brave men, and some of them", left=96)
    sheet.line("are known to be wise men as well, which is rarer,", left=96)
    sheet.line("so that an army may well be led by neither of them.")
    document = read_bytes(tmp_path, "a.pdf", sheet.data())
    assert [block.name for block in document.blocks if block.level] == ["The generals"]
