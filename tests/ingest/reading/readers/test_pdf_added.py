"""What is laid over the pages of a PDF or pinned to them: layers, files; and what a title page says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingest.reading.readers.files import assemble_pdf, read_all, read_bytes
from tests.ingest.reading.readers.pdfpages import Sheet

FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def _stream(content: bytes, about: bytes = b"") -> bytes:
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (about, len(content), content)


def _line(text: str, y: int) -> bytes:
    return b"BT /F1 12 Tf 72 %d Td (%s) Tj ET" % (y, text.encode())


@pytest.mark.parametrize(
    ("states", "shown"),
    [
        (b"/OFF[6 0 R]", "For all. Final figures."),
        (b"/OFF[7 0 R]", "For all. Draft figures."),
        (b"/BaseState/OFF/ON[7 0 R]", "For all. Final figures."),
        (b"", "For all. Draft figures. Final figures."),
    ],
)
def test_a_layer_that_is_off_is_not_read(tmp_path: Path, states: bytes, shown: str) -> None:
    layers = b" /OC /A BDC %s EMC /OC /B BDC %s EMC" % (_line("Draft figures.", 686), _line("Final figures.", 672))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/OCProperties<</OCGs[6 0 R 7 0 R]/D<<%s>>>>>>" % states,
        b"<</Type/Pages/Count 1/Kids[5 0 R]>>",
        FONT,
        _stream(_line("For all.", 700) + layers),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R"
        b"/Resources<</Font<</F1 3 0 R>>/Properties<</A 6 0 R/B 7 0 R>>>>>>",
        b"<</Type/OCG/Name(Draft)>>",
        b"<</Type/OCG/Name(Final)>>",
        b"<<>>",
    ]
    assert " ".join(read_bytes(tmp_path, "a.pdf", assemble_pdf(objects)).text.split()) == shown


def test_a_file_pinned_to_a_page_is_told_there_and_read(tmp_path: Path) -> None:
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[5 0 R]>>",
        FONT,
        _stream(_line("The contract.", 700)),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Annots[6 0 R]"
        b"/Resources<</Font<</F1 3 0 R>>>>>>",
        b"<</Type/Annot/Subtype/FileAttachment/Rect[72 600 90 620]/FS 7 0 R>>",
        b"<</Type/Filespec/F(fees.txt)/UF(fees.txt)/EF<</F 8 0 R>>>>",
        _stream(b"Ten francs.", b"/Type/EmbeddedFile"),
        b"<<>>",
    ]
    contract, fees = read_all(tmp_path, "a.pdf", assemble_pdf(objects))
    assert contract.text == "The contract.\n\nAttached file: fees.txt"
    assert (fees.name, fees.text) == ("fees.txt", "Ten francs.")


def test_a_title_page_that_the_outline_leaves_out_gives_the_title(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.line("Manual of the crane", size=22)
    sheet.line("An edition for the yard, with all that its keepers need to know of it.")
    sheet.next_page()
    sheet.canvas.bookmarkPage("use")
    sheet.canvas.addOutlineEntry("Use", "use", 0)
    sheet.line("Use", size=14)
    sheet.line("The crane is used by day, and by nobody who is alone at the quay.")
    assert read_bytes(tmp_path, "a.pdf", sheet.data()).title == "Manual of the crane"
