"""Parts of office documents that stand in few files: formulas, symbols, forms, notes, charts, merged cells, layout."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pptx
import pytest
from lxml import etree
from openpyxl.chart import BarChart, Reference
from pptx.util import Inches

from ingest.reading.readers.docx.math import linear
from ingest.reading.readers.html.math import formula_of
from tests.ingest.reading.readers.files import outline, read_bytes
from tests.ingest.reading.readers.packages import WORD, opendocument, word

MATH = "http://schemas.openxmlformats.org/officeDocument/2006/math"


def run(text: str, about: str = "") -> str:
    return f"<w:r>{about}<w:t xml:space='preserve'>{text}</w:t></w:r>"


def paragraph(*parts: str) -> str:
    return f"<w:p>{''.join(parts)}</w:p>"


def m(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        (f"<m:f><m:num>{m('a+b')}</m:num><m:den>{m('2')}</m:den></m:f>{m('c')}", "(a+b)/2 c"),
        (f"<m:sSub><m:e>{m('x')}</m:e><m:sub>{m('i')}</m:sub></m:sSub>", "x_i"),
        (
            f"<m:sSubSup><m:e>{m('x')}</m:e><m:sub>{m('i+1')}</m:sub><m:sup>{m('2')}</m:sup></m:sSubSup>",
            "x_(i+1)^2",
        ),
        (f"<m:rad><m:radPr/><m:deg>{m('3')}</m:deg><m:e>{m('x')}</m:e></m:rad>", "3√(x)"),
        (
            f"<m:nary><m:naryPr><m:chr m:val='∑'/></m:naryPr><m:sub>{m('i=1')}</m:sub><m:sup>{m('n')}</m:sup>"
            f"<m:e>{m('i')}</m:e></m:nary>",
            "∑_(i=1)^(n) i",
        ),
        (f"<m:nary><m:e>{m('f')}</m:e></m:nary>", "∫ f"),
        (f"<m:func><m:fName>{m('sin')}</m:fName><m:e>{m('x')}</m:e></m:func>", "sin x"),
        (
            "<m:d><m:dPr><m:begChr m:val='['/><m:endChr m:val=']'/></m:dPr>"
            f"<m:e>{m('a')}</m:e><m:e>{m('b')}</m:e></m:d>",
            "[a, b]",
        ),
        (
            "<m:m>" + "".join(f"<m:mr><m:e>{m(a)}</m:e><m:e>{m(b)}</m:e></m:mr>" for a, b in ("12", "34")) + "</m:m>",
            "[1, 2; 3, 4]",
        ),
    ],
)
def test_a_formula_of_an_office_document_is_a_line(formula: str, shown: str) -> None:
    assert linear(etree.fromstring(f'<m:oMath xmlns:m="{MATH}">{formula}</m:oMath>')) == shown


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        ("<mfrac linethickness='0'><mi>n</mi><mi>k</mi></mfrac>", "n choose k"),
        ("<msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup>", "x_i^2"),
        ("<munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover>", "∑_(i=1)^n"),
        ("<mroot><mi>x</mi><mn>3</mn></mroot>", "3√(x)"),
        ("<msub><mi>x</mi><mi>i</mi></msub><mi>y</mi>", "x_i y"),
        ("<mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>2</mn></mtd></mtr></mtable>", "[1, 2]"),
        ("<mfenced><mi>a</mi><mi>b</mi></mfenced>", "(a, b)"),
        (
            "<semantics><mi>x</mi><annotation encoding='application/x-tex'>{\\displaystyle x^{2}}</annotation>"
            "</semantics>",
            "x^{2}",
        ),
    ],
)
def test_a_formula_of_a_page_is_a_line(formula: str, shown: str) -> None:
    assert formula_of(f"<math>{formula}</math>") == shown
    assert formula_of(f"<m:math xmlns:m='urn:x'>{formula}</m:math>") == shown
    assert formula_of("<p>none</p>") == ""


def test_formulas_of_a_page_stand_once_whatever_else_shows_them(tmp_path: Path) -> None:
    page = (
        "<p>It is <span class='katex'><span><math><mi>a</mi></math></span><span class='x'>a</span></span> and "
        "<img class='mwe-math-fallback-image-inline' alt='{\\displaystyle b^{2}}'> here, where it is long enough.</p>"
    )
    assert read_bytes(tmp_path, "a.html", page.encode()).text == "It is a and b^{2} here, where it is long enough."


def test_symbols_forms_and_notes_of_a_paragraph_are_read_where_they_stand(tmp_path: Path) -> None:
    def symbol(code: str, font: str) -> str:
        return f"<w:r><w:sym w:font='{font}' w:char='{code}'/></w:r>"

    box = "<w:r><w:fldChar><w:ffData><w:checkBox><w:default w:val='0'/>{}</w:checkBox></w:ffData></w:fldChar></w:r>"
    entries = "".join(f"<w:listEntry w:val='{each}'/>" for each in ("red", "blue"))
    choice = f"<w:r><w:fldChar><w:ffData><w:ddList>{{}}{entries}</w:ddList></w:ffData></w:fldChar></w:r>"
    note = "<w:r><w:footnoteReference w:id='4'/></w:r>"
    remark = "<w:r><w:commentReference w:id='7'/></w:r>"
    body = (
        paragraph(run("A"), symbol("00B7", "Arial"), symbol("F061", "Symbol"), symbol("F0FC", "Wingdings"), run("."))
        + paragraph(symbol("zz", "Arial"), symbol("F061", "Own Font"), run("Nothing stands for what no font shows."))
        + paragraph(box.format("<w:checked/>"), run("yes "), box.format(""), run("no"))
        + paragraph(choice.format("<w:result w:val='1'/>"), run(" or "), choice.format(""))
        + paragraph(run("Noted"), note, remark, run("."))
    )
    parts = {
        "footnotes": f"<w:footnote w:id='4'>{paragraph(run('By hand.'))}</w:footnote>",
        "comments": f"<w:comment w:id='7' w:author='Ann'>{paragraph(run('Why?'))}</w:comment>",
    }
    text = read_bytes(tmp_path, "a.docx", word(body, parts=parts)).text
    assert text.split("\n\n") == [
        "A·α✓.",
        "Nothing stands for what no font shows.",
        "☑ yes ☐ no",
        "blue or red",
        "Noted[1].",
        "Footnote 1: By hand.",
        "Comment by Ann: Why?",
    ]


def test_text_boxes_hidden_runs_and_breaks_are_told_apart(tmp_path: Path) -> None:
    box = f"<w:r><w:pict><w:txbxContent>{paragraph(run('Beside.'))}</w:txbxContent></w:pict></w:r>"
    hidden = run("secret", "<w:rPr><w:vanish/></w:rPr>")
    not_hidden = run("shown", "<w:rPr><w:vanish w:val='0'/></w:rPr>")
    document = read_bytes(
        tmp_path,
        "a.docx",
        word(paragraph(run("One"), "<w:r><w:tab/></w:r>", hidden, not_hidden, "<w:r><w:br/></w:r>", run("two"), box)),
    )
    assert document.text == "One shown\ntwo\n\nBeside."
    assert document.notes == ("Hidden text was left out.",)


def test_merged_wrapped_and_indented_cells_of_a_word_table_fill_their_columns(tmp_path: Path) -> None:
    def cell(text: str, about: str = "") -> str:
        return f"<w:tc><w:tcPr>{about}</w:tcPr>{paragraph(run(text))}</w:tc>"

    def row(*cells: str, about: str = "") -> str:
        return f"<w:tr>{about}{''.join(cells)}</w:tr>"

    starts, goes_on = "<w:vMerge w:val='restart'/>", "<w:vMerge/>"
    table = (
        row(cell("Part"), cell("Price", "<w:gridSpan w:val='2'/>"), about="<w:trPr><w:tblHeader/></w:trPr>")
        + f"<w:sdt><w:sdtContent>{row(cell('Seal', starts), cell('2'), cell('EUR'))}</w:sdtContent></w:sdt>"
        + row(cell("", goes_on), f"<w:sdt><w:sdtContent>{cell('3')}</w:sdtContent></w:sdt>", cell("USD"))
        + row(cell("4"), cell("GBP"), about="<w:trPr><w:gridBefore w:val='1'/></w:trPr>")
    )
    text = read_bytes(tmp_path, "a.docx", word(f"<w:tbl>{table}</w:tbl>")).text
    assert text.splitlines() == [
        "Part: Seal; Price: 2; Price: EUR",
        "Part: Seal; Price: 3; Price: USD",
        "Price: 4; Price: GBP",
    ]


def test_a_table_that_only_lays_out_a_page_is_read_as_what_it_holds(tmp_path: Path) -> None:
    inner = "".join(
        f"<w:tr><w:tc>{paragraph(run(a))}</w:tc><w:tc>{paragraph(run(b))}</w:tc></w:tr>"
        for a, b in (("Part", "Price"), ("Seal", "2"))
    )
    layout = f"<w:tbl><w:tr><w:tc>{paragraph(run('Read this.'))}<w:tbl>{inner}</w:tbl></w:tc></w:tr></w:tbl>"
    document = read_bytes(tmp_path, "a.docx", word(layout))
    assert outline(document) == [("paragraph", "Read this."), ("table", "Part: Seal; Price: 2")]


def test_one_file_of_xml_is_read_as_the_package_that_it_holds(tmp_path: Path) -> None:
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    related = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{office}" Target="word/document.xml"/></Relationships>'
    )
    parts = {
        "/_rels/.rels": related,
        "/word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body>{paragraph(run("Flat."))}</w:body></w:document>',
    }
    flat = "".join(
        f'<pkg:part pkg:name="{name}"><pkg:xmlData>{content}</pkg:xmlData></pkg:part>'
        for name, content in parts.items()
    )
    namespace = "http://schemas.microsoft.com/office/2006/xmlPackage"
    data = f'<?xml version="1.0"?><pkg:package xmlns:pkg="{namespace}">{flat}</pkg:package>'
    assert read_bytes(tmp_path, "a.xml", data.encode()).text == "Flat."


def test_a_slide_keeps_groups_merged_cells_pictures_and_comments(tmp_path: Path) -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    place = (Inches(1), Inches(1), Inches(4), Inches(2))
    slide.shapes.add_group_shape().shapes.add_textbox(*place).text_frame.text = "In a group"
    table = slide.shapes.add_table(3, 3, *place).table
    for at, text in {(0, 0): "Part", (0, 1): "Price", (1, 0): "Seal", (1, 1): "2", (1, 2): "EUR", (2, 1): "3"}.items():
        table.cell(*at).text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(1, 0).merge(table.cell(2, 0))
    picture = slide.shapes.add_picture(_pixel(), *place)
    picture._element.nvPicPr.cNvPr.set("descr", "A pump with its seal taken out")
    out = io.BytesIO()
    deck.save(out)
    assert read_bytes(tmp_path, "a.pptx", out.getvalue()).text.split("\n\n") == [
        "In a group",
        "Part: Seal; Price: 2; Price: EUR\nPart: Seal; Price: 3",
        "Picture: A pump with its seal taken out",
    ]


def _pixel() -> io.BytesIO:
    return io.BytesIO(
        bytes.fromhex(
            "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc33"
            "0000000049454e44ae426082"
        )
    )


def test_a_sheets_chart_is_a_table_of_what_it_shows(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (("Year", "Pumps"), ("2023", 5), ("2024", 7)):
        sheet.append(row)
    chart = BarChart()
    chart.title = "Sold pumps"
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=3), titles_from_data=True)
    sheet.add_chart(chart, "E5")
    out = io.BytesIO()
    book.save(out)
    document = read_bytes(tmp_path, "a.xlsx", out.getvalue())
    assert "Sold pumps" in document.text


def test_cells_of_an_open_document_keep_notes_lists_and_what_reaches_down(tmp_path: Path) -> None:
    def cell(inner: str, about: str = "") -> str:
        return f"<table:table-cell{about}>{inner}</table:table-cell>"

    def p(text: str) -> str:
        return f"<text:p>{text}</text:p>"

    note = (
        "<text:note text:note-class='footnote'><text:note-citation>1</text:note-citation><text:note-body>"
        "<text:p>From stock.</text:p></text:note-body></text:note>"
    )
    items = (
        "<text:list>" + "".join(f"<text:list-item>{p(each)}</text:list-item>" for each in ("a", "b")) + "</text:list>"
    )
    rows = [
        cell(p("Part")) + cell(p("Kinds")),
        cell(p(f"Seal{note}"), " table:number-rows-spanned='2'") + cell(f"<text:list>{items}</text:list>"),
        "<table:covered-table-cell/>" + cell(p("c")),
    ]
    table = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    body = f"<office:text><table:table>{table}</table:table></office:text>"
    text = read_bytes(tmp_path, "a.odt", opendocument(body)).text
    assert text.splitlines()[:2] == ["Part: Seal[1]; Kinds: a, b", "Part: Seal[1]; Kinds: c"]
    assert text.endswith("Footnote 1: From stock.")
