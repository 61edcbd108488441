"""Word files of 97 to 2003, written structure by structure ([MS-DOC])."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from corpus.errors import DocumentError
from tests.ingest.reading.readers import word97 as made
from tests.ingest.reading.readers.files import outline, read_bytes
from tests.ingest.reading.readers.word97 import Paragraph, paragraph, row, style, word, word97

_STYLES = {
    made.STYLES: made.sheet(
        style("Standard", built_in=0),
        style("Überschrift 1", built_in=1),
        style("Clause", base=1, words=word(0x460B, 1, 2) + word(0x260A, 0)),
        style("Unseen", kind=2, words=word(0x083C, 1)),
        style("Titel", built_in=62),
        style("Verzeichnis 1", built_in=19),
    )
}
_HIDDEN, _DELETED, _RAISED = word(0x083C, 1), word(0x0800, 1), word(0x2A48, 1)
_SPECIAL = word(0x0855, 1)


def _in_list(number: int, depth: int) -> bytes:
    return word(0x260A, depth) + word(0x460B, number, 2)


@pytest.mark.parametrize("compressed", [False, True])
def test_headings_come_from_styles_whatever_these_are_called(tmp_path: Path, *, compressed: bool) -> None:
    text = [paragraph("The Lamp", 4), paragraph("Inhalt 3", 5), paragraph("Lighting", 1), paragraph("At dusk – é.")]
    text += [paragraph("L", words=word(0x442C, 0x19, 2)), paragraph("ate", words=word(0x2640, 2))]
    document = read_bytes(tmp_path, "a.doc", word97(text, tables=_STYLES, compressed=compressed))
    assert outline(document) == [
        ("heading1", "The Lamp"), ("heading1", "Lighting"), ("paragraph", "At dusk – é."), ("heading3", "Late"),
    ]  # fmt: skip
    assert document.title == "The Lamp"


def test_lists_and_headings_keep_their_numbers(tmp_path: Path) -> None:
    levels = [made.level("Article \0.", kind=1, start=2), made.level("\0.\1", flags=4)]
    levels += [made.level("(\2)", kind=4)] * 7
    lists = made.lists(levels, [made.level("\uf0b7", kind=23)])
    text = [
        paragraph("Terms", 2), paragraph("First", words=_in_list(1, 1)), paragraph("one", words=_in_list(1, 2)),
        paragraph("two", words=_in_list(1, 2)), paragraph("Second", words=_in_list(1, 1)),
        paragraph("dot", words=_in_list(2, 0)), paragraph("Out", 2, word(0x460B, 0, 2)), paragraph("More", 2),
    ]  # fmt: skip
    document = read_bytes(tmp_path, "a.doc", word97(text, tables={**_STYLES, **lists}))
    assert outline(document) == [
        ("heading1", "Article II. Terms"), ("list_item", "2.1 First"), ("list_item", "(a) one"),
        ("list_item", "(b) two"), ("list_item", "2.2 Second"), ("list_item", "- dot"), ("heading1", "Out"),
        ("heading1", "Article III. More"),
    ]  # fmt: skip


def test_rows_name_their_columns_and_merged_cells_hold_for_all_they_reach_over(tmp_path: Path) -> None:
    text = [
        *row("Part", "Years", edges=(0, 2000, 4000), words=word(0x3404, 1)),
        *row("Seal", "2", edges=(-10, 2000, 4010), flags=(0x60, 0)),
        *row("", "3", edges=(0, 2000, 4000), flags=(0x20, 0)),
        *row("Not covered", edges=(0, 4000)),
        paragraph("After."),
    ]
    assert outline(read_bytes(tmp_path, "a.doc", word97(text))) == [
        ("table", "Part: Seal; Years: 2\nPart: Seal; Years: 3\nNot covered"), ("paragraph", "After."),
    ]  # fmt: skip


def test_a_table_in_a_cell_is_read_once_and_apart(tmp_path: Path) -> None:
    within, inner = word(0x2416, 1), word(0x2416, 1) + word(0x6649, 2, 4)
    cell = inner + word(0x244B, 1)
    nested = [paragraph("Bolt", words=cell), paragraph("M8", words=cell)]
    nested.append(paragraph("", words=inner + word(0x244C, 1)))
    outer = row("Where", "What", edges=(0, 2000, 4000)) + row("Left", "Right", edges=(0, 2000, 4000))
    outer[3:3] = [paragraph("See", words=within), *nested]
    text = outline(read_bytes(tmp_path, "a.doc", word97([*outer, *row("Top", "Cap", edges=(0, 2000, 4000))])))
    assert text == [
        ("table", "Where: See Left; What: Right\nWhere: Top; What: Cap"), ("table", "Bolt | M8"),
    ]  # fmt: skip


def test_what_is_not_shown_is_left_out_and_what_is_set_higher_told_apart(tmp_path: Path) -> None:
    pieces = [
        ("10", b""), ("6", _RAISED), (" volts", b""), (" and secret", _HIDDEN), (" gone", _DELETED),
        (" unseen", word(0x4A30, 3, 2)), (" kept", word(0x0801, 1)), (" co\x1fop\x1eed", b""), (" \U0001f600", b""),
    ]  # fmt: skip
    document = read_bytes(tmp_path, "a.doc", word97([Paragraph(pieces)], tables=_STYLES))
    assert outline(document) == [("paragraph", "10^6 volts kept coop-ed \U0001f600")]
    assert document.notes == ("Hidden text was left out.",)


def test_of_fields_the_result_is_read_and_ticks_and_choices_are(tmp_path: Path) -> None:
    def form(kind: int, state: int, *choices: str) -> bytes:
        field = struct.pack("<IHHHHHH", 0xFFFFFFFF, kind | state << 2, 0, 0, 0, 0, 1)
        field += bytes(4 * 5) + struct.pack("<HHH", 0xFFFF, len(choices), 0)
        field += b"".join(struct.pack("<H", len(choice)) + choice.encode("utf-16-le") for choice in choices)
        return struct.pack("<IH62x", 68 + len(field), 68) + field

    boxes = [form(1, 1), form(1, 0), form(2, 1, "Red", "Green")]
    places = [0, len(boxes[0]), len(boxes[0]) * 2]
    looks = [_SPECIAL + word(0x0806, 1) + word(0x6A03, place, 4) for place in places]
    pieces = [
        ('See \x13 HYPERLINK "x" \x14the page\x15. ', b""), ("\x13 FORMCHECKBOX ", b""), ("\x01", looks[0]),
        ("\x15Yes \x13 FORMCHECKBOX ", b""), ("\x01", looks[1]), ("\x15No \x13 FORMDROPDOWN ", b""),
        ("\x01", looks[2]), ("\x15", b""),
    ]  # fmt: skip
    ruby = "\x13" + r'EQ \* jc2 \* "Font:MS Mincho" \o\ad(\s\up 10(とうきょう),東京)' + "\x15"
    main = [Paragraph(pieces), paragraph("\x13 TOC with no end"), paragraph(ruby), paragraph("Next.")]
    data = word97(main, streams={"Data": b"".join(boxes)})
    assert outline(read_bytes(tmp_path, "a.doc", data)) == [
        ("paragraph", "See the page. ☑ Yes ☐ No Green"), ("paragraph", "東京"), ("paragraph", "Next."),
    ]  # fmt: skip


def test_notes_comments_and_text_boxes_stand_where_they_belong(tmp_path: Path) -> None:
    main = [Paragraph([("Said\x02 and\x05 seen\x08.", _SPECIAL)]), paragraph("Next.")]
    comment = struct.pack("<H", 1) + "L".encode("utf-16-le") + bytes(16) + struct.pack("<H8x", 0)
    tables = {
        made.FOOTNOTE_PLACES: made.plc((4, 24), b"\1\0"), made.FOOTNOTES: made.plc((0, 9, 10)),
        made.COMMENT_PLACES: made.plc((9, 24), comment), made.COMMENTS: made.plc((0, 8, 9)),
        made.AUTHORS: struct.pack("<H", 3) + "Lea".encode("utf-16-le"),
        made.ANCHORS: made.plc((15, 24), struct.pack("<I22x", 1026)),
        made.BOXES: made.plc((0, 6, 11, 12), *(struct.pack("<14xI4x", shape) for shape in (1026, 1027, 0))),
    }  # fmt: skip
    notes = [paragraph("\x02 In 1999"), paragraph("")]
    comments, boxes = [paragraph("\x05 Check?"), paragraph("")], [paragraph("Boxed"), paragraph("Lost"), paragraph("")]
    document = read_bytes(tmp_path, "a.doc", word97(main, notes, [], [], comments, [], boxes, tables=tables))
    assert outline(document) == [
        ("paragraph", "Said[1] and seen."), ("paragraph", "Boxed"), ("paragraph", "Footnote 1: In 1999"),
        ("paragraph", "Comment by Lea: Check?"), ("paragraph", "Next."), ("paragraph", "Lost"),
    ]  # fmt: skip


def test_a_password_damage_and_emptiness_are_a_line_each(tmp_path: Path) -> None:
    whole = word97([paragraph("The lamp is lit before dusk.")])
    place = whole.index("WordDocument".encode("utf-16-le"))
    cases = {
        "has a password": word97([paragraph("x")], flags=0x0100),
        "holds no text": word97([paragraph("")]),
        "its text cannot be found": word97([paragraph("x")], tables={33: b"\x07"}),
        "damaged": whole[:place] + bytes(64) + whole[place + 64 :],
        "not what its name says": b"\xffWPC" + bytes(64),
    }
    for words, data in cases.items():
        with pytest.raises(DocumentError, match=words):
            read_bytes(tmp_path, "a.doc", data)


def test_text_that_is_not_there_is_told(tmp_path: Path) -> None:
    pieces = made.plc((0, 9), struct.pack("<HIH", 0, 2048, 0))
    cut = word97([paragraph("The lamp is lit.")], tables={33: b"\x02" + struct.pack("<I", len(pieces)) + pieces})
    document = read_bytes(tmp_path, "a.doc", cut)
    assert document.text == "The lamp"
    assert document.notes == ("The file is damaged: part of its text is missing. Save it as DOCX.",)


def test_pieces_that_say_the_same_bytes_over_and_over_end(tmp_path: Path) -> None:
    data = word97([paragraph("The lamp. " * 20)])
    pieces = made.plc([200 * number for number in range(400)], *[struct.pack("<HIH", 0, 2048, 0)] * 399)
    swollen = word97([paragraph("The lamp. " * 20)], tables={33: b"\x02" + struct.pack("<I", len(pieces)) + pieces})
    assert len(data) < len(swollen)
    try:
        text = read_bytes(tmp_path, "a.doc", swollen).text
    except DocumentError:
        return
    assert len(text) < 5 * len(swollen)


def test_boxes_and_notes_that_lie_over_each_other_end(tmp_path: Path) -> None:
    main, boxes = [paragraph("Here\x08.")], [paragraph("Box\x08 " * 20)]
    size = len(main[0].pieces[0][0]) + 1 + len(boxes[0].pieces[0][0]) + 1
    circle = {
        made.ANCHORS: made.plc((4, 10, size), *(struct.pack("<I22x", shape) for shape in (1026, 1027))),
        made.BOXES: made.plc((0, 10, 0, 10), *(struct.pack("<14xI4x", shape) for shape in (1026, 0, 1027))),
    }
    data = word97(main, [], [], [], [], [], boxes, tables=circle)
    assert read_bytes(tmp_path, "a.doc", data).text == "Here.\n\nBox Box\n\nBox Box"
    places = range(0, 400, 2)
    many = {
        made.FOOTNOTE_PLACES: made.plc(range(201), *[b"\1\0"] * 200),
        made.FOOTNOTES: made.plc([0 if place % 4 else 700 for place in places]),
    }
    notes = [paragraph("note " * 140)]
    with pytest.raises(DocumentError, match="its parts overlap"):
        read_bytes(tmp_path, "a.doc", word97([paragraph("Said.")], notes, tables=many))
