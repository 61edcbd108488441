"""What a PDF holds and does not show: layers that are off, and text that something is painted over."""

from __future__ import annotations

import io
from pathlib import Path

import pypdf
import pytest

from tests.ingest.reading.readers.files import assemble_pdf, read_bytes
from tests.ingest.reading.readers.pdfpages import Sheet

BOX, FONT = b"/BBox[0 0 612 792]", b"/Font<</F1 3 0 R>>"
WHITE_PICTURE = (
    b"<</Type/XObject/Subtype/Image/Width 2/Height 2/ColorSpace/DeviceGray/BitsPerComponent 8"
    b"/Length 4>>stream\n\xff\xff\xff\xff\nendstream"
)


def _line(text: str, y: int, *, mode: int = 0) -> bytes:
    return b"BT %d Tr /F1 12 Tf 72 %d Td (%s) Tj ET " % (mode, y, text.encode())


def _drawing(content: bytes, about: bytes = b"") -> bytes:
    return b"<</Type/XObject/Subtype/Form%s%s/Resources<<%s>>/Length %d>>stream\n%s\nendstream" % (
        BOX,
        about,
        FONT,
        len(content),
        content,
    )


def _page(content: bytes, *objects: bytes, resources: bytes = b"", page: bytes = b"", catalog: bytes = b"") -> bytes:
    """A PDF of one page; the objects are numbered from 6."""
    return assemble_pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R%s>>" % catalog,
            b"<</Type/Pages/Count 1/Kids[5 0 R]>>",
            b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
            b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R%s/Resources<<%s%s>>>>"
            % (page, FONT, resources),
            *objects,
            b"<<>>",
        ]
    )


def _layered(content: bytes, *objects: bytes, resources: bytes = b"", page: bytes = b"") -> bytes:
    """The same with layer 6, which is off, and layer 7; further objects from 8."""
    return _page(
        content,
        b"<</Type/OCG/Name(Draft)>>",
        b"<</Type/OCG/Name(Final)>>",
        *objects,
        resources=resources,
        page=page,
        catalog=b"/OCProperties<</OCGs[6 0 R 7 0 R]/D<</OFF[6 0 R]>>>>",
    )


def _words(tmp_path: Path, pdf: bytes) -> str:
    return " ".join(read_bytes(tmp_path, "a.pdf", pdf).text.split())


@pytest.mark.parametrize(
    ("membership", "shown"),
    [
        (b"/OCGs[6 0 R 7 0 R]", "Extra. The end."),
        (b"/OCGs 6 0 R", "The end."),
        (b"/OCGs[6 0 R 7 0 R]/P/AllOn", "The end."),
        (b"/OCGs[6 0 R 7 0 R]/P/AnyOff", "Extra. The end."),
        (b"/OCGs[7 0 R]/P/AnyOff", "The end."),
        (b"/OCGs[6 0 R]/P/AllOff", "Extra. The end."),
        (b"/OCGs[]/P/AllOn", "Extra. The end."),
        (b"/OCGs[6 0 R]/VE[/Not 6 0 R]", "Extra. The end."),
        (b"/VE[/And 7 0 R[/Not 7 0 R]]", "The end."),
        (b"/VE[/Or 6 0 R 7 0 R]", "Extra. The end."),
    ],
)
def test_content_of_several_layers_is_read_where_their_policy_shows_it(
    tmp_path: Path, membership: bytes, shown: str
) -> None:
    content = b"/OC /M BDC " + _line("Extra.", 686) + b"EMC " + _line("The end.", 672)
    pdf = _layered(content, b"<</Type/OCMD%s>>" % membership, resources=b"/Properties<</M 8 0 R>>")
    assert _words(tmp_path, pdf) == shown


@pytest.mark.parametrize(
    ("content", "drawing"),
    [
        (b"/X Do ", _drawing(_line("Extra.", 686), b"/OC 6 0 R")),
        (b"/OC /A BDC /X Do EMC ", _drawing(_line("Extra.", 686))),
        (b"/OC /A BDC /Span <</MCID 0>> BDC " + _line("Extra.", 686) + b"EMC EMC ", _drawing(b"")),
    ],
)
def test_a_drawing_in_a_layer_that_is_off_is_not_read(tmp_path: Path, content: bytes, drawing: bytes) -> None:
    resources = b"/Properties<</A 6 0 R>>/XObject<</X 8 0 R>>"
    pdf = _layered(content + _line("The end.", 672), drawing, resources=resources)
    assert _words(tmp_path, pdf) == "The end."


def test_part_of_a_line_in_a_layer_that_is_off_is_not_read(tmp_path: Path) -> None:
    content = b"BT /F1 12 Tf 72 700 Td (Price ) Tj /OC /A BDC (was 10 ) Tj EMC (is 12 francs) Tj ET"
    pdf = _layered(content, resources=b"/Properties<</A 6 0 R>>")
    assert "was" not in _words(tmp_path, pdf)
    assert "is 12 francs" in _words(tmp_path, pdf)


