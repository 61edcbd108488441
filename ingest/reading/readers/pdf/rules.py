"""Level lines that are drawn on a page, as between the rows of a table. Asked only where text stands beside text."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import NamedTuple

from pypdfium2 import raw

_THIN = 2.5  # Points: a rectangle so low is a line.
_LEAST_LENGTH = 24.0
_MOST_OBJECTS = 20_000
_MOST_SEGMENTS = 400  # A path of more is a drawing.


class Rule(NamedTuple):
    """In points from the page's lower left corner."""

    height: float
    left: float
    right: float


def rules_of(page: object) -> list[Rule]:
    """The page's level lines, edges of boxes among them."""
    found = [
        rule
        for index in range(min(raw.FPDFPage_CountObjects(page), _MOST_OBJECTS))
        for rule in _rules_in(raw.FPDFPage_GetObject(page, index), raw.FS_MATRIX(1, 0, 0, 1, 0, 0), 0)
        if rule.right - rule.left >= _LEAST_LENGTH
    ]
    return sorted(set(found), reverse=True)


def _rules_in(item: object, outer: raw.FS_MATRIX, depth: int) -> Iterator[Rule]:
    kind = raw.FPDFPageObj_GetType(item)
    if kind not in (raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_FORM):
        return
    matrix = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(item, matrix)
    matrix = _combined(matrix, outer)
    if kind == raw.FPDF_PAGEOBJ_PATH:
        yield from _level_lines(item, matrix)
    elif depth < 3:
        for index in range(min(raw.FPDFFormObj_CountObjects(item), _MOST_OBJECTS)):
            yield from _rules_in(raw.FPDFFormObj_GetObject(item, index), matrix, depth + 1)


def _level_lines(path: object, matrix: raw.FS_MATRIX) -> Iterator[Rule]:
    count = raw.FPDFPath_CountSegments(path)
    if count > _MOST_SEGMENTS:
        return
    x, y = ctypes.c_float(), ctypes.c_float()
    before: tuple[float, float] | None = None
    for index in range(count):
        segment = raw.FPDFPath_GetPathSegment(path, index)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        point = (
            matrix.a * x.value + matrix.c * y.value + matrix.e,
            matrix.b * x.value + matrix.d * y.value + matrix.f,
        )
        is_line = raw.FPDFPathSegment_GetType(segment) == raw.FPDF_SEGMENT_LINETO
        if is_line and before is not None and abs(point[1] - before[1]) < _THIN / 2:
            yield Rule(round(point[1], 1), *sorted((before[0], point[0])))
        before = point


def _combined(inner: raw.FS_MATRIX, outer: raw.FS_MATRIX) -> raw.FS_MATRIX:
    return raw.FS_MATRIX(
        inner.a * outer.a + inner.b * outer.c,
        inner.a * outer.b + inner.b * outer.d,
        inner.c * outer.a + inner.d * outer.c,
        inner.c * outer.b + inner.d * outer.d,
        inner.e * outer.a + inner.f * outer.c + outer.e,
        inner.e * outer.b + inner.f * outer.d + outer.f,
    )
