"""Many characters of a page asked of pdfium at once: the calls are made by `map` in C, and nothing is made of each one.

Twice to four times as fast as a call each through pypdfium2's typed functions, which check and wrap every argument.
"""

from __future__ import annotations

import ctypes
import functools
import itertools
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from pypdfium2 import raw

from ingest.reading.readers.pdf.boxes import Box, Boxes
from ingest.reading.readers.pdf.gaps import is_doubtful

_Kind = TypeVar("_Kind", ctypes.c_float, ctypes.c_double, ctypes.c_char)
_NAME_BYTES = 128
_FLOAT_BYTES, _DOUBLE_BYTES = 4, 8
_EDGES = 4
_FIRST_ROOM = 128  # Boxes; a page of a book has some seventy lines.
_NOWHERE = -1e9
_ADDRESS, _NUMBER = ctypes.c_void_p, ctypes.c_int


class _Thing(ctypes.c_void_p):
    """An address that stays an object of C, to be handed on to the next function as it is."""


def _untyped(function: object, gives: type = _NUMBER) -> Callable[..., Any]:
    """The function of pdfium, with arguments taken as they come: numbers as int, all else as objects of C."""
    address = ctypes.cast(function, _ADDRESS).value  # type: ignore[arg-type]
    return ctypes.PYFUNCTYPE(gives)(address or 0)


_loose_box = _untyped(raw.FPDFText_GetLooseCharBox)
_ink_box = _untyped(raw.FPDFText_GetCharBox)
_origin = _untyped(raw.FPDFText_GetCharOrigin)
_rectangle = _untyped(raw.FPDFText_GetRect)
_text_item = _untyped(raw.FPDFText_GetTextObject, _Thing)
_font = _untyped(raw.FPDFTextObj_GetFont, _ADDRESS)
_font_info = _untyped(raw.FPDFText_GetFontInfo)
_marks = _untyped(raw.FPDFPageObj_CountMarks)
_content = _untyped(raw.FPDFPageObj_GetMarkedContentID)
_angle = _untyped(raw.FPDFText_GetCharAngle, ctypes.c_float)
_is_generated = _untyped(raw.FPDFText_IsGenerated)
_item = _untyped(raw.FPDFPage_GetObject, _Thing)
_kind = _untyped(raw.FPDFPageObj_GetType)
_segment = _untyped(raw.FPDFPath_GetPathSegment, _Thing)
_point = _untyped(raw.FPDFPathSegment_GetPoint)
_segment_kind = _untyped(raw.FPDFPathSegment_GetType)


