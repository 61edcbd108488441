from __future__ import annotations

import io
from pathlib import Path

import pptx
import pytest
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
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
