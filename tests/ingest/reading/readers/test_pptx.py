from __future__ import annotations

import io
from pathlib import Path

import pptx
import pytest
from lxml import etree
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.oxml.ns import qn
from pptx.util import Inches

from corpus.errors import DocumentEmpty
from tests.ingest.reading.readers.files import outline, read_bytes

BOX = (Inches(1), Inches(1), Inches(4), Inches(3))


def _saved(deck: pptx.presentation.Presentation) -> bytes:
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def test_each_slide_is_a_page_with_its_title_text_table_chart_and_notes(tmp_path: Path) -> None:
    deck = pptx.Presentation()
    first = deck.slides.add_slide(deck.slide_layouts[1])
    first.shapes.title.text = "Pumps"
    first.placeholders[1].text = "Quiet\nStrong"
    first.notes_slide.notes_text_frame.text = "Say it slowly."
    second = deck.slides.add_slide(deck.slide_layouts[6])
    table = second.shapes.add_table(2, 2, *BOX).table
    for position, text in enumerate(["Part", "Years", "Seal", "2"]):
        table.cell(position // 2, position % 2).text = text
    group = second.shapes.add_group_shape()
    group.shapes.add_textbox(*BOX).text_frame.text = "Grouped"
    data = CategoryChartData()  # type: ignore[no-untyped-call] # python-pptx has few types
    data.categories = ["East", "West"]
    data.add_series("Sales", (1.5, 2))  # type: ignore[no-untyped-call] # the same
    second.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *BOX, data)
    document = read_bytes(tmp_path, "a.pptx", _saved(deck))
    assert document.title == "Pumps"
    assert document.slide_starts == document.page_starts
    assert outline(document) == [
        ("heading1", "Pumps"),
        ("list_item", "- Quiet"),
        ("list_item", "- Strong"),
        ("paragraph", "Notes: Say it slowly."),
        ("table", "Part: Seal; Years: 2"),
        ("paragraph", "Grouped"),
        ("table", "East; Sales: 1.5\nWest; Sales: 2"),
    ]
    assert [document.text[start : start + 5] for start in document.page_starts] == ["Pumps", "Part:"]


def test_hidden_slides_are_left_out_and_remarked(tmp_path: Path) -> None:
    deck = pptx.Presentation()
    for text in ("Shown", "Hidden"):
        deck.slides.add_slide(deck.slide_layouts[5]).shapes.title.text = text
    deck.slides[1]._element.set("show", "0")
    document = read_bytes(tmp_path, "a.pptx", _saved(deck))
    assert document.text == "Shown"
    assert len(document.page_starts) == 2
    assert "2" in document.notes[0]


def test_a_presentation_without_text_says_so(tmp_path: Path) -> None:
    deck = pptx.Presentation()
    deck.slides.add_slide(deck.slide_layouts[6])
    with pytest.raises(DocumentEmpty):
        read_bytes(tmp_path, "a.pptx", _saved(deck))


def test_automatic_numbers_are_counted(tmp_path: Path) -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    frame = slide.placeholders[1].text_frame
    frame.text = "one\ntwo\nlater"
    for paragraph, (kind, start) in zip(
        frame.paragraphs, [("arabicPeriod", "3"), ("arabicPeriod", "3"), ("alphaLcParenBoth", "1")], strict=True
    ):
        number = paragraph._p.get_or_add_pPr().makeelement(qn("a:buAutoNum"), {"type": kind, "startAt": start})
        paragraph._p.get_or_add_pPr().append(number)
    assert read_bytes(tmp_path, "a.pptx", _saved(deck)).text == "3. one\n4. two\n(e) later"


def test_a_formula_on_a_slide_is_spelled_out(tmp_path: Path) -> None:
    deck = pptx.Presentation()
    box = deck.slides.add_slide(deck.slide_layouts[6]).shapes.add_textbox(*BOX).text_frame
    box.text = "It is "
    run = "<m:r><m:t>{}</m:t></m:r>".format
    formula = (
        '<a14:m xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main" '
        'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"><m:oMath><m:d><m:e><m:f><m:fPr>'
        f'<m:type m:val="noBar"/></m:fPr><m:num>{run("n")}</m:num><m:den>{run("k")}</m:den></m:f></m:e></m:d><m:sSup>'
        f"<m:e>{run('x')}</m:e><m:sup>{run('k')}</m:sup></m:sSup>{run('a')}</m:oMath></a14:m>"
    )
    box.paragraphs[0]._p.append(etree.fromstring(formula))
    assert read_bytes(tmp_path, "a.pptx", _saved(deck)).text == "It is (n choose k)x^k a"


def test_a_text_that_lies_above_another_comes_before_it_whenever_it_was_drawn(tmp_path: Path) -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    for text, left, top in (("Below", 1, 4), ("Beside", 6, 4), ("Above", 1, 1)):
        slide.shapes.add_textbox(Inches(left), Inches(top), Inches(4), Inches(1)).text_frame.text = text
    assert read_bytes(tmp_path, "a.pptx", _saved(deck)).text.split("\n\n") == ["Above", "Below", "Beside"]


def test_points_of_a_chart_with_one_name_stay_apart_and_names_over_names_are_joined(tmp_path: Path) -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    plain, nested = CategoryChartData(), CategoryChartData()  # type: ignore[no-untyped-call] # python-pptx has few types
    plain.categories = ["East", "West", "East"]
    plain.add_series("2023", (1, None, 3))  # type: ignore[no-untyped-call] # the same
    plain.add_series("2024", (4, 5, 6))  # type: ignore[no-untyped-call] # the same
    for land, towns in {"USA": ("Erie", "Reno"), "UK": ("Bath",)}.items():
        group = nested.add_category(land)  # type: ignore[no-untyped-call] # the same
        for town in towns:
            group.add_sub_category(town)
    nested.add_series("Sales", (7, 8, 9))  # type: ignore[no-untyped-call] # the same
    for data in (plain, nested):
        slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *BOX, data)
    assert read_bytes(tmp_path, "a.pptx", _saved(deck)).text.split("\n\n") == [
        "East; 2023: 1; 2024: 4\nWest; 2024: 5\nEast; 2023: 3; 2024: 6",
        "USA Erie; Sales: 7\nUSA Reno; Sales: 8\nUK Bath; Sales: 9",
    ]


def test_each_comment_and_reply_says_who_wrote_it(tmp_path: Path) -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "Pumps"
    office = "http://schemas.microsoft.com/office/2018/10/relationships"
    authors = b'<l><author id="{A}" name="Lea"/><author id="{B}" name="Bo"/></l>'
    said = (
        b'<l><cm authorId="{A}"><replyLst><reply authorId="{B}"><txBody><p><r><t>No.</t></r></p></txBody></reply>'
        b"</replyLst><txBody><p><r><t>Loud?</t></r></p></txBody></cm></l>"
    )
    for part, kind, content in ((deck.part, "authors", authors), (slide.part, "comments", said)):
        name = PackURI(f"/ppt/{kind}.xml")
        made = Part(name, "application/xml", deck.part.package, content)
        part.relate_to(made, f"{office}/{kind}")
    assert outline(read_bytes(tmp_path, "a.pptx", _saved(deck)))[1:] == [
        ("paragraph", "Comment by Lea: Loud?"), ("paragraph", "Comment by Bo: No."),
    ]  # fmt: skip
