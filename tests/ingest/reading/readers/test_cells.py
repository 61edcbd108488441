"""Lists, notes, comments and tables within the cells of a table, and what a style hides, in three formats."""

from __future__ import annotations

from pathlib import Path

from tests.ingest.reading.readers.files import outline, read_bytes
from tests.ingest.reading.readers.packages import opendocument, word

_LEVEL = '<w:lvl w:ilvl="{}"><w:start w:val="{}"/><w:numFmt w:val="{}"/><w:lvlText w:val="{}"/></w:lvl>'
_NUMBERING = (
    f'<w:abstractNum w:abstractNumId="0">{_LEVEL.format(0, 1, "bullet", "•")}</w:abstractNum>'
    f'<w:abstractNum w:abstractNumId="1"><w:styleLink w:val="L"/>{_LEVEL.format(0, 5, "lowerLetter", "(%1)")}'
    f"{_LEVEL.format(1, 1, 'decimal', '%1%2')}</w:abstractNum>"
    '<w:abstractNum w:abstractNumId="2"><w:numStyleLink w:val="L"/></w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="2"/></w:num>'
)
_STYLES = (
    '<w:style w:type="character" w:styleId="Base"><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="Gone"><w:basedOn w:val="Base"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Away"><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="N1"><w:pPr><w:numPr><w:numId w:val="2"/></w:numPr></w:pPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="N2"><w:basedOn w:val="N1"/><w:pPr><w:numPr><w:ilvl w:val="1"/></w:numPr>'
    "</w:pPr></w:style>"
)


def _p(text: str, about: str = "", more: str = "") -> str:
    return f"<w:p><w:pPr>{about}</w:pPr><w:r><w:t>{text}</w:t></w:r>{more}</w:p>"


def _item(text: str, number: int) -> str:
    return _p(text, f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr>')


def _table(*rows: tuple[str, ...]) -> str:
    shown = ("".join(f"<w:tc>{cell}</w:tc>" for cell in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in shown)}</w:tbl>"


def test_lists_notes_and_tables_in_cells_of_word(tmp_path: Path) -> None:
    note = '<w:r><w:footnoteReference w:id="7"/></w:r>'
    duties = _p("Daily") + _item("Soup", 1) + _item("Bread", 1)
    inner = _table((_p("A"), _p("B")), (_p("1"), _p("2")))
    body = _table(
        (_p("Who"), _p("Duties"), _p("More")),
        (_p("Cook", "", note), duties, _p("x")),
        (_p("Smith"), _item("iron", 2) + _item("steel", 2), _p("y") + inner),
    )
    parts = {"numbering": _NUMBERING, "footnotes": f'<w:footnote w:id="7">{_p("In a cell.")}</w:footnote>'}
    assert outline(read_bytes(tmp_path, "a.docx", word(body, parts=parts))) == [
        ("table", "Who: Cook[1]; Duties: Daily: Soup, Bread; More: x\nWho: Smith; Duties: (e) iron (f) steel; More: y"),
        ("paragraph", "Footnote 1: In a cell."),
        ("table", "A: 1; B: 2"),
    ]


def test_what_a_style_hides_is_left_out_and_what_it_numbers_is_numbered(tmp_path: Path) -> None:
    gone = '<w:r><w:rPr><w:rStyle w:val="Gone"/></w:rPr><w:t> not shown</w:t></w:r>'
    back = '<w:r><w:rPr><w:rStyle w:val="Gone"/><w:vanish w:val="0"/></w:rPr><w:t> shown again</w:t></w:r>'
    body = _p("Shown", "", gone + back) + _p("Away", '<w:pStyle w:val="Away"/>')
    body += _p("One", '<w:pStyle w:val="N1"/>') + _p("Below", '<w:pStyle w:val="N2"/>')
    document = read_bytes(tmp_path, "a.docx", word(body, parts={"styles": _STYLES, "numbering": _NUMBERING}))
    assert outline(document) == [
        ("paragraph", "Shown shown again"),
        ("list_item", "(e) One"),
        ("list_item", "e1 Below"),
    ]
    assert document.notes == ("Hidden text was left out.",)


def test_lists_notes_and_comments_in_cells_of_opendocument(tmp_path: Path) -> None:
    dc = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    said = "<text:note-body><text:p>In a cell.</text:p></text:note-body>"
    note = f"<text:note><text:note-citation>1</text:note-citation>{said}</text:note>"
    remark = f"<office:annotation {dc}><dc:creator>Ann</dc:creator><text:p>Check it.</text:p></office:annotation>"
    items = "".join(f"<text:list-item><text:p>{text}</text:p></text:list-item>" for text in ("Soup", "Bread"))
    rows = (
        ("<text:p>Who</text:p>", "<text:p>Duties</text:p>"),
        (f"<text:p>Cook{note}</text:p>", f"<text:p>Daily</text:p><text:list>{items}</text:list>"),
        (f"<text:p>Smith{remark}</text:p>", f'<text:list text:style-name="N">{items}</text:list>'),
    )
    cells = ("".join(f"<table:table-cell>{cell}</table:table-cell>" for cell in row) for row in rows)
    table = "".join(f"<table:table-row>{row}</table:table-row>" for row in cells)
    level = '<text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."/>'
    styles = f'<text:list-style style:name="N">{level}</text:list-style>'
    body = f"<office:text><text:p>Seen{remark}.</text:p><table:table>{table}</table:table></office:text>"
    assert outline(read_bytes(tmp_path, "a.odt", opendocument(body, styles=styles))) == [
        ("paragraph", "Seen."),
        ("paragraph", "Comment by Ann: Check it."),
        ("table", "Who: Cook[1]; Duties: Daily: Soup, Bread\nWho: Smith; Duties: 1. Soup 2. Bread"),
        ("paragraph", "Footnote 1: In a cell."),
        ("paragraph", "Comment by Ann: Check it."),
    ]


def test_lists_of_pages_have_the_marks_that_are_shown_also_in_cells(tmp_path: Path) -> None:
    page = (
        '<h1>T</h1><ol style="list-style-type: lower-roman"><li>one</li><li>two</li></ol>'
        '<ol style="list-style: none"><li>bare</li></ol>'
        "<table><tr><th>Who</th><th>Duties</th></tr><tr><td>Cook</td><td>Daily<ul><li>Soup</li><li>Bread</li></ul></td></tr>"
        '<tr><td>Smith</td><td><ol start="3"><li>iron</li><li>steel</li></ol></td></tr></table>'
        '<p><input type="radio" checked> Yes <input type="radio"> No</p>'
        '<pre><span class="lineno">1</span> def f():\n<span class="lineno">2</span>   pass</pre>'
    )
    assert outline(read_bytes(tmp_path, "a.html", page.encode()))[1:] == [
        ("list_item", "i. one"),
        ("list_item", "ii. two"),
        ("list_item", "- bare"),
        ("table", "Who: Cook; Duties: Daily: Soup, Bread\nWho: Smith; Duties: 3. iron 4. steel"),
        ("paragraph", "[x] Yes [ ] No"),
        ("code", "def f():\n   pass"),
    ]
