"""Powers, marks of notes, formulas and code, as each format has them: not run into the words beside them."""

from __future__ import annotations

import io
from pathlib import Path

import pptx
import pytest
from pptx.util import Inches

from ingest.reading.readers.superscripts import with_superscript
from tests.ingest.reading.readers.files import outline, read_bytes
from tests.ingest.reading.readers.packages import opendocument, package, word

SPELLED = "The yard holds 10^6 bolts on 45 m^2."
MARKED = "The yard holds 10{0}6{1} bolts on 45 m{0}2{1}."
HI = ('<hi rend="superscript">', "</hi>")
INDENTED = '<text:s text:c="4"/>return 1'
MATH = '<math xmlns="http://www.w3.org/1998/Math/MathML"><mfrac><mi>a</mi><mi>b</mi></mfrac></math>'


@pytest.mark.parametrize(
    ("before", "mark", "whole"),
    [
        ("as said", "2", "as said [2]"),
        ("as said.", "2,3", "as said. [2,3]"),
        ("with a target. ", "21", "with a target. [21]"),
        ("by the age of 85.", "2", "by the age of 85. [2]"),
        ("a rate of 24.91", "2", "a rate of 24.91 [2]"),
        ("for $5.", "99", "for $5.99"),
        ("(a+b)", "2", "(a+b)^2"),
        ("the 1", "st", "the 1st"),
    ],
)
def test_a_power_a_note_s_mark_and_an_ordinal_are_told_apart(before: str, mark: str, whole: str) -> None:
    assert with_superscript(before, mark) == whole


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("a.rtf", "{\\rtf1 " + MARKED.format("{\\super ", "}") + "\\par}"),
        ("a.xml", f"<book><para>{MARKED.format('<superscript>', '</superscript>')}</para></book>"),
        ("b.xml", f"<TEI><text><p>{MARKED.format(*HI)}</p></text></TEI>"),
        ("c.xml", f"<article><body><p>{MARKED.format('<sup>', '</sup>')}</p></body></article>"),
        ("a.fb2", f"<FictionBook><body><p>{MARKED.format('<sup>', '</sup>')}</p></body></FictionBook>"),
    ],
)  # fmt: skip
def test_powers_are_kept_in_formats_of_text(tmp_path: Path, name: str, source: str) -> None:
    assert read_bytes(tmp_path, name, source.encode()).text == SPELLED


def test_powers_formulas_and_code_are_kept_in_an_opendocument_text(tmp_path: Path) -> None:
    styles = '<style:style style:name="T1"><style:text-properties style:text-position="super 58%"/></style:style>'
    text = MARKED.format('<text:span text:style-name="T1">', "</text:span>")
    code = '<text:p text:style-name="Preformatted_20_Text">{}</text:p>'.format
    body = (
        f"<office:text><text:p>{text}</text:p><text:p>It is <draw:frame><draw:object>{MATH}</draw:object></draw:frame>"
        f" then.</text:p>{code('def f():')}{code(INDENTED)}</office:text>"
    )
    assert outline(read_bytes(tmp_path, "a.odt", opendocument(body, styles=styles))) == [
        ("paragraph", SPELLED),
        ("paragraph", "It is a/b then."),
        ("code", "def f():\n    return 1"),
    ]


def test_powers_are_kept_on_a_slide(tmp_path: Path) -> None:
    deck, out = pptx.Presentation(), io.BytesIO()
    box = deck.slides.add_slide(deck.slide_layouts[6]).shapes.add_textbox(*[Inches(1)] * 4)
    paragraph = box.text_frame.paragraphs[0]
    for text, is_raised in (("The yard holds 10", False), ("6", True), (" bolts.", False)):
        run = paragraph.add_run()
        run.text = text
        if is_raised:
            run.font._element.set("baseline", "30000")
    deck.save(out)
    assert read_bytes(tmp_path, "a.pptx", out.getvalue()).text == "The yard holds 10^6 bolts."


