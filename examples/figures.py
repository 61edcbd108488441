"""The drawings of the manuals, by the name a master gives in its `figure` block."""

from __future__ import annotations

from reportlab.graphics.shapes import Drawing, Line, Rect, String
from reportlab.lib.colors import HexColor

INK = HexColor("#1f3a3d")
ACCENT = HexColor("#1c7c7d")
PALE = HexColor("#e6f1f1")
GREY = HexColor("#6b7b7c")


def draw_box(drawing: Drawing, x: float, y: float, width: float, lines: tuple[str, ...]) -> None:
    """A box of 44 points' height; its first line is the name, the others explain."""
    box = Rect(x, y, width, 44)
    box.fillColor, box.strokeColor, box.strokeWidth = PALE, ACCENT, 1
    drawing.add(box)
    for index, line in enumerate(lines):
        text = String(x + width / 2, y + 27 - 12 * index, line, fontSize=8.5, fillColor=INK, textAnchor="middle")
        text.fontName = "Helvetica-Bold" if index == 0 else "Helvetica"
        drawing.add(text)


def draw_link(drawing: Drawing, points: tuple[float, float, float, float], label: str, *, power: bool) -> None:
    """A straight line with its label above or beside it: thick for power, dashed for data."""
    x1, y1, x2, y2 = points
    colour = INK if power else GREY
    line = Line(x1, y1, x2, y2, strokeColor=colour, strokeWidth=2 if power else 1)
    if not power:
        line.strokeDashArray = [3, 2]
    drawing.add(line)
    text = String(x1 + 5, (y1 + y2) / 2 - 3, label, fontName="Helvetica", fontSize=7.5, fillColor=colour)
    if x1 != x2:
        text.x, text.y, text.textAnchor = (x1 + x2) / 2, y1 + 4, "middle"
    drawing.add(text)


def draw_system() -> Drawing:
    drawing = Drawing(450, 190)
    draw_box(drawing, 10, 140, 100, ("PV generator", "2 or 3 strings"))
    draw_box(drawing, 175, 140, 110, ("Ridge inverter", "RI-36, RI-50, RI-80"))
    draw_box(drawing, 350, 140, 95, ("Grid and meter", "clamp CT-100"))
    draw_box(drawing, 10, 10, 100, ("Hearth battery", "HC-2 + HM-52"))
    draw_box(drawing, 175, 10, 110, ("EB-1 changeover", "emergency circuits"))
    draw_box(drawing, 350, 10, 95, ("Beacon gateway", "BG-2"))
    draw_link(drawing, (110, 162, 175, 162), "DC, PV", power=True)
    draw_link(drawing, (285, 162, 350, 162), "AC, GRID", power=True)
    draw_link(drawing, (215, 140, 215, 54), "AC, EPS", power=True)
    draw_link(drawing, (400, 140, 400, 54), "clamp", power=False)
    # The battery's DC cable and CAN cable run side by side below the inverter.
    for x1, label, power in ((35, "DC 51.2 V", True), (85, "CAN", False)):
        draw_link(drawing, (x1, 54, x1, 97 if power else 85), label, power=power)
    for y, x1, x2, power in ((97, 35, 185, True), (85, 85, 197, False)):
        draw_link(drawing, (x1, y, x2, y), "", power=power)
        draw_link(drawing, (x2, y, x2, 140), "", power=power)
    draw_link(drawing, (265, 140, 265, 85), "", power=False)
    draw_link(drawing, (265, 85, 375, 85), "RS-485, 115 200 baud", power=False)
    draw_link(drawing, (375, 85, 375, 54), "", power=False)
    return drawing


FIGURES = {"system": draw_system}
