"""Straight lines drawn on a page, such as those between the rows and columns of a table. Only needed if text is side by
side."""

from __future__ import annotations

import bisect
import ctypes
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pypdfium2 import raw

from ingest.reading.readers.pdf.bulk import (
    Buffers,
    kinds_of,
    matrix_of,
    objects_on,
    objects_within,
    segment_counts,
)
from ingest.reading.readers.pdf.lines import Line
from ingest.reading.readers.pdf.paint import is_area
from ingest.reading.readers.pdf.placing import combined

_THIN = 2.5  # Points; a rectangle this low is a line.
_MIN_LENGTH = 24.0
_MIN_RISE = 7.0
_EDGE = 0.2  # Line heights by which text may overlap a vertical line.
_DEEPEST = 3  # Levels of nested form objects.
_MAX_OBJECTS = 20_000
_ACROSS, _ACROSS_IN_PIECES = 0.5, 0.4  # Share of the width to be divided.
_COVERED = 0.4  # Share of the page that the image of a scan covers.
_MAX_SEGMENTS = 400  # A path with more is an illustration.
_MAX_UPRIGHTS = 4_000  # A page with more holds an illustration.


class Rule(NamedTuple):
    """A horizontal line, in points from the page's lower left corner. `is_edge`: the edge of a coloured area."""

    height: float
    left: float
    right: float
    is_edge: bool = False


class Upright(NamedTuple):
    """A vertical line, in the same units."""

    place: float
    bottom: float
    top: float
    is_edge: bool = False


class Drawn(NamedTuple):
    """The straight lines of a page, including the edges of boxes."""

    level: list[Rule]
    upright: list[Upright]


NOTHING_DRAWN = Drawn([], [])


def crossings(lines: Sequence[Line], uprights: Sequence[Upright]) -> Iterator[tuple[int, list[float]]]:
    """The numbers of text lines crossed by vertical lines, with their positions. `uprights` must be sorted."""
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
    """The horizontal lines that cover much of the width from `left` to `right`. Pieces at one height count as one,
    because each cell may have its own."""
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
    """The horizontal lines, without underlines: lines close below a text and as wide as it is."""
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


def rules_of(page: object, room: Buffers, *, is_laid_across: bool = False) -> Drawn:
    """The straight lines of a page. `is_laid_across`: the page is to be turned, so horizontal lines are vertical."""
    least_length, least_rise = (_MIN_RISE, _MIN_LENGTH) if is_laid_across else (_MIN_LENGTH, _MIN_RISE)
    level: set[Rule] = set()
    upright: set[Upright] = set()
    for line in _lines_among(objects_on(page, _MAX_OBJECTS), room, None, 0):
        if isinstance(line, Rule):
            if line.right - line.left >= least_length:
                level.add(line)
        elif line.top - line.bottom >= least_rise:
            upright.add(line)
    return Drawn(sorted(level, reverse=True), sorted(upright) if len(upright) <= _MAX_UPRIGHTS else [])


def is_picture(page: object) -> bool:
    """Whether an image covers much of the page, as in a scan."""
    width, height = raw.FPDF_GetPageWidthF(page), raw.FPDF_GetPageHeightF(page)
    for index in range(min(raw.FPDFPage_CountObjects(page), _MAX_OBJECTS)):
        item = raw.FPDFPage_GetObject(page, index)
        if raw.FPDFPageObj_GetType(item) in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_FORM):
            across, up = _extent(item)
            if across * up > _COVERED * width * height:
                return True
    return False


def _lines_among(
    items: Sequence[object], room: Buffers, outer: raw.FS_MATRIX | None, depth: int
) -> Iterator[Rule | Upright]:
    kinds = kinds_of(items)
    paths = [item for item, kind in zip(items, kinds, strict=True) if kind == raw.FPDF_PAGEOBJ_PATH]
    for path, extent, count in zip(paths, room.extents(paths), segment_counts(paths), strict=True):
        # A path with many segments is an illustration, a small one a letter or part of a mark.
        if count <= _MAX_SEGMENTS and max(extent) >= _MIN_RISE:
            yield from _straight_lines(path, room, count, extent, _matrix_of(path, outer))
    if depth < _DEEPEST:
        for form in [item for item, kind in zip(items, kinds, strict=True) if kind == raw.FPDF_PAGEOBJ_FORM]:
            yield from _lines_among(objects_within(form, _MAX_OBJECTS), room, _matrix_of(form, outer), depth + 1)


def _matrix_of(item: object, outer: raw.FS_MATRIX | None) -> raw.FS_MATRIX:
    matrix = matrix_of(item)
    return matrix if outer is None else combined(matrix, outer)


def _straight_lines(
    path: object, room: Buffers, count: int, extent: tuple[float, float], matrix: raw.FS_MATRIX
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
    """The width and height of a page object."""
    edges = [ctypes.c_float() for _ in range(4)]
    raw.FPDFPageObj_GetBounds(item, *edges)
    left, bottom, right, top = (edge.value for edge in edges)
    return right - left, top - bottom
