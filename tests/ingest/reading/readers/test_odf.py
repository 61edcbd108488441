from __future__ import annotations

from pathlib import Path

import pytest

from corpus.errors import DocumentEmpty, DocumentUnreadable
from tests.ingest.reading.readers.files import outline, read_bytes
from tests.ingest.reading.readers.packages import opendocument

BODY = """<office:text>
<text:p text:style-name="P1">Handbook</text:p>
<text:h text:outline-level="2">Parts</text:h>
<text:p>Two<text:s text:c="2"/>years<text:note><text:note-citation>1</text:note-citation><text:note-body>
<text:p>With a receipt.</text:p></text:note-body></text:note>.</text:p>
<text:tracked-changes><text:p>deleted</text:p></text:tracked-changes>
<text:list><text:list-item><text:p>Seals</text:p><text:list><text:list-item><text:p>red</text:p></text:list-item>
</text:list></text:list-item></text:list>
<table:table><table:table-header-rows><table:table-row><table:table-cell><text:p>Part</text:p></table:table-cell>
<table:table-cell><text:p>Years</text:p></table:table-cell></table:table-row></table:table-header-rows>
<table:table-row><table:table-cell><text:p>Seal</text:p></table:table-cell><table:table-cell><text:p>2</text:p>
</table:table-cell><table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table>
</office:text>"""
STYLES = '<style:style style:name="P1" style:parent-style-name="Title"/>'


def test_text_keeps_headings_lists_tables_and_notes(tmp_path: Path) -> None:
    meta = "<dc:creator>Ann</dc:creator><dc:date>2026-03-01T10:00:00</dc:date>"
    document = read_bytes(tmp_path, "a.odt", opendocument(BODY, styles=STYLES, meta=meta))
    assert (document.title, document.updated_at) == ("Handbook", "2026-03-01T10:00:00+00:00")
    assert document.metadata == {"author": "Ann"}
    assert outline(document) == [
        ("heading1", "Handbook"),
        ("heading2", "Parts"),
        ("paragraph", "Two years[1]."),
        ("paragraph", "Footnote 1: With a receipt."),
        ("list_item", "- Seals"),
        ("list_item", "- red"),
        ("table", "Part: Seal; Years: 2"),
    ]


def test_each_slide_is_a_page(tmp_path: Path) -> None:
    frame = "<draw:frame{}><draw:text-box><text:p>{}</text:p></draw:text-box></draw:frame>"
    slides = "".join(
        f"<draw:page>{frame.format(' presentation:class=' + chr(34) + 'title' + chr(34), title)}"
        f"{frame.format('', text)}<presentation:notes>{frame.format('', 'Slowly.')}</presentation:notes></draw:page>"
        for title, text in (("Pumps", "Quiet"), ("Pipes", "Long"))
    )
    body = f"<office:presentation>{slides}</office:presentation>"
    document = read_bytes(tmp_path, "a.odp", opendocument(body))
    assert outline(document)[:3] == [("heading1", "Pumps"), ("paragraph", "Quiet"), ("paragraph", "Notes: Slowly.")]
    assert [document.text[start : start + 5] for start in document.page_starts] == ["Pumps", "Pipes"]


def test_an_encrypted_file_says_so(tmp_path: Path) -> None:
    data = opendocument(BODY, manifest="<m><file-entry><encryption-data/></file-entry></m>")
    with pytest.raises(DocumentUnreadable, match="encrypted"):
        read_bytes(tmp_path, "a.odt", data)


def test_an_empty_document_says_so(tmp_path: Path) -> None:
    with pytest.raises(DocumentEmpty):
        read_bytes(tmp_path, "a.odt", opendocument("<office:text/>"))


def _level(number: int, style: str, *, levels: int = 1, more: str = "") -> str:
    return (
        f'<text:list-level-style-number text:level="{number}" style:num-format="{style}" style:num-suffix="." '
        f'text:display-levels="{levels}" {more}/>'
    )


def test_lists_and_headings_keep_their_numbers_and_hidden_text_is_left_out(tmp_path: Path) -> None:
    levels = _level(1, "1", more="text:start-value='4'") + _level(2, "a", levels=2)
    styles = (
        f'<text:list-style style:name="L">{levels}</text:list-style>'
        '<style:style style:name="H"><style:text-properties text:display="none"/></style:style>'
        '<style:style style:name="P" style:parent-style-name="H"/>'
        '<text:outline-style><text:outline-level-style text:level="1" style:num-format="I" style:num-suffix="."/>'
        "</text:outline-style>"
    )
    item = "<text:list-item><text:p>{}</text:p>{}</text:list-item>".format
    inner = f"<text:list>{item('two', '')}{item('three', '')}</text:list>"
    body = (
        "<office:text><text:h text:outline-level='1'>Fees</text:h>"
        f"<text:list text:style-name='L'>{item('one', inner)}</text:list><text:p>Between"
        "<text:span text:style-name='H'>unseen</text:span>.</text:p><text:p text:style-name='P'>Nor this.</text:p>"
        f"<text:list text:style-name='L' text:continue-numbering='true'>{item('four', '')}</text:list>"
        f"<text:list text:style-name='L'>{item('anew', '')}</text:list><text:h text:outline-level='1'>Term</text:h>"
        "</office:text>"
    )
    document = read_bytes(tmp_path, "a.odt", opendocument(body, styles=styles))
    assert [text for _, text in outline(document)] == [
        "I. Fees", "4. one", "4.a. two", "4.b. three", "Between.", "5. four", "4. anew", "II. Term",
    ]  # fmt: skip
    assert document.notes == ("Hidden text was left out.",)


def test_tables_on_slides_name_their_columns_and_cells_that_reach_down_are_repeated(tmp_path: Path) -> None:
    cell = "<table:table-cell{}><text:p>{}</text:p></table:table-cell>".format
    row = "<table:table-row>{}</table:table-row>".format
    covered = "<table:covered-table-cell/>"
    rows = (
        row(cell("", "Hall") + cell(' table:number-columns-spanned="2"', "Parts") + covered)
        + row(cell(' table:number-rows-spanned="2"', "East") + cell("", "Seal") + cell("", "Bolt"))
        + row(covered + cell("", "Nut") + cell("", "Pin"))
    )
    table = f'<table:table table:use-first-row-styles="true">{rows}</table:table>'
    slides = f"<office:presentation><draw:page><draw:frame>{table}</draw:frame></draw:page></office:presentation>"
    assert outline(read_bytes(tmp_path, "a.odp", opendocument(slides))) == [
        ("table", "Hall: East; Parts: Seal; Parts: Bolt\nHall: East; Parts: Nut; Parts: Pin"),
    ]
