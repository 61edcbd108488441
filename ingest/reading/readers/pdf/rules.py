"""Straight lines that are drawn on a page, as between the rows and columns of a table. Asked only where text stands
beside text."""

from __future__ import annotations

import bisect
import ctypes
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pypdfium2 import raw

from ingest.reading.readers.pdf.bulk import Room, is_area, items_on, items_within, kinds_of, placing_of, segment_counts
from ingest.reading.readers.pdf.lines import Line
from ingest.reading.readers.pdf.placing import combined

_THIN = 2.5  # Points: a rectangle so low is a line.
_MIN_LENGTH = 24.0
_MIN_RISE = 7.0
_EDGE = 0.2  # Heights of a line that may reach over an upright one.
_DEEPEST = 3  # Drawings within drawings.
_MAX_OBJECTS = 20_000
_ACROSS, _ACROSS_IN_PIECES = 0.5, 0.4  # Of the width of what it parts.
_COVERED = 0.4  # Of a page that is a scan.
_MAX_SEGMENTS = 400  # A path of more is a drawing.
_MAX_UPRIGHTS = 4_000  # On a page of more they are a drawing.


class Rule(NamedTuple):
    """A level line, in points from the page's lower left corner; `is_edge` where it is that of a coloured area."""

    height: float
    left: float
    right: float
    is_edge: bool = False


class Upright(NamedTuple):
    """A line straight up, in the same points."""

    place: float
    bottom: float
    top: float
    is_edge: bool = False


class Drawn(NamedTuple):
    """The straight lines of a page, edges of boxes among them."""

    level: list[Rule]
    upright: list[Upright]


NOTHING_DRAWN = Drawn([], [])


def crossings(lines: Sequence[Line], uprights: Sequence[Upright]) -> Iterator[tuple[int, list[float]]]:
    """The numbers of the lines of text that upright lines run through, and where; `uprights` are in order."""
    if not uprights:
        return
    places = [upright.place for upright in uprights]
    for number, (_, left, right, bottom, height, *_) in enumerate(lines):
        first = bisect.bisect_left(places, left + _EDGE * height)
        last = bisect.bisect_left(places, right - _EDGE * height)
        if first < last:
            middle = bottom + height / 2
            cuts = [upright.place for upright in uprights[first:last] if upright.bottom < middle < upright.top]
            if cuts:
                yield number, cuts


def across(rules: Sequence[Rule], left: float, right: float) -> list[Rule]:
    """The level lines that reach over much of what stands between two places, pieces at one height as one: each cell
    of a table may have its own."""
    levels: list[list[Rule]] = []
    for rule in rules:
        if levels and levels[-1][0].height - rule.height < _THIN / 2:
            levels[-1].append(rule)
        else:
            levels.append([rule])
    found = []
    for level in levels:
        reached, covered = left, 0.0
        for rule in sorted(level, key=lambda rule: rule.left):
            covered += max(min(rule.right, right) - max(rule.left, reached), 0.0)
            reached = max(reached, rule.right)
        if covered > (_ACROSS if len(level) == 1 else _ACROSS_IN_PIECES) * (right - left):
            ends = min(rule.left for rule in level), max(rule.right for rule in level)
            found.append(Rule(level[0].height, *ends, all(rule.is_edge for rule in level)))
    return found


def without_underlines(rules: Sequence[Rule], lines: Sequence[Line]) -> list[Rule]:
    """The level lines without those that only underline a text: as wide as it is, and close below it."""
    near: defaultdict[int, list[Line]] = defaultdict(list)
    for line in lines:
        near[round(line.left / _THIN)].append(line)
    return [
        rule
        for rule in rules
        if not any(
            _underlines(rule, line)
            for place in range(round(rule.left / _THIN) - 1, round(rule.left / _THIN) + 2)
            for line in near.get(place, ())
        )
    ]