class Room:
    """Room for the boxes that pdfium answers with, and where each of them goes: kept from page to page, as it takes
    longer to make than to fill."""

    def __init__(self) -> None:
        self._grow(_FIRST_ROOM)

    def boxes(self, text_page: object, indexes: Sequence[int]) -> Boxes:
        """The loose box of each of the characters: as high as its font, as wide as it takes place."""
        count = len(indexes)
        if count > self._size:
            self._grow(count)
        found = list(map(_loose_box, itertools.repeat(text_page), indexes, self._loose_places))
        edges = self._loose[: _EDGES * count]
        if 0 in found:  # There is no such character; what was asked before must not be taken for its place.
            edges = [edge if found[number // _EDGES] else 0.0 for number, edge in enumerate(edges)]
        return Boxes(edges[0::4], edges[2::4], edges[3::4], edges[1::4])

    def doubtful_runs(self, text_page: object) -> Iterator[tuple[Box, Box]]:
        """What is drawn at once and stands beside what was drawn before it, with that; in the order of the text.

        Most runs begin a new line: of them two numbers are looked at.
        """
        reach = _NOWHERE
        before: tuple[float, float, float, float] | None = None
        for run in self._runs(text_page):
            left, top, right, bottom = run
            if left > reach - 1 and before is not None:
                one, other = Box(before[0], before[2], before[3], before[1]), Box(left, right, bottom, top)
                if is_doubtful(one, other):
                    yield one, other
            reach, before = right, run

    def _runs(self, text_page: object) -> Iterator[tuple[float, float, float, float]]:
        """What is drawn at once, in the order of the text: left, top, right and bottom of each run."""
        count = max(raw.FPDFText_CountRects(text_page, 0, -1), 0)
        if count > self._size:
            self._grow(count)
        _run(map(_rectangle, itertools.repeat(text_page), range(count), *self._tight_places))
        edges = self._tight[: _EDGES * count]
        return zip(edges[0::4], edges[1::4], edges[2::4], edges[3::4], strict=True)

    def _grow(self, least: int) -> None:
        self._size = size = 1 << least.bit_length()
        self._loose, self._tight = (ctypes.c_float * (_EDGES * size))(), (ctypes.c_double * (_EDGES * size))()
        start, step = ctypes.addressof(self._loose), _EDGES * _FLOAT_BYTES
        self._loose_places = list(map(_ADDRESS, range(start, start + size * step, step)))
        start, step = ctypes.addressof(self._tight), _EDGES * _DOUBLE_BYTES
        self._tight_places = [
            list(map(_ADDRESS, range(start + edge * _DOUBLE_BYTES, start + size * step, step)))
            for edge in range(_EDGES)
        ]


def top_of(text_page: object, index: int) -> float:
    """How high a character is drawn: the top of its ink."""
    left, right, bottom, top = ctypes.c_double(), ctypes.c_double(), ctypes.c_double(), ctypes.c_double()
    _ink_box(text_page, index, *map(ctypes.byref, (left, right, bottom, top)))
    return top.value


def baseline_of(text_page: object, index: int) -> float:
    """How high the line is that a character stands on."""
    across, up = ctypes.c_double(), ctypes.c_double()
    _origin(text_page, index, ctypes.byref(across), ctypes.byref(up))
    return up.value


def fonts_of(text_page: object, indexes: Sequence[int]) -> list[int | None]:
    """The font of each of the characters, as a number that means it as long as the page is open."""
    return list(map(_font, map(_text_item, itertools.repeat(text_page), indexes)))


def font_name(text_page: object, index: int) -> bytes:
    """The name of a character's font, as much as fits."""
    name = ctypes.create_string_buffer(_NAME_BYTES)
    _font_info(text_page, index, name, _NAME_BYTES, None)
    return name.value


def are_marked(text_page: object, indexes: Sequence[int]) -> bool:
    """True where one of the characters stands in marked content."""
    return any(count > 0 for count in map(_marks, map(_text_item, itertools.repeat(text_page), indexes)))


def contents_of(text_page: object, indexes: Sequence[int]) -> list[int]:
    """The number of the marked content that each of the characters stands in; -1 where in none."""
    return list(map(_content, map(_text_item, itertools.repeat(text_page), indexes)))


def angles_of(text_page: object, indexes: Sequence[int]) -> list[float]:
    """How far each of the characters is turned, in radians; pdfium's own blanks are left out."""
    generated = map(_is_generated, itertools.repeat(text_page), indexes)
    angles = map(_angle, itertools.repeat(text_page), indexes)
    return [angle for angle, is_blank in zip(angles, generated, strict=True) if not is_blank]


def kinds_of_items(page: object, most: int) -> list[int]:
    """What each of the things drawn on the page is, of so many at `most`: text, a path, a picture…"""
    count = min(max(raw.FPDFPage_CountObjects(page), 0), most)
    return list(map(_kind, map(_item, itertools.repeat(page), range(count))))


def segments_of(path: object) -> Iterator[tuple[float, float, bool]]:
    """Where each part of a path ends, and whether it is a straight line from the one before."""
    count = max(raw.FPDFPath_CountSegments(path), 0)
    parts = list(map(_segment, itertools.repeat(path), range(count)))
    places = _array_of(ctypes.c_float, 2 * count)
    start = ctypes.addressof(places)
    step = 2 * _FLOAT_BYTES
    across = map(_ADDRESS, itertools.count(start, step))
    up = map(_ADDRESS, itertools.count(start + _FLOAT_BYTES, step))
    _run(map(_point, parts, across, up))
    values = places[: 2 * count]
    are_lines = [kind == raw.FPDF_SEGMENT_LINETO for kind in map(_segment_kind, parts)]
    return zip(values[0::2], values[1::2], are_lines, strict=True)


def _run(calls: Iterator[int]) -> None:
    deque(calls, maxlen=0)


def _array_of(kind: type[_Kind], count: int) -> ctypes.Array[_Kind]:
    """Room for so many, or a few more: a type for each length would take longer to make than to fill."""
    return _type_of(kind, 1 << count.bit_length())()


@functools.lru_cache(128)
def _type_of(kind: type[_Kind], size: int) -> type[ctypes.Array[_Kind]]:
    return kind * size
