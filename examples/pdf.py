"""Set a master text as an A4 PDF with outline, page numbers and, where asked for, a cover and a table of contents.

Nothing of the clock or the machine may reach the bytes.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from xml.sax.saxutils import escape

from markdown_it.tree import SyntaxTreeNode
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import cm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    ListFlowable,
    NextPageTemplate,
    PageBreak,
    Paragraph,
    Preformatted,
    Spacer,
    Table,
)
from reportlab.platypus.tableofcontents import TableOfContents

from examples.figures import FIGURES, GREY
from examples.master import COMPANY, Master, heading_level, plain_text, table_rows
from examples.pages import TEXT_WIDTH, Heading, ManualTemplate
from examples.styles import (
    CALLOUT_COLOURS,
    CELL_PADDING,
    CONTENTS_STYLES,
    CONTENTS_TABLE_STYLE,
    STYLES,
    TABLE_STYLE,
    callout_style,
)

# What is lower than this is not broken across pages.
UNBROKEN_HEIGHT = 7 * cm
# Not in the encoding of PDF's own Helvetica; its Symbol font has them.
SYMBOLS = "Ω≥≤−→"


def write_pdf(master: Master) -> bytes:
    target = io.BytesIO()
    ManualTemplate(target, master).multiBuild(list(story_of(master)))
    return target.getvalue()


def story_of(master: Master) -> Iterator[Flowable]:
    if master.contents:
        yield Spacer(0, 8 * cm)
        yield Paragraph(master.subtitle, STYLES["subtitle"])
        yield Paragraph(master.edition, STYLES["edition"])
        yield Spacer(0, 10 * cm)
        yield Paragraph(f"{COMPANY}, Gillbank Works, Arnsby Road, Thornmere, Cumbria", STYLES["edition"])
        yield NextPageTemplate("page")
        yield PageBreak()
        yield Paragraph("Contents", STYLES["h1"])
        yield TableOfContents(levelStyles=list(CONTENTS_STYLES), tableStyle=CONTENTS_TABLE_STYLE, dotsMinLevel=0)
        yield PageBreak()
    else:
        yield Paragraph(master.title, STYLES["title"])
        yield Paragraph(master.subtitle, STYLES["subtitle"])
    counters = [0, 0, 0]
    headings: list[Flowable] = []
    for node in master.body.children:
        if node.type == "heading":
            level = heading_level(node)
            counters[level - 1 :] = [counters[level - 1] + 1] + [0] * (3 - level)
            number = ".".join(str(counter) for counter in counters[:level])
            text = plain_text(node.children[0])
            headings.append(Heading(f"{number} {text}" if master.contents else text, level, f"section-{number}"))
        else:
            # A heading stays with what it stands over; reportlab's own keepWithNext parts it from lists.
            block = [*headings, *flowables_of(node)]
            yield CondPageBreak(min(sum(height_of(flowable) for flowable in block), UNBROKEN_HEIGHT))
            yield from block
            headings = []


def height_of(flowable: Flowable) -> float:
    return flowable.getSpaceBefore() + flowable.wrapOn(Canvas(io.BytesIO()), TEXT_WIDTH, A4[1])[1]


def flowables_of(node: SyntaxTreeNode) -> Iterator[Flowable]:
    match node.type:
        case "paragraph":
            yield Paragraph(markup(node.children[0]), STYLES["body"])
        case "bullet_list" | "ordered_list":
            yield list_of(node)
        case "table":
            yield table_of(node)
        case "blockquote":
            yield from (callout_of(paragraph.children[0]) for paragraph in node.children)
        case "fence" if node.info == "figure system":
            yield FIGURES["system"]()
        case "fence":
            yield Preformatted(node.content.rstrip(), STYLES["code"])
        case _:
            raise ValueError(f"A master holds {node.type!r}, which the PDF writer does not set.")


def list_of(node: SyntaxTreeNode) -> Flowable:
    items = [[flowable for block in item.children for flowable in flowables_of(block)] for item in node.children]
    ordered = node.type == "ordered_list"
    checklist = plain_text(node.children[0].children[0].children[0]).startswith("[ ]")
    return ListFlowable(
        items,
        bulletType="1" if ordered else "bullet",
        start=1 if ordered else "squarelrs" if checklist else "•",
        bulletFormat="%s." if ordered else None,
        bulletFontSize=9.5,
        leftIndent=16,
        spaceAfter=6,
    )


def table_of(node: SyntaxTreeNode) -> Flowable:
    rows = table_rows(node)
    texts = [[plain_text(cell) for cell in row] for row in rows]
    # Every column has room for its longest word; what is left goes where the text is.
    words = [max(word_width(text) for text in column) + 2 * CELL_PADDING for column in zip(*texts, strict=True)]
    weights = [min(max(map(len, column)), 46) for column in zip(*texts, strict=True)]
    left = TEXT_WIDTH - sum(words)
    widths = [word + left * weight / sum(weights) for word, weight in zip(words, weights, strict=True)]
    cells = [
        [Paragraph(markup(cell), STYLES["head" if index == 0 else "cell"]) for cell in row]
        for index, row in enumerate(rows)
    ]
    return Table(cells, colWidths=widths, repeatRows=1, style=TABLE_STYLE, spaceBefore=4, spaceAfter=10)


def word_width(text: str) -> float:
    return max(
        (stringWidth(word, STYLES["head"].fontName, STYLES["head"].fontSize) for word in text.split()), default=0
    )


def callout_of(inline: SyntaxTreeNode) -> Flowable:
    label = plain_text(inline).split(" ", 1)[0]
    box = Table([[Paragraph(markup(inline), STYLES["callout"])]], colWidths=[TEXT_WIDTH], spaceBefore=4, spaceAfter=8)
    box.setStyle(callout_style(CALLOUT_COLOURS.get(label, GREY)))
    return box


def markup(node: SyntaxTreeNode) -> str:
    """An inline node in reportlab's own XML."""
    match node.type:
        case "text":
            text = escape(node.content.removeprefix("[ ] "))
            for symbol in SYMBOLS:
                text = text.replace(symbol, f'<font face="Symbol">{symbol}</font>')
            return text
        case "softbreak":
            return " "
        case "code_inline":
            return f'<font face="Courier">{escape(node.content)}</font>'
        case "strong":
            return f"<b>{''.join(map(markup, node.children))}</b>"
        case "em":
            return f"<i>{''.join(map(markup, node.children))}</i>"
        case "inline":
            return "".join(map(markup, node.children))
        case _:
            raise ValueError(f"A master holds {node.type!r}, which the PDF writer does not set.")
