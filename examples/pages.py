"""The pages of a PDF manual: cover, running head and foot, and what every heading leaves in outline and contents."""

from __future__ import annotations

import io
from xml.sax.saxutils import escape

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import cm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph

from examples.figures import ACCENT, GREY, INK
from examples.master import COMPANY, Master
from examples.styles import STYLES

MARGIN = 2.2 * cm
TEXT_WIDTH = A4[0] - 2 * MARGIN


class ManualTemplate(BaseDocTemplate):
    """Running head and foot on every page but a cover; an outline entry and a contents entry for every heading."""

    def __init__(self, target: io.BytesIO, master: Master) -> None:
        super().__init__(
            target,
            pagesize=A4,
            title=f"{master.title}: {master.subtitle}",
            author=COMPANY,
            subject=master.number,
            # No time stamps. No compression: another build of zlib would deflate to other bytes.
            invariant=1,
            pageCompression=0,
        )
        self.master = master
        frame = Frame(MARGIN, 2.2 * cm, TEXT_WIDTH, A4[1] - 4.6 * cm, 0, 0, 0, 0)
        cover = PageTemplate("cover", [frame], onPage=self.draw_cover)
        page = PageTemplate("page", [frame], onPage=self.draw_page)
        self.addPageTemplates([cover, page] if master.contents else [page])

    def draw_cover(self, canvas: Canvas, _: BaseDocTemplate) -> None:
        canvas.setFillColor(INK)
        canvas.rect(0, A4[1] - 9 * cm, A4[0], 9 * cm, stroke=0, fill=1)
        canvas.setFillColor(ACCENT)
        canvas.rect(0, A4[1] - 9.25 * cm, A4[0], 0.25 * cm, stroke=0, fill=1)
        canvas.setFillColorRGB(1, 1, 1)
        canvas.setFont("Helvetica-Bold", 14)
        canvas.drawString(MARGIN, A4[1] - 3 * cm, "FELLWATT")
        canvas.setFont("Helvetica-Bold", 30)
        canvas.drawString(MARGIN, A4[1] - 6 * cm, self.master.title)

    def draw_page(self, canvas: Canvas, _: BaseDocTemplate) -> None:
        canvas.setStrokeColor(ACCENT)
        canvas.setLineWidth(0.6)
        canvas.line(MARGIN, A4[1] - 1.7 * cm, A4[0] - MARGIN, A4[1] - 1.7 * cm)
        canvas.setFillColor(GREY)
        canvas.setFont("Helvetica", 8)
        canvas.drawString(MARGIN, A4[1] - 1.5 * cm, self.master.title)
        canvas.drawRightString(A4[0] - MARGIN, A4[1] - 1.5 * cm, COMPANY)
        canvas.drawString(MARGIN, 1.3 * cm, self.master.edition)
        canvas.drawRightString(A4[0] - MARGIN, 1.3 * cm, str(canvas.getPageNumber()))

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802  # reportlab's own hook.
        if isinstance(flowable, Heading):
            self.canv.bookmarkPage(flowable.key)
            self.canv.addOutlineEntry(flowable.text, flowable.key, flowable.level - 1, flowable.level > 1)
            self.notify("TOCEntry", (flowable.level - 1, escape(flowable.text), self.page, flowable.key))


class Heading(Paragraph):
    def __init__(self, text: str, level: int, key: str) -> None:
        super().__init__(escape(text), STYLES[f"h{level}"])
        self.text, self.level, self.key = text, level, key