def _underlines(rule: Rule, line: Line) -> bool:
    return (
        -_EDGE * line.height < rule.height - line.bottom < 2 * _EDGE * line.height
        and abs(rule.left - line.left) < _THIN / 2
        and abs(rule.right - line.right) < _THIN / 2
    )


def rules_of(page: object, room: Room, *, is_laid_across: bool = False) -> Drawn:
    """The straight lines of a page; `is_laid_across` where the page is to be turned, and what is level is upright."""
    least_length, least_rise = (_MIN_RISE, _MIN_LENGTH) if is_laid_across else (_MIN_LENGTH, _MIN_RISE)
    level: set[Rule] = set()
    upright: set[Upright] = set()
    for line in _lines_among(items_on(page, _MAX_OBJECTS), room, None, 0):
        if isinstance(line, Rule):
            if line.right - line.left >= least_length:
                level.add(line)
        elif line.top - line.bottom >= least_rise:
            upright.add(line)
    return Drawn(sorted(level, reverse=True), sorted(upright) if len(upright) <= _MAX_UPRIGHTS else [])


def is_picture(page: object) -> bool:
    """True where a picture covers much of the page, as of a scan."""
    width, height = raw.FPDF_GetPageWidthF(page), raw.FPDF_GetPageHeightF(page)
    for index in range(min(raw.FPDFPage_CountObjects(page), _MAX_OBJECTS)):
        item = raw.FPDFPage_GetObject(page, index)
        if raw.FPDFPageObj_GetType(item) in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_FORM):
            across, up = _extent(item)
            if across * up > _COVERED * width * height:
                return True
    return False


def _lines_among(
    items: Sequence[object], room: Room, outer: raw.FS_MATRIX | None, depth: int
) -> Iterator[Rule | Upright]:
    kinds = kinds_of(items)
    paths = [item for item, kind in zip(items, kinds, strict=True) if kind == raw.FPDF_PAGEOBJ_PATH]
    for path, extent, count in zip(paths, room.extents(paths), segment_counts(paths), strict=True):
        # A path of many segments is a drawing; a small one a letter, or a part of a mark.
        if count <= _MAX_SEGMENTS and max(extent) >= _MIN_RISE:
            yield from _straight_lines(path, room, count, extent, _matrix_of(path, outer))
    if depth < _DEEPEST:
        for form in [item for item, kind in zip(items, kinds, strict=True) if kind == raw.FPDF_PAGEOBJ_FORM]:
            yield from _lines_among(items_within(form, _MAX_OBJECTS), room, _matrix_of(form, outer), depth + 1)


def _matrix_of(item: object, outer: raw.FS_MATRIX | None) -> raw.FS_MATRIX:
    matrix = placing_of(item)
    return matrix if outer is None else combined(matrix, outer)


def _straight_lines(
    path: object, room: Room, count: int, extent: tuple[float, float], matrix: raw.FS_MATRIX
) -> Iterator[Rule | Upright]:
    is_edge = min(extent) > _THIN and is_area(path)
    a, b, c, d, e, f = matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f
    before: tuple[float, float] | None = None
    for x, y, is_line in room.segments(path, count):
        point = (a * x + c * y + e, b * x + d * y + f)
        if before is not None and is_line:
            across, up = abs(point[0] - before[0]), abs(point[1] - before[1])
            if up < _THIN / 2 and across >= _MIN_RISE:
                yield Rule(round(point[1], 1), min(before[0], point[0]), max(before[0], point[0]), is_edge)
            elif across < _THIN / 2 and up >= _MIN_RISE:
                yield Upright(round(point[0], 1), min(before[1], point[1]), max(before[1], point[1]), is_edge)
        before = point


def _extent(item: object) -> tuple[float, float]:
    """How far a thing reaches across and up."""
    edges = [ctypes.c_float() for _ in range(4)]
    raw.FPDFPageObj_GetBounds(item, *edges)
    left, bottom, right, top = (edge.value for edge in edges)
    return right - left, top - bottom
