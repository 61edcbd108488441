"""Turn pages whose text runs up, down or upside down, such as wide tables, so that they read like any other."""

from __future__ import annotations

import math

from pypdfium2 import raw

from ingest.reading.readers.pdf.boxes import Box, Boxes
from ingest.reading.readers.pdf.bulk import Buffers, angles_of
from ingest.reading.readers.pdf.rules import Drawn, Rule, Upright

_SAMPLES = 7  # Characters of a page whose rotation is checked.
_MOSTLY = 0.6
_FIRST_EASTERN = "\u2e80"
_SIGNS_SEEN = 64  # Of the text, to see whether it is Chinese or Japanese at all.
# Where a point (x, y) goes, by quarter turns of the text clockwise: the signs, and whether x and y are swapped.
_TURNS = {1: (-1, 1, True), 2: (-1, -1, False), 3: (1, -1, True)}


def quarters_of(text_page: object, count: int, text: str, room: Buffers) -> int:
    """How many quarter turns, clockwise, most of the page's `count` characters are rotated: 0 to 3."""
    angles = angles_of(text_page, range(0, count, max(count // _SAMPLES, 1)))
    if not any(angles):
        is_eastern = not text.isascii() and max(text[:: len(text) // _SIGNS_SEEN + 1]) >= _FIRST_EASTERN
        return int(bool(angles) and is_eastern and _is_set_downwards(text_page, count, room))
    found = [round(angle / (math.pi / 2)) % 4 for angle in angles]
    usual = max(set(found), key=found.count, default=0)
    if found.count(usual) <= _MOSTLY * len(found):
        return 0
    return usual or int(not text.isascii() and _is_set_downwards(text_page, count, room))


def _is_set_downwards(text_page: object, count: int, room: Buffers) -> bool:
    """Whether the text is vertical Chinese or Japanese. Turned left, its columns are lines, the first on top."""
    places = range(0, count - 1, max(count // _SAMPLES, 1))
    eastern = sum(raw.FPDFText_GetUnicode(text_page, index) > ord(_FIRST_EASTERN) for index in places)
    if eastern <= _MOSTLY * len(places):
        return False
    boxes = room.boxes(text_page, [at for index in places for at in (index, index + 1)]).each()
    steps = zip(boxes[0::2], boxes[1::2], strict=True)
    below = sum(other.top < one.top and other.left < one.right and one.left < other.right for one, other in steps)
    return below > _MOSTLY * len(places)


def box_of(page: object, quarters: int) -> Box | None:
    """The visible box of the page, which may be cropped; None if its values make no sense."""
    box = raw.FS_RECTF()
    if not raw.FPDF_GetPageBoundingBox(page, box) or box.right - box.left < 1 or box.top - box.bottom < 1:
        return None
    return turned_box(Box(box.left, box.right, box.bottom, box.top), quarters)


def turned_box(box: Box, quarters: int) -> Box:
    """The box after the page is turned."""
    (left, top), (right, bottom) = _point(box.left, box.top, quarters), _point(box.right, box.bottom, quarters)
    return Box(min(left, right), max(left, right), min(bottom, top), max(bottom, top))


def turned_boxes(boxes: Boxes, quarters: int) -> Boxes:
    """The boxes after the page is turned."""
    return Boxes.of([turned_box(box, quarters) for box in boxes.each()]) if quarters and boxes.lefts else boxes


def turned(drawn: Drawn, quarters: int) -> Drawn:
    """The page's straight lines after it is turned."""
    if quarters == 0:
        return drawn
    level: list[Rule] = []
    upright: list[Upright] = []
    ends = [((rule.left, rule.height), (rule.right, rule.height), rule.is_edge) for rule in drawn.level]
    ends += [((line.place, line.bottom), (line.place, line.top), line.is_edge) for line in drawn.upright]
    for first, last, is_edge in ends:
        (x1, y1), (x2, y2) = _point(*first, quarters), _point(*last, quarters)
        if y1 == y2:
            level.append(Rule(y1, min(x1, x2), max(x1, x2), is_edge))
        else:
            upright.append(Upright(x1, min(y1, y2), max(y1, y2), is_edge))
    return Drawn(sorted(level, reverse=True), sorted(upright))


def _point(x: float, y: float, quarters: int) -> tuple[float, float]:
    if quarters == 0:
        return x, y
    across, up, is_swapped = _TURNS[quarters]
    return (across * y, up * x) if is_swapped else (across * x, up * y)
