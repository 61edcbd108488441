"""Ask pdfium about many characters at once: `map` makes the calls in C and no Python object is built per call.

Two to four times as fast as single calls through pypdfium2's typed functions, which check and wrap every argument.
"""

from __future__ import annotations

import ctypes
import itertools
import operator
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

from pypdfium2 import raw

from ingest.reading.readers.pdf.boxes import Boxes
from ingest.reading.readers.pdf.calls import Thing as _Pointer
from ingest.reading.readers.pdf.calls import untyped as _untyped

_NAME_BYTES = 128
_FLOAT_BYTES, _DOUBLE_BYTES = 4, 8
_EDGES = 4
_FIRST_ROOM = 128  # Boxes; a page of a book has about seventy lines.
_ADDRESS, _NUMBER = ctypes.c_void_p, ctypes.c_int


_Name = ctypes.c_char * _NAME_BYTES


_loose_box = _untyped(raw.FPDFText_GetLooseCharBox)
_ink_box = _untyped(raw.FPDFText_GetCharBox)
_origin = _untyped(raw.FPDFText_GetCharOrigin)
_rectangle = _untyped(raw.FPDFText_GetRect)
_index_at = _untyped(raw.FPDFText_GetCharIndexFromTextIndex)
_text_item = _untyped(raw.FPDFText_GetTextObject, _Pointer)
_font = _untyped(raw.FPDFTextObj_GetFont, _ADDRESS)
_font_info = _untyped(raw.FPDFText_GetFontInfo)
_content = _untyped(raw.FPDFPageObj_GetMarkedContentID)
_angle = _untyped(raw.FPDFText_GetCharAngle, ctypes.c_float)
_is_generated = _untyped(raw.FPDFText_IsGenerated)
_item = _untyped(raw.FPDFPage_GetObject, _Pointer)
_kind = _untyped(raw.FPDFPageObj_GetType)
_count_inside = _untyped(raw.FPDFFormObj_CountObjects)
_item_inside = _untyped(raw.FPDFFormObj_GetObject, _Pointer)
_matrix = _untyped(raw.FPDFPageObj_GetMatrix)
_bounds = _untyped(raw.FPDFPageObj_GetBounds)
_count_segments = _untyped(raw.FPDFPath_CountSegments)
_segment = _untyped(raw.FPDFPath_GetPathSegment, _Pointer)
_point = _untyped(raw.FPDFPathSegment_GetPoint)
_segment_kind = _untyped(raw.FPDFPathSegment_GetType)


