"""Forms that few files have: articles with terms and code, workbooks of one XML, damaged messages, property lists."""

from __future__ import annotations

import datetime
import plistlib
from pathlib import Path

import pytest

from corpus.errors import DocumentEmpty, DocumentUnreadable
from ingest.reading.readers.numerals import numeral
from tests.ingest.reading.readers.files import outline, read_all, read_bytes


def test_an_article_keeps_terms_code_notes_lists_in_lists_and_tables_that_stand_alone(tmp_path: Path) -> None:
    body = (
        "<sec><title>Words</title>"
        "<def-list><def-item><term>BM25</term><def><p>A weight.</p></def></def-item></def-list>"
        "<p>Run<def-list><def-item><term>k</term><def><p>Depth.</p></def></def-item></def-list>"
        "<preformat>a = 1\nb = 2</preformat>"
        "<list list-type='order'><list-item><p>One</p><list list-type='alpha-lower'><list-item><p>Inner</p></list-item>"
        "</list></list-item></list></p>"
        "<code>c = 3</code>"
        "<table><thead><tr><th>A</th><th>B</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>"
        "<fig><label>Figure 1</label><caption><p>A pump.</p></caption><p>Seen from above.</p></fig>"
        "<table-wrap><label>Table 2</label><alternatives><graphic/><table><thead><tr><th>C</th><th>D</th></tr></thead>"
        "<tbody><tr><td>3</td><td>4</td></tr></tbody></table></alternatives>"
        "<table-wrap-foot><p>By hand.</p></table-wrap-foot></table-wrap>"
        "<p>Known<xref ref-type='bibr'>2</xref> and <inline-formula><alternatives><tex-math>x^2</tex-math><mml>y</mml>"
        "</alternatives></inline-formula>.</p></sec>"
    )
    back = "<fn-group><fn><label>a</label><p>Paid by nobody.</p></fn></fn-group>"
    article = f"<article><front><article-meta/></front><body>{body}</body><back>{back}</back></article>"
    assert outline(read_bytes(tmp_path, "a.nxml", article.encode())) == [
        ("heading2", "Words"),
        ("list_item", "BM25: A weight."),
        ("paragraph", "Run"),
        ("list_item", "k: Depth."),
        ("code", "a = 1\nb = 2"),
        ("list_item", "1. One"),
        ("list_item", "a. Inner"),
        ("code", "c = 3"),
        ("table", "A: 1; B: 2"),
        ("paragraph", "Figure 1 A pump."),
        ("paragraph", "Seen from above."),
        ("paragraph", "Table 2"),
        ("table", "C: 3; D: 4"),
        ("paragraph", "By hand."),
        ("paragraph", "Known [2] and x^2."),
        ("paragraph", "a Paid by nobody."),
    ]


def test_a_workbook_in_one_file_of_xml_is_read_as_excel_shows_it(tmp_path: Path) -> None:
    def cell(kind: str, text: str, about: str = "", more: str = "") -> str:
        return f'<Cell {about}><Data ss:Type="{kind}">{text}</Data>{more}</Cell>'

    remark = '<Comment ss:Author="Ann"><Data>Ann:Check it.</Data></Comment>'
    heads = "".join(cell("String", each) for each in ("Part", "In stock", "Price", "Due"))
    seal = cell("String", "Seal", "", remark) + cell("Boolean", "1") + cell("Number", "0.5", 'ss:StyleID="p"')
    seal += cell("DateTime", "2024-05-01T00:00:00.000")
    bolt = cell("String", "Bolt") + cell("Boolean", "0") + cell("Number", "2", 'ss:Index="3"')
    rows = (
        f"<Row>{heads}</Row><Row>{seal}</Row>"
        f'<Row ss:Hidden="1" ss:Span="1">{cell("String", "Secret")}</Row><Row ss:Index="6">{bolt}</Row>'
    )
    sheet = f'<Worksheet ss:Name="Parts"><Table>{rows}</Table></Worksheet>'
    hidden = (
        f'<Worksheet ss:Name="Notes"><Table><Row>{cell("String", "Away")}</Row></Table>'
        "<WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions></Worksheet>"
    )
    office = "urn:schemas-microsoft-com:office:spreadsheet"
    styles = '<Styles><Style ss:ID="p"><NumberFormat ss:Format="Percent"/></Style></Styles>'
    book = f'<?xml version="1.0"?><Workbook xmlns="{office}" xmlns:ss="{office}">{styles}{sheet}{hidden}</Workbook>'
    document = read_bytes(tmp_path, "a.xml", book.encode())
    assert "Part: Seal; In stock: TRUE; Price: 50.00%; Due: 2024-05-01" in document.text
    assert "Bolt" in document.text
    assert "Comment by Ann on A2: Check it." in document.text
    assert "Secret" not in document.text
    assert "Away" not in document.text
    assert set(document.notes) == {"Hidden sheets were left out: Notes.", "Hidden rows or columns were left out."}


def test_messages_of_an_archive_that_hold_nothing_cost_themselves_alone(tmp_path: Path) -> None:
    start = "From a@example.com Sat Jan  1 00:00:00 2022\n"
    good = "From: a@example.com\nSubject: Pumps\nMessage-ID: <one@example.com>\n\n>From here on it hums.\n\n"
    empty = "From: a@example.com\nMessage-ID: <two@example.com>\n\n\n"
    first, second = read_all(tmp_path, "a.mbox", f"{start}{good}{start}{empty}{start}{good}".encode())
    assert "From here on it hums." in first.text
    assert first.name != second.name
    assert first.notes == ("Messages without text, left out: 2.",)
    with pytest.raises(DocumentUnreadable, match="holds no message"):
        read_all(tmp_path, "a.mbox", f"{start}{empty}".encode())


def test_a_property_list_is_its_keys_and_values_without_bytes(tmp_path: Path) -> None:
    values = {
        "Name": "Pump",
        "Made": datetime.datetime(2024, 5, 1, 12, 0),  # noqa: DTZ001 - property lists have no time zones
        "Icon": b"\x00\x01",
        "Sizes": [1, b"\x02", 2],
    }
    for form in (plistlib.FMT_XML, plistlib.FMT_BINARY):
        text = read_bytes(tmp_path, "a.plist", plistlib.dumps(values, fmt=form)).text
        assert "Pump" in text
        assert "2024-05-01 12:00:00" in text
        assert "Icon" not in text
    with pytest.raises(DocumentEmpty):
        read_bytes(tmp_path, "a.plist", plistlib.dumps({"Icon": b"\x00"}))
    with pytest.raises(DocumentUnreadable, match="damaged"):
        read_bytes(tmp_path, "a.plist", b"bplist00")


@pytest.mark.parametrize(
    ("number", "style", "shown"),
    [
        (27, "a", "aa"), (52, "A", "AZ"), (9, "i", "ix"), (1994, "I", "MCMXCIV"), (11, "1st", "11th"),
        (22, "1st", "22nd"), (3, "one", "Three"), (20, "first", "Twentieth"), (21, "first", "21"),
        (7, "01", "07"), (0, "a", "0"), (-1, "i", "-1"),
    ],
)  # fmt: skip
def test_a_number_is_shown_in_its_style_or_in_digits(number: int, style: str, shown: str) -> None:
    assert numeral(number, style) == shown
