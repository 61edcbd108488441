from __future__ import annotations

from pathlib import Path

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption

from corpus.errors import DocumentEmpty, DocumentUnreadable
from tests.ingest.reading.readers.files import assemble_pdf, outline, pdf, read_all, read_bytes
from tests.ingest.reading.readers.pdfpages import Sheet

LONG = "The pump moves water from the well to the house, all day"


def test_pages_are_told_apart(tmp_path: Path) -> None:
    document = read_bytes(tmp_path, "a.pdf", pdf(["The first page."], [], ["The third page."], info={"Title": "Pumps"}))
    assert document.title == "Pumps"
    assert document.text == "The first page.\n\nThe third page."
    assert [document.text[start:][:9] for start in document.page_starts] == ["The first", "The third", "The third"]


def test_wrapped_lines_are_one_paragraph_and_gaps_part_two(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.line(f"{LONG}, and in the eve-")
    sheet.line("ning it rests. Then the well fills again, slowly, until noon")
    sheet.line("or later.")
    sheet.gap()
    sheet.line("Another paragraph begins here, and it is long enough to wrap")
    sheet.line("as well.")
    assert outline(read_bytes(tmp_path, "a.pdf", sheet.data())) == [
        (
            "paragraph",
            f"{LONG}, and in the evening it rests. Then the well fills again, slowly, until noon or later.",
        ),
        ("paragraph", "Another paragraph begins here, and it is long enough to wrap as well."),
    ]


def test_a_compound_that_the_document_knows_keeps_its_hyphen(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.line("A well-known pump is better than one that is not so well-")
    sheet.line("known by far.")
    assert "so well-known by far" in read_bytes(tmp_path, "a.pdf", sheet.data()).text


def test_large_and_bold_lines_are_headings(tmp_path: Path) -> None:
    sheet = Sheet()
    for title, parts in (("Pumps", ["Parts", "Care"]), ("Pipes", ["Length"])):
        sheet.line(title, size=20)
        for part in parts:
            sheet.line(part, font="Helvetica-Bold")
            for _ in range(4):
                sheet.line(LONG + ".")
            sheet.gap()
    document = read_bytes(tmp_path, "a.pdf", sheet.data())
    headings = [(block.level, block.name) for block in document.blocks if block.level]
    assert headings == [(1, "Pumps"), (2, "Parts"), (2, "Care"), (1, "Pipes"), (2, "Length")]
    assert document.title == "Pumps"


def test_the_outline_says_what_is_a_heading(tmp_path: Path) -> None:
    sheet = Sheet()
    for number, (title, shown) in enumerate([("1: Pumps", "CHAPTER ONE: Pumps"), ("Pipes", "Pipes")]):
        sheet.canvas.bookmarkPage(title)
        sheet.canvas.addOutlineEntry(title, title, level=number)
        sheet.line(shown)
        sheet.line(LONG + ".")
        sheet.next_page()
    document = read_bytes(tmp_path, "a.pdf", sheet.data())
    assert [(block.level, block.name) for block in document.blocks if block.level] == [
        (1, "CHAPTER ONE: Pumps"),
        (2, "Pipes"),
    ]


def test_running_heads_and_page_numbers_are_left_out_and_sentences_cross_pages(tmp_path: Path) -> None:
    sheet = Sheet()
    for number in range(1, 7):
        sheet.line("HANDBOOK OF PUMPS", y=760)
        sheet.line(f"Page {number} of 6", y=30, left=280)
        sheet.line(f"{LONG} of day {number}, and")
        sheet.line("then it goes on with its work, by night and day, on the following page where")
        sheet.next_page()
    document = read_bytes(tmp_path, "a.pdf", sheet.data())
    assert "HANDBOOK" not in document.text
    assert "of 6" not in document.text
    assert "following page where The pump" in document.text
    assert [document.text[start : start + 8] for start in document.page_starts] == ["The pump"] * 6


def test_pages_that_are_alike_are_no_running_heads(tmp_path: Path) -> None:
    text = read_bytes(
        tmp_path, "a.pdf", pdf(*[[f"Dear customer {number},", "we thank you."] for number in range(9)])
    ).text
    assert text.count("Dear customer") == 9


def test_rows_of_figures_name_their_columns(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.line("Sales of pumps in the years in which they were sold, by place:")
    sheet.gap()
    for row in (("Place", "2020", "2021"), ("East", "1,200", "1,300"), ("West", "800", "950")):
        for column, cell in enumerate(row):
            sheet.line(cell, left=72 + 120 * column, y=sheet.y)
        sheet.y -= 14
    assert outline(read_bytes(tmp_path, "a.pdf", sheet.data()))[-1] == (
        "table",
        "Place: East; 2020: 1,200; 2021: 1,300\nPlace: West; 2020: 800; 2021: 950",
    )


def test_code_keeps_its_lines_and_indentation(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.line(LONG + ".")
    for text, left in (("def pump():", 72), ("return water", 72 + 4 * 6.6)):
        sheet.line(text, font="Courier", left=left)
    sheet.line(LONG + ".")
    assert ("code", "def pump():\n    return water") in outline(read_bytes(tmp_path, "a.pdf", sheet.data()))


def test_a_table_of_contents_loses_its_dots(tmp_path: Path) -> None:
    document = read_bytes(tmp_path, "a.pdf", pdf(["Pumps ................ 3", "Pipes . . . . . . . . . 12"]))
    assert outline(document) == [("list_item", "Pumps … 3"), ("list_item", "Pipes … 12")]


def test_form_values_are_read(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.line("Name:")
    sheet.canvas.acroForm.textfield(name="name", tooltip="Your name", value="Ann Example", x=120, y=700)
    assert "Your name: Ann Example" in read_bytes(tmp_path, "a.pdf", sheet.data()).text


def test_the_empty_password_is_tried_first_and_a_given_one_next(tmp_path: Path) -> None:
    owned = Sheet(encryption=StandardEncryption("", "owner", strength=128))
    owned.line("Opens for all.")
    assert read_bytes(tmp_path, "a.pdf", owned.data()).text == "Opens for all."
    locked = Sheet(encryption=StandardEncryption("secret", "owner", strength=128))
    locked.line("Opens for some.")
    data = locked.data()
    assert read_bytes(tmp_path, "a.pdf", data, password="secret").text == "Opens for some."
    with pytest.raises(DocumentUnreadable, match="--password"):
        read_bytes(tmp_path, "a.pdf", data)
    with pytest.raises(DocumentUnreadable, match="does not open"):
        read_bytes(tmp_path, "a.pdf", data, password="wrong")


def test_a_pdf_without_pages_is_not_called_locked_after_one_that_is(tmp_path: Path) -> None:
    locked = Sheet(encryption=StandardEncryption("secret", "owner", strength=128))
    locked.line("Opens for some.")
    for data, message in ((locked.data(), "locked"), (pdf(), "damaged")):
        with pytest.raises(DocumentUnreadable, match=message):
            read_bytes(tmp_path, "a.pdf", data)


def test_a_scan_is_empty_and_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DocumentEmpty, match="OCR"):
        read_bytes(tmp_path, "a.pdf", pdf([], []))


def test_a_damaged_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(DocumentUnreadable, match="damaged"):
        read_bytes(tmp_path, "a.pdf", b"%PDF-1.7\nnothing follows")


def test_what_pypdf_raises_without_words_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def out_of_memory(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("pypdf.PdfReader", out_of_memory)
    with pytest.raises(DocumentUnreadable, match="pypdf: MemoryError"):
        read_bytes(tmp_path, "a.pdf", b"%PDF-1.7\nnothing follows")


def _with_font_without_characters(pages: int, *, garbled: int) -> bytes:
    """Pages of which the last `garbled` are in a font whose codes stand for no characters."""
    fonts = [
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[<</Type/Font/Subtype/CIDFontType2"
        b"/BaseFont/X/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor<</Type"
        b"/FontDescriptor/FontName/X/Flags 4/FontBBox[0 0 1000 1000]/ItalicAngle 0/Ascent 800/Descent -200"
        b"/CapHeight 700/StemV 80>>>>]>>",
    ]
    objects: list[bytes] = [b"<</Type/Catalog/Pages 2 0 R>>", b"", *fonts]
    kids = []
    for number in range(pages):
        is_garbled = number >= pages - garbled
        shown = b"<000100020003000400050006000700080009>" if is_garbled else b"(Page %d is plain.)" % (number + 1)
        content = b"BT /F%d 12 Tf 72 700 Td %s Tj ET" % (is_garbled + 1, shown)
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(content), content))
        resources = b"<</Font<</F1 3 0 R/F2 4 0 R>>>>"
        page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources%s/Contents %d 0 R>>"
        objects.append(page % (resources, len(objects)))
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (pages, b" ".join(kids))
    return assemble_pdf([*objects, b"<<>>"])


def test_pages_in_a_font_without_characters_are_left_out_and_remarked(tmp_path: Path) -> None:
    document = read_bytes(tmp_path, "a.pdf", _with_font_without_characters(4, garbled=2))
    assert document.text == "Page 1 is plain.\n\nPage 2 is plain."
    assert "Pages 3-4" in document.notes[0]


def test_a_file_in_a_font_without_characters_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentUnreadable, match="noise"):
        read_bytes(tmp_path, "a.pdf", _with_font_without_characters(2, garbled=2))


def test_embedded_files_are_documents(tmp_path: Path) -> None:
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(note.txt) 5 0 R]>>>>>>",
        b"<</Type/Pages/Count 1/Kids[4 0 R]>>",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 3 0 R>>>>/Contents 7 0 R>>",
        b"<</Type/Filespec/F(note.txt)/UF(note.txt)/EF<</F 6 0 R>>>>",
        b"<</Type/EmbeddedFile/Length 14>>stream\nEmbedded text.\nendstream",
        b"<</Length 39>>stream\nBT /F1 12 Tf 72 700 Td (Cover.) Tj ET   \nendstream",
        b"<<>>",
    ]
    cover, note = read_all(tmp_path, "a.pdf", assemble_pdf(objects))
    assert cover.text == "Cover."
    assert (note.name, note.text) == ("note.txt", "Embedded text.")


def test_a_line_in_type_hardly_larger_than_the_text_is_no_heading(tmp_path: Path) -> None:
    sheet = Sheet()
    for _ in range(3):
        sheet.line("Twelve points", size=12)
        sheet.gap()
        for _ in range(4):
            sheet.line(LONG + ".")
        sheet.gap()
    assert [block.name for block in read_bytes(tmp_path, "a.pdf", sheet.data()).blocks if block.level] == []