class Buffers:
    """Reusable buffers for the boxes that pdfium writes. They are kept between pages because allocating them takes
    longer than filling them."""

    def __init__(self) -> None:
        self._grow(_FIRST_ROOM)

    def boxes(self, text_page: object, indexes: Sequence[int]) -> Boxes:
        """The loose box of each character: as high as the font and as wide as the advance."""
        count = len(indexes)
        if count > self._size:
            self._grow(count)
        found = list(map(_loose_box, itertools.repeat(_passed(text_page)), indexes, self._loose_places))
        edges = self._edges(found)
        return Boxes(edges[0::4], edges[2::4], edges[3::4], edges[1::4])

    def runs(self, text_page: object) -> Iterator[tuple[float, float, float, float]]:
        """The left, top, right and bottom of each text run, in the order of the text."""
        count = max(raw.FPDFText_CountRects(text_page, 0, -1), 0)
        if count > self._size:
            self._grow(count)
        _run(map(_rectangle, itertools.repeat(_passed(text_page)), range(count), *self._tight_places))
        edges = self._tight[: _EDGES * count]
        return zip(edges[0::4], edges[1::4], edges[2::4], edges[3::4], strict=True)

    def extents(self, items: Sequence[object]) -> list[tuple[float, float]]:
        """How far each of the things drawn reaches across and up."""
        lefts, rights, bottoms, tops = self.bounds(items)
        return list(zip(map(operator.sub, rights, lefts), map(operator.sub, tops, bottoms), strict=True))

    def bounds(self, items: Sequence[object]) -> Boxes:
        """The box around each of the things drawn, in what they are drawn in."""
        count = len(items)
        if count > self._size:
            self._grow(count)
        found = list(map(_bounds, items, *self._edge_places))
        edges = self._edges(found)
        return Boxes(edges[0::4], edges[2::4], edges[1::4], edges[3::4])

    def segments(self, path: object, count: int) -> Iterator[tuple[float, float, bool]]:
        """The end point of each of the first `count` path segments, and whether the segment is a straight line."""
        if count > self._size:
            self._grow(count)
        parts = list(map(_segment, itertools.repeat(path), range(count)))
        _run(map(_point, parts, *self._edge_places[:2]))
        edges = self._loose[: _EDGES * count]
        are_lines = map(raw.FPDF_SEGMENT_LINETO.__eq__, map(_segment_kind, parts))
        return zip(edges[0::4], edges[1::4], are_lines, strict=True)

    def _edges(self, found: Sequence[int]) -> list[float]:
        """The four edges of each box that was asked for; zeros for those that were not found."""
        edges = self._loose[: _EDGES * len(found)]
        if 0 in found:  # There the buffer still holds the values of an earlier call.
            edges = [edge if found[number // _EDGES] else 0.0 for number, edge in enumerate(edges)]
        return edges

    def _grow(self, least: int) -> None:
        self._size = size = 1 << least.bit_length()
        self._loose, self._tight = (ctypes.c_float * (_EDGES * size))(), (ctypes.c_double * (_EDGES * size))()
        # What `byref` gives is passed on as it is; a pointer object would be wrapped anew at each call.
        self._edge_places, self._tight_places = (
            [
                [ctypes.byref(buffer, offset) for offset in range(edge * width, _EDGES * size * width, _EDGES * width)]
                for edge in range(_EDGES)
            ]
            for buffer, width in ((self._loose, _FLOAT_BYTES), (self._tight, _DOUBLE_BYTES))
        )
        self._loose_places = self._edge_places[0]


def _passed(handle: Any) -> object:
    """A pointer as `byref` gives it: passed on as it is, and not wrapped anew at each call."""
    return ctypes.byref(handle.contents)


def top_of(text_page: object, index: int) -> float:
    """The top of the character's ink, in points."""
    left, right, bottom, top = ctypes.c_double(), ctypes.c_double(), ctypes.c_double(), ctypes.c_double()
    _ink_box(text_page, index, *map(ctypes.byref, (left, right, bottom, top)))
    return top.value


def baseline_of(text_page: object, index: int) -> float:
    """The baseline of the character, in points."""
    across, up = ctypes.c_double(), ctypes.c_double()
    _origin(text_page, index, ctypes.byref(across), ctypes.byref(up))
    return up.value


def indexes_at(text_page: object, places: Sequence[int]) -> list[int]:
    """pdfium's character numbers for offsets in the page's text."""
    return list(map(_index_at, itertools.repeat(text_page), places))


def fonts_of(text_page: object, indexes: Sequence[int]) -> list[int | None]:
    """A number for each character's font, valid while the page is open."""
    return list(map(_font, map(_text_item, itertools.repeat(_passed(text_page)), indexes)))


def owners_of(text_page: object, indexes: Sequence[int]) -> list[int | None]:
    """The address of the text that each of the characters is drawn with; None for blanks that pdfium puts in."""
    return [item.value for item in map(_text_item, itertools.repeat(text_page), indexes)]


def font_name(text_page: object, index: int) -> bytes:
    """The name of a character's font, cut to the size of the buffer."""
    name = _Name()
    _font_info(text_page, index, name, _NAME_BYTES, None)
    return bytes(name.value)


def contents_of(text_page: object, indexes: Sequence[int]) -> list[int]:
    """The marked content ID of each character; -1 if it has none."""
    return list(map(_content, map(_text_item, itertools.repeat(text_page), indexes)))


def angles_of(text_page: object, indexes: Sequence[int]) -> list[float]:
    """The rotation of each character in radians, without the blanks that pdfium generates."""
    generated = map(_is_generated, itertools.repeat(text_page), indexes)
    angles = map(_angle, itertools.repeat(text_page), indexes)
    return [angle for angle, is_blank in zip(angles, generated, strict=True) if not is_blank]


def objects_on(page: object, most: int) -> list[_Pointer]:
    """The things drawn on the page, so many at `most`."""
    count = min(max(raw.FPDFPage_CountObjects(page), 0), most)
    return list(map(_item, itertools.repeat(page), range(count)))


def objects_within(form: object, most: int) -> list[_Pointer]:
    """The things drawn within one of them, so many at `most`."""
    count = min(max(_count_inside(form), 0), most)
    return list(map(_item_inside, itertools.repeat(form), range(count)))


def matrix_of(item: object) -> raw.FS_MATRIX:
    """The matrix that places an object on the page, or in the form object around it."""
    matrix = raw.FS_MATRIX()
    _matrix(item, ctypes.byref(matrix))
    return matrix


def kinds_of(items: Sequence[object]) -> list[int]:
    """The type of each page object: text, path, image and so on."""
    return list(map(_kind, items))


def segment_counts(paths: Sequence[object]) -> list[int]:
    """The number of segments of each path."""
    return list(map(_count_segments, paths))


def _run(calls: Iterator[int]) -> None:
    deque(calls, maxlen=0)
