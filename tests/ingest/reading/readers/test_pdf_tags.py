"""Tagged PDFs are read by their tags."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import pypdf
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, TextStringObject
from reportlab.pdfgen.canvas import Canvas

from tests.ingest.reading.readers.files import outline, read_bytes

Node = tuple[str, Sequence["Node | int"]]  # A tag, and what stands in it: others, and numbers of texts.


def _tagged(texts: Sequence[tuple[float, float, str]], tree: Sequence[Node], *, spans: int = 1) -> bytes:
    """A page with texts at their places, and a tree of tags over them; `spans` is how far each TH reaches across."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(612, 792))
    canvas.setFont("Helvetica", 11)
    operators: list[str] = vars(canvas)["_code"]
    for number, (left, y, text) in enumerate(texts):
        operators.append(f"/Span <</MCID {number}>> BDC")
        canvas.drawString(left, y, text)
        operators.append("EMC")
    canvas.save()
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(out.getvalue()))
    page = writer.pages[0]
    page[NameObject("/StructParents")] = NumberObject(0)
    owners: dict[int, object] = {}

    def element(node: Node, parent: object) -> object:
        kind, inside = node
        made = DictionaryObject({NameObject("/S"): NameObject(f"/{kind}"), NameObject("/P"): parent})
        made[NameObject("/Pg")] = page.indirect_reference
        if kind == "TH" and spans > 1:
            span = {NameObject("/O"): NameObject("/Table"), NameObject("/ColSpan"): NumberObject(spans)}
            made[NameObject("/A")] = DictionaryObject(span)
        reference = writer._add_object(made)
        children = ArrayObject()
        for child in inside:
            if isinstance(child, int):
                owners[child] = reference
                children.append(NumberObject(child))
            else:
                children.append(element(child, reference))
        made[NameObject("/K")] = children
        return reference

    root = DictionaryObject({NameObject("/Type"): NameObject("/StructTreeRoot")})
    place = writer._add_object(root)
    root[NameObject("/K")] = ArrayObject([element(("Document", tree), place)])
    parents = ArrayObject([owners[number] for number in range(len(texts))])
    numbers = ArrayObject([NumberObject(0), writer._add_object(parents)])
    root[NameObject("/ParentTree")] = DictionaryObject({NameObject("/Nums"): numbers})
    catalog = writer.root_object
    catalog[NameObject("/StructTreeRoot")] = place
    catalog[NameObject("/MarkInfo")] = DictionaryObject({NameObject("/Marked"): NumberObject(1)})
    catalog[NameObject("/Lang")] = TextStringObject("en")
    done = io.BytesIO()
    writer.write(done)
    return done.getvalue()


def test_a_tag_makes_a_heading_of_what_looks_like_text(tmp_path: Path) -> None:
    texts = [(72, 700, "Care of the lamp"), (72, 686, "The lamp is lit before dusk.")]
    document = read_bytes(tmp_path, "a.pdf", _tagged(texts, [("H2", [0]), ("P", [1])]))
    assert outline(document) == [("heading2", "Care of the lamp"), ("paragraph", "The lamp is lit before dusk.")]


def test_a_page_is_read_in_the_order_of_its_tags(tmp_path: Path) -> None:
    texts = [(320, 700, "Third it burns."), (72, 700, "First it is cleaned."), (72, 500, "Then it is lit.")]
    tree: list[Node] = [("P", [1]), ("P", [2]), ("P", [0])]
    assert read_bytes(tmp_path, "a.pdf", _tagged(texts, tree)).text.split(".")[:3] == [
        "First it is cleaned",
        "\n\nThen it is lit",
        "\n\nThird it burns",
    ]


def test_a_tagged_table_names_its_columns_though_its_cells_stand_close(tmp_path: Path) -> None:
    rows = [("Quay", "Crane"), ("North", "old one"), ("South", "new one")]
    texts = [
        (72 + 34 * column, 700 - 14 * row, text) for row, cells in enumerate(rows) for column, text in enumerate(cells)
    ]
    tree: list[Node] = [
        (
            "Table",
            [
                ("TR", [("TH" if row == 0 else "TD", [("P", [2 * row + column])]) for column in (0, 1)])
                for row in range(3)
            ],
        )
    ]
    document = read_bytes(tmp_path, "a.pdf", _tagged(texts, tree))
    assert outline(document) == [("table", "Quay: North; Crane: old one\nQuay: South; Crane: new one")]


def test_a_tagged_name_over_two_columns_belongs_to_both(tmp_path: Path) -> None:
    texts = [(120, 700, "Load in tons"), (100, 686, "10"), (180, 686, "20"), (100, 672, "7"), (180, 672, "9")]
    tree: list[Node] = [
        ("Table", [("TR", [("TH", [0])]), ("TR", [("TD", [1]), ("TD", [2])]), ("TR", [("TD", [3]), ("TD", [4])])])
    ]
    document = read_bytes(tmp_path, "a.pdf", _tagged(texts, tree, spans=2))
    assert outline(document) == [("table", "Load in tons\n10 | 20\n7 | 9")]


def test_tags_of_hardly_a_word_are_not_trusted(tmp_path: Path) -> None:
    texts = [(72, 700, "Care of the lamp"), (72, 686, "The lamp is lit before dusk, and burns until the sun is up.")]
    data = _tagged(texts, [("H1", [0]), ("P", [1])]).replace(b"/Span <</MCID 1>> BDC", b"/Span <</MCID 9>> BDC")
    kinds = [kind for kind, _ in outline(read_bytes(tmp_path, "a.pdf", data))]
    assert "heading" not in kinds


def test_letters_moved_to_others_are_known_as_noise(tmp_path: Path) -> None:
    words = "The keeper of the lighthouse lights the lamp an hour before dusk and winds the clockwork every four hours."
    moved = "".join(chr(ord(sign) + 4) if sign.isalpha() else sign for sign in words)
    texts = [(72, 700, "A page that can be read."), (72, 680, "It stands before the other.")]
    plain = _tagged(texts, [("P", [0]), ("P", [1])])
    noise = _tagged([(72, 700, moved), (72, 680, moved)], [("P", [0]), ("P", [1])])
    writer = pypdf.PdfWriter()
    for data in (plain, noise):
        writer.append(io.BytesIO(data))
    done = io.BytesIO()
    writer.write(done)
    document = read_bytes(tmp_path, "a.pdf", done.getvalue())
    assert document.text == "A page that can be read. It stands before the other."
    assert "Page 2 was left out" in document.notes[0]


def test_cells_of_a_short_row_stand_in_their_columns_though_other_cells_span_two(tmp_path: Path) -> None:
    rows: list[list[tuple[float, str]]] = [
        [(72, "Sailing boats"), (272, "Motor boats")],
        [(72, "12"), (172, "7"), (272, "30"), (372, "9")],
        [(72, "14"), (172, "8"), (272, "31"), (372, "2")],
        [(172, "5"), (372, "6")],
    ]
    texts = [(left, 700.0 - 16 * number, text) for number, row in enumerate(rows) for left, text in row]
    tree: list[Node] = []
    count = 0
    for row in rows:
        kind = "TD" if tree else "TH"
        tree.append(("TR", [(kind, [count + at]) for at in range(len(row))]))
        count += len(row)
    document = read_bytes(tmp_path, "a.pdf", _tagged(texts, [("Table", tree)], spans=2))
    assert document.text.splitlines()[1:] == ["12 | 7 | 30 | 9", "14 | 8 | 31 | 2", " | 5 |  | 6"]
