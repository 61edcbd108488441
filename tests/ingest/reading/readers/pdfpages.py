"""PDFs with layout, made in code by reportlab."""

from __future__ import annotations

import io

from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

LEFT, TOP, PITCH = 72.0, 720.0, 14.0


class Sheet:
    """Draws pages from top to bottom. `y` is where the next line stands."""

    def __init__(self, *, encryption: StandardEncryption | None = None) -> None:
        self._out = io.BytesIO()
        self.canvas = Canvas(self._out, pagesize=(612, 792), encrypt=encryption)
        self.y = TOP

    def line(
        self, text: str, *, size: float = 11, font: str = "Helvetica", left: float = LEFT, y: float | None = None
    ) -> None:
        self.canvas.setFont(font, size)
        self.canvas.drawString(left, self.y if y is None else y, text)
        if y is None:
            self.y -= PITCH * size / 11

    def gap(self) -> None:
        self.y -= PITCH

    def next_page(self) -> None:
        self.canvas.showPage()
        self.y = TOP

    def data(self) -> bytes:
        self.canvas.save()
        return self._out.getvalue()
