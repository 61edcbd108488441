"""How the PDF manuals look. Only PDF's own fonts: nothing is embedded, so nothing depends on the machine."""

from __future__ import annotations

from reportlab.lib.colors import Color, HexColor, white
from reportlab.lib.styles import ParagraphStyle, PropertySet
from reportlab.platypus import TableStyle

from examples.figures import ACCENT, GREY, INK, PALE

DARK = HexColor("#222222")
BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=9.5, leading=13.2, spaceAfter=6, textColor=DARK)
HEADING = ParagraphStyle("heading", fontName="Helvetica-Bold", textColor=INK)

STYLES = {
    "body": BODY,
    "title": ParagraphStyle("title", HEADING, fontSize=20, leading=24, spaceAfter=4),
    "subtitle": ParagraphStyle("subtitle", BODY, fontSize=13, leading=17, spaceAfter=10, textColor=ACCENT),
    "edition": ParagraphStyle("edition", BODY, fontSize=10, textColor=GREY),
    "h1": ParagraphStyle("h1", HEADING, fontSize=16, leading=20, spaceBefore=16, spaceAfter=8),
    "h2": ParagraphStyle("h2", HEADING, fontSize=12, leading=15, spaceBefore=10, spaceAfter=5),
    "h3": ParagraphStyle("h3", HEADING, fontSize=10, leading=13, spaceBefore=8, spaceAfter=4),
    "cell": ParagraphStyle("cell", BODY, fontSize=8.5, leading=11, spaceAfter=0),
    "head": ParagraphStyle(
        "head", BODY, fontName="Helvetica-Bold", fontSize=8.5, leading=11, textColor=white, spaceAfter=0
    ),
    "callout": ParagraphStyle("callout", BODY, spaceAfter=0),
    "code": ParagraphStyle("code", BODY, fontName="Courier", fontSize=8.5, leading=11, leftIndent=8),
}

CONTENTS_STYLES: tuple[PropertySet, ...] = (
    ParagraphStyle("contents1", BODY, fontName="Helvetica-Bold", spaceBefore=5, spaceAfter=0),
    ParagraphStyle("contents2", BODY, leftIndent=14, leading=12, fontSize=9, spaceAfter=0),
    ParagraphStyle("contents3", BODY, leftIndent=28, leading=12, fontSize=9, spaceAfter=0),
)
CONTENTS_TABLE_STYLE = TableStyle(
    [(side, (0, 0), (-1, -1), 0) for side in ("LEFTPADDING", "RIGHTPADDING", "TOPPADDING", "BOTTOMPADDING")]
)

CELL_PADDING = 5
TABLE_STYLE = TableStyle(
    [
        ("BACKGROUND", (0, 0), (-1, 0), ACCENT),
        ("ROWBACKGROUNDS", (0, 1), (-1, -1), [white, PALE]),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor("#b9cccc")),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), CELL_PADDING),
        ("RIGHTPADDING", (0, 0), (-1, -1), CELL_PADDING),
        ("TOPPADDING", (0, 0), (-1, -1), 3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]
)

CALLOUT_COLOURS = {
    "DANGER": HexColor("#c0392b"),
    "WARNING": HexColor("#d9822b"),
    "CAUTION": HexColor("#d9a514"),
    "NOTE": ACCENT,
}


def callout_style(colour: Color) -> TableStyle:
    return TableStyle(
        [
            ("BACKGROUND", (0, 0), (-1, -1), HexColor("#f7f7f4")),
            ("LINEBEFORE", (0, 0), (0, -1), 3, colour),
            ("LEFTPADDING", (0, 0), (-1, -1), 10),
            ("TOPPADDING", (0, 0), (-1, -1), 5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 6),
        ]
    )
