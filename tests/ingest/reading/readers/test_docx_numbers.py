"""Numbers, notes, ticks and hidden text of Word documents."""

from __future__ import annotations

from pathlib import Path

from tests.ingest.reading.readers.files import outline, read_bytes
from tests.ingest.reading.readers.packages import word


def _paragraph(text: str, number: str = "", level: int = 0, style: str = "") -> str:
    about = f'<w:pStyle w:val="{style}"/>' if style else ""
    if number:
        about += f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
    return f"<w:p><w:pPr>{about}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def _level(level: int, start: int, kind: str, shown: str, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{level}"><w:start w:val="{start}"/><w:numFmt w:val="{kind}"/>{more}'
        f'<w:lvlText w:val="{shown}"/></w:lvl>'
    )


NUMBERING = (
    f'<w:abstractNum w:abstractNumId="1">{_level(0, 10, "decimal", "%1.")}{_level(1, 1, "lowerLetter", "(%2)")}'
    f'</w:abstractNum><w:abstractNum w:abstractNumId="2">{_level(0, 1, "upperRoman", "Article %1.")}'
    f'{_level(1, 1, "decimal", "%1.%2", "<w:isLgl/>")}</w:abstractNum><w:abstractNum w:abstractNumId="3">'
    f'{_level(0, 1, "bullet", "o")}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>'
    '<w:num w:numId="2"><w:abstractNumId w:val="2"/></w:num><w:num w:numId="3"><w:abstractNumId w:val="3"/></w:num>'
    '<w:num w:numId="4"><w:abstractNumId w:val="1"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/>'
    "</w:lvlOverride></w:num>"
)
HEADING = '<w:style w:styleId="H1"><w:name w:val="heading 1"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style>'


def test_headings_and_items_keep_the_numbers_that_word_gives_them(tmp_path: Path) -> None:
    body = "".join((
        _paragraph("Liability", "2", 0, "H1"), _paragraph("The cap.", "2", 1), _paragraph("The term.", "2", 1),
        _paragraph("Fees", "2", 0, "H1"), _paragraph("The sum.", "2", 1), _paragraph("ten", "1"),
        _paragraph("letter", "1", 1), _paragraph("letter", "1", 1), _paragraph("Text between."),
        _paragraph("eleven", "1"),
        _paragraph("letter", "1", 1), _paragraph("anew", "4"), _paragraph("two", "4"), _paragraph("dot", "3"),
    ))  # fmt: skip
    document = read_bytes(tmp_path, "a.docx", word(body, parts={"numbering": NUMBERING, "styles": HEADING}))
    assert document.title == "Article I. Liability"
    assert document.text.replace("\n\n", "\n").split("\n") == [
        "Article I. Liability", "  1.1 The cap.", "  1.2 The term.", "Article II. Fees", "  2.1 The sum.", "10. ten",
        "  (a) letter", "  (b) letter", "Text between.", "11. eleven", "  (a) letter", "1. anew", "2. two", "- dot",
    ]  # fmt: skip


def test_notes_in_a_table_s_cells_follow_the_table(tmp_path: Path) -> None:
    cell = "<w:tc>{}</w:tc>".format
    noted = '<w:p><w:r><w:t>12</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>'
    body = (
        f"<w:tbl><w:tr>{cell(_paragraph('Fee'))}{cell(_paragraph('Term'))}</w:tr>"
        f"<w:tr>{cell(noted)}{cell(_paragraph('yearly'))}</w:tr></w:tbl>"
    )
    notes = {"footnotes": f'<w:footnote w:id="2">{_paragraph("Waived at first.")}</w:footnote>'}
    assert outline(read_bytes(tmp_path, "a.docx", word(body, parts=notes)))[1:] == [
        ("paragraph", "Footnote 1: Waived at first.")
    ]


def test_levels_that_are_passed_over_count_and_restart_as_they_say(tmp_path: Path) -> None:
    more = '<w:lvlRestart w:val="0"/>'
    levels = _level(0, 1, "decimal", "%1") + _level(1, 1, "lowerLetter", "%1.%2")
    levels += _level(2, 1, "upperRoman", "%1.%2.%3", more) + _level(3, 1, "none", "%1.")
    numbering = f'<w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum>'
    numbering += '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    places = [0, 1, 2, 1, 2, 3, 0, 2, 1]
    body = "".join(_paragraph("x", "1", place) for place in places)
    text = read_bytes(tmp_path, "a.docx", word(body, parts={"numbering": numbering})).text
    shown = [line.split()[0] for line in text.splitlines()]
    assert shown == ["1", "1.a", "1.a.I", "1.b", "1.b.II", "1.", "2", "2.a.III", "2.b"]


def test_a_large_first_letter_is_of_its_word_and_a_cell_alone_is_no_table(tmp_path: Path) -> None:
    letter = '<w:p><w:pPr><w:framePr w:dropCap="drop" w:lines="3"/></w:pPr><w:r><w:t>T</w:t></w:r></w:p>'
    banner = f"<w:tbl><w:tr><w:tc>{_paragraph('Scope')}</w:tc><w:tc><w:p/></w:tc></w:tr></w:tbl>"
    document = read_bytes(tmp_path, "a.docx", word(letter + _paragraph("he lamp is lit.") + banner))
    assert outline(document) == [("paragraph", "The lamp is lit."), ("paragraph", "Scope")]


def test_a_row_that_was_deleted_is_left_out(tmp_path: Path) -> None:
    def row(*cells: str, about: str = "") -> str:
        return f"<w:tr>{about}{''.join(f'<w:tc>{_paragraph(cell)}</w:tc>' for cell in cells)}</w:tr>"

    gone = row("Gone", "9", about="<w:trPr><w:del/></w:trPr>")
    body = f"<w:tbl>{row('Part', 'Years')}{gone}{row('Seal', '2')}</w:tbl>"
    assert read_bytes(tmp_path, "a.docx", word(body)).text == "Part: Seal; Years: 2"


def test_ticks_are_read_and_hidden_text_is_left_out_and_told(tmp_path: Path) -> None:
    box = "<w:fldChar><w:ffData><w:checkBox><w:default w:val='0'/><w:checked/></w:checkBox></w:ffData></w:fldChar>"
    empty = box.replace("<w:checked/>", "<w:checked w:val='0'/>")
    body = (
        f"<w:p><w:r>{box}</w:r><w:r><w:t>Insured</w:t></w:r></w:p><w:p><w:r>{empty}</w:r><w:r><w:t>Old</w:t></w:r></w:p>"
        '<w:p><w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r><w:r><w:t> I agree</w:t></w:r></w:p>'
        "<w:p><w:r><w:t>seen</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>unseen</w:t></w:r></w:p>"
    )
    document = read_bytes(tmp_path, "a.docx", word(body))
    assert document.text.split("\n\n") == ["☑ Insured", "☐ Old", "☑ I agree", "seen"]
    assert document.notes == ("Hidden text was left out.",)