def test_notes_of_word_are_numbered_as_they_come_and_code_keeps_its_lines(tmp_path: Path) -> None:
    note = '<w:footnote w:id="{}"><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:footnote>'.format
    run = '<w:r><w:t xml:space="preserve">{}</w:t></w:r>'.format
    mark = '<w:r><w:footnoteReference w:id="{}"/></w:r>'.format
    code = '<w:p><w:pPr><w:pStyle w:val="Code"/></w:pPr>{}</w:p>'.format
    body = (
        f"<w:p>{run('One')}{mark(7)}{run(' and two')}{mark(3)}</w:p>{code(run('def f():'))}{code(run('    return 1'))}"
    )
    styles = '<w:style w:styleId="Code"><w:name w:val="Source Code"/></w:style>'
    data = word(body, parts={"footnotes": note(3, "Second.") + note(7, "First."), "styles": styles})
    assert outline(read_bytes(tmp_path, "a.docx", data)) == [
        ("paragraph", "One[1] and two[2]"),
        ("paragraph", "Footnote 1: First."),
        ("paragraph", "Footnote 2: Second."),
        ("code", "def f():\n    return 1"),
    ]


def test_marks_of_notes_stand_apart_on_a_page(tmp_path: Path) -> None:
    page = (
        '<p>Tested in spring.<a href="#fn1" role="doc-noteref"><sup>1</sup></a> Kept dry.'
        '<a href="#fn2" class="footnote-ref">2</a></p>'
    )
    assert read_bytes(tmp_path, "a.html", page.encode()).text == "Tested in spring. [1] Kept dry. [2]"


def test_lists_terms_and_code_of_an_article_keep_their_form(tmp_path: Path) -> None:
    item = "<list-item><p>{}</p>{}</list-item>".format
    inner = f'<list list-type="alpha-lower">{item("deep", "")}</list>'
    source = (
        f'<article><body><list list-type="order">{item("one", inner)}{item("two", "")}</list><code>a\n  b</code>'
        "<def-list><def-item><term>Pier</term><def><p>A quay.</p></def></def-item></def-list>"
        "<p>It is <inline-formula><alternatives><tex-math>a^2</tex-math><x>a2</x></alternatives></inline-formula>.</p>"
        "</body></article>"
    )
    assert outline(read_bytes(tmp_path, "a.xml", source.encode())) == [
        ("list_item", "1. one"), ("list_item", "a. deep"), ("list_item", "2. two"), ("code", "a\n  b"),
        ("list_item", "Pier: A quay."), ("paragraph", "It is a^2."),
    ]  # fmt: skip


def test_a_chart_and_a_box_on_an_opendocument_sheet_are_read(tmp_path: Path) -> None:
    spaces = (
        'xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:x="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
        'xmlns:t="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:d="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
        'xmlns:c="urn:oasis:names:tc:opendocument:xmlns:chart:1.0"'
    )
    cell, row = "<t:table-cell><x:p>{}</x:p></t:table-cell>".format, "<t:table-row>{}</t:table-row>".format
    hidden = '<t:table-row t:visibility="filter">{}</t:table-row>'.format
    rows = row(cell("Item") + cell("Net")) + row(cell("Bolt") + cell("8")) + hidden(cell("Nut") + cell("3"))
    sheet = (
        f'<r {spaces}><o:body><o:spreadsheet><t:table t:name="S"><t:shapes><d:custom-shape><x:p>Until June</x:p>'
        f'</d:custom-shape><d:frame><d:object href="./Object 1"/></d:frame></t:shapes>{rows}'
        f"{row(cell('Pin') + cell('2'))}</t:table></o:spreadsheet></o:body></r>"
    )
    chart = (
        f"<r {spaces}><c:chart><c:title><x:p>Sales</x:p></c:title><t:table>{row(cell('') + cell('Net'))}"
        f"{row(cell('Q1') + cell('0.3'))}</t:table></c:chart></r>"
    )
    data = package({"content.xml": sheet, "Object 1/content.xml": chart})
    assert read_bytes(tmp_path, "a.ods", data).text.split("\n\n") == [
        "S", "Item: Bolt; Net: 8\nItem: Pin; Net: 2", "Until June", "Sales", "Q1; Net: 0.3",
    ]  # fmt: skip