def test_a_note_in_a_layer_that_is_off_is_not_read(tmp_path: Path) -> None:
    notes = [
        b"<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/Contents(%s)/OC %d 0 R>>" % about
        for about in ((b"No", 6), (b"Yes", 7))
    ]
    pdf = _layered(_line("The end.", 672), *notes, page=b"/Annots[8 0 R 9 0 R]")
    assert _words(tmp_path, pdf) == "The end. Note: Yes"


def test_a_layer_is_off_in_a_file_that_is_packed_and_locked_as_well(tmp_path: Path) -> None:
    content = b"/OC /A BDC " + _line("Extra.", 686) + b"EMC " + _line("The end.", 672)
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(_layered(content, resources=b"/Properties<</A 6 0 R>>")))
    writer.encrypt("", "owner", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    assert _words(tmp_path, out.getvalue()) == "The end."


@pytest.mark.parametrize(
    "cover",
    [
        b"1 g 70 696 230 18 re f 0 g ",
        b"0 g 70 696 230 18 re f* ",
        b"1 g 70 696 m 300 696 l 300 714 l 70 714 l h B 0 g ",
        b"q 230 0 0 18 70 696 cm /I Do Q ",
        b"/X Do ",
    ],
)
def test_text_below_a_box_or_a_picture_is_not_read(tmp_path: Path, cover: bytes) -> None:
    content = _line("The old price is ten.", 700) + cover + _line("The new price.", 700) + _line("It is twelve.", 686)
    drawing = _drawing(b"1 g 70 696 230 18 re f ")
    pdf = _page(content, WHITE_PICTURE, drawing, resources=b"/XObject<</I 6 0 R/X 7 0 R>>")
    assert _words(tmp_path, pdf) == "The new price. It is twelve."


def test_words_below_a_black_bar_are_not_read_and_the_rest_of_their_line_is(tmp_path: Path) -> None:
    content = _line("The witness John Smith said it twice.", 700) + b"133.5 696 66 14 re f " + _line("So be it.", 686)
    assert _words(tmp_path, _page(content)) == "The witness said it twice. So be it."


@pytest.mark.parametrize(
    "cover",
    [
        b"/G gs 1 1 0 rg 70 696 230 18 re f ",
        b"/M gs 1 1 0 rg 70 696 230 18 re f ",
        b"q 400 100 50 50 re W n 1 g 0 0 612 792 re f Q ",
        b"70 696 230 18 re S ",
        b"72 698 120 1 re f ",
        b"q 612 0 0 792 0 0 cm /I Do Q ",
    ],
)
def test_text_is_read_below_what_hides_nothing_and_below_a_scan(tmp_path: Path, cover: bytes) -> None:
    states = b"/ExtGState<</G<</ca 0.4>>/M<</BM/Multiply>>>>"
    content = _line("Plain to see.", 700) + cover
    assert (
        _words(tmp_path, _page(content, WHITE_PICTURE, resources=states + b"/XObject<</I 6 0 R>>")) == "Plain to see."
    )


def test_what_was_recognised_on_a_picture_is_read(tmp_path: Path) -> None:
    content = _line("Recognised.", 700, mode=3) + b"q 200 0 0 20 70 696 cm /I Do Q " + _line("Written.", 686)
    pdf = _page(content, WHITE_PICTURE, resources=b"/XObject<</I 6 0 R>>")
    assert _words(tmp_path, pdf) == "Recognised. Written."


@pytest.mark.parametrize("bullet", ["circle", "square"])
def test_bullets_that_are_drawn_make_a_list(tmp_path: Path, bullet: str) -> None:
    sheet = Sheet()
    sheet.line("What to do before you leave the house for the day:")
    for item in ("Bring a coat and a hat", "Close all the doors"):
        if bullet == "circle":
            sheet.canvas.circle(76, sheet.y + 4, 2, stroke=0, fill=1)
        else:
            sheet.canvas.rect(74, sheet.y + 2, 4, 4, stroke=0, fill=1)
        sheet.line(item, left=86)
    document = read_bytes(tmp_path, "a.pdf", sheet.data())
    assert [block.kind for block in document.blocks] == ["paragraph", "list_item", "list_item"]
    assert "• Close all the doors" in document.text


@pytest.mark.parametrize(
    "box", [b"/BBox[0 0 612 600]/Matrix[1 0 0 1 0 0]", b"/BBox[0 0 612 300]/Matrix[1 0 0 1 0 300]"]
)
def test_a_box_that_its_drawing_cuts_off_hides_nothing_outside(tmp_path: Path, box: bytes) -> None:
    content = _line("Above it.", 700) + _line("Below it.", 500) + b"/X Do "
    drawing = _drawing(b"1 g 0 -400 612 1200 re f ").replace(BOX, box)
    pdf = _page(content, drawing, resources=b"/XObject<</X 6 0 R>>")
    assert _words(tmp_path, pdf) == "Above it."


def test_text_that_is_painted_anew_above_the_box_is_read_whole(tmp_path: Path) -> None:
    line = _line("The price of it all is ten.", 700)
    content = line + b"1 g 140 696 400 18 re f 0 g " + line
    assert _words(tmp_path, _page(content)) == "The price of it all is ten."
