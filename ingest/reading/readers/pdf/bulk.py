"""Many characters of a page asked of pdfium at once: the calls are made by `map` in C, and nothing is made of each one.

Twice to three times as fast as a call each through pypdfium2's typed functions, which checks and wraps every argument.
"""

from __future__ import annotations

import ctypes
import functools
import itertools
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from pypdfium2 import raw

from ingest.reading.readers.pdf.gaps import Box, is_doubtful

_Kind = TypeVar("_Kind", ctypes.c_float, ctypes.c_double, ctypes.c_char)
_NAME_BYTES = 128
_FLOAT_BYTES, _DOUBLE_BYTES = 4, 8
_EDGES = 4
_RECTANGLE_BYTES, _RUN_BYTES = _EDGES * _FLOAT_BYTES, _EDGES * _DOUBLE_BYTES
_NOWHERE = -1e9
_ADDRESS, _NUMBER = ctypes.c_void_p, ctypes.c_int


def _untyped(function: object, *arguments: type, gives: type = _NUMBER) -> Callable[..., int]:
    """The function of pdfium, with addresses as plain numbers."""
    prototype = ctypes.PYFUNCTYPE(gives, *arguments)
    address = ctypes.cast(function, _ADDRESS).value  # type: ignore[arg-type]
    return prototype(address or 0)


_loose_box = _untyped(raw.FPDFText_GetLooseCharBox, _ADDRESS, _NUMBER, _ADDRESS)
_ink_box = _untyped(raw.FPDFText_GetCharBox, _ADDRESS, _NUMBER, *[_ADDRESS] * _EDGES)
_rectangle = _untyped(raw.FPDFText_GetRect, _ADDRESS, _NUMBER, *[_ADDRESS] * _EDGES)
_item = _untyped(raw.FPDFPage_GetObject, _ADDRESS, _NUMBER, gives=_ADDRESS)
_kind = _untyped(raw.FPDFPageObj_GetType, _ADDRESS)
_segment = _untyped(raw.FPDFPath_GetPathSegment, _ADDRESS, _NUMBER, gives=_ADDRESS)
_point = _untyped(raw.FPDFPathSegment_GetPoint, _ADDRESS, _ADDRESS, _ADDRESS)
_segment_kind = _untyped(raw.FPDFPathSegment_GetType, _ADDRESS)
_font_info = _untyped(raw.FPDFText_GetFontInfo, _ADDRESS, _NUMBER, _ADDRESS, ctypes.c_ulong, _ADDRESS)


def boxes_of(text_page: object, indexes: Sequence[int]) -> list[Box]:
    """The loose box of each of the characters: as high as its font, as wide as it takes place."""
    count = len(indexes)
    edges = _array_of(ctypes.c_float, _EDGES * count)
    start = ctypes.addressof(edges)
    places = range(start, start + count * _RECTANGLE_BYTES, _RECTANGLE_BYTES)
    _run(map(_loose_box, _forever(text_page), indexes, places))
    values = edges[: _EDGES * count]
    sides = zip(values[0::4], values[2::4], values[3::4], values[1::4], strict=True)
    return list(map(tuple.__new__, itertools.repeat(Box), sides))  # As Box(…) for each, three times as fast.


def tops_of(text_page: object, indexes: Sequence[int]) -> list[float]:
    """How high each of the characters is drawn: the top of its ink."""
    count = len(indexes)
    edges = _array_of(ctypes.c_double, _EDGES * count)
    start = ctypes.addressof(edges)
    places = [itertools.count(start + edge * _DOUBLE_BYTES, _RUN_BYTES) for edge in range(_EDGES)]
    _run(map(_ink_box, _forever(text_page), indexes, *places))
    return edges[3 : _EDGES * count : _EDGES]


def doubtful_runs(text_page: object) -> Iterator[tuple[Box, Box]]:
    """What is drawn at once and stands beside what was drawn before it, with that; in the order of the text.

    Most runs begin a new line: of them two numbers are looked at.
    """
    reach = _NOWHERE
    before: tuple[float, float, float, float] | None = None
    for run in _runs_of(text_page):
        left, top, right, bottom = run
        if left > reach - 1 and before is not None:
            one, other = Box(before[0], before[2], before[3], before[1]), Box(left, right, bottom, top)
            if is_doubtful(one, other):
                yield one, other
        reach, before = right, run


def _runs_of(text_page: object) -> Iterator[tuple[float, float, float, float]]:
    """What is drawn at once, in the order of the text: left, top, right and bottom of each run."""
    count = max(raw.FPDFText_CountRects(text_page, 0, -1), 0)
    edges = _array_of(ctypes.c_double, _EDGES * count)
    start = ctypes.addressof(edges)
    places = [itertools.count(start + edge * _DOUBLE_BYTES, _RUN_BYTES) for edge in range(_EDGES)]
    _run(map(_rectangle, _forever(text_page), range(count), *places))
    values = edges[: _EDGES * count]
    return zip(values[0::4], values[1::4], values[2::4], values[3::4], strict=True)


def font_names(text_page: object, indexes: Sequence[int]) -> list[bytes]:
    """The name of each character's font, as much as fits."""
    size = _NAME_BYTES * len(indexes)
    names = _array_of(ctypes.c_char, size)
    start = ctypes.addressof(names)
    places = range(start, start + size, _NAME_BYTES)
    _run(map(_font_info, _forever(text_page), indexes, places, itertools.repeat(_NAME_BYTES), itertools.repeat(None)))
    every = names.raw
    return [every[at : at + _NAME_BYTES].split(b"\0", 1)[0] for at in range(0, size, _NAME_BYTES)]


def kinds_of_items(page: object, most: int) -> list[int]:
    """What each of the things drawn on the page is, of so many at `most`: text, a path, a picture…"""
    count = min(max(raw.FPDFPage_CountObjects(page), 0), most)
    return list(map(_kind, map(_item, _forever(page), range(count))))


def segments_of(path: object) -> Iterator[tuple[float, float, bool]]:
    """Where each part of a path ends, and whether it is a straight line from the one before."""
    count = max(raw.FPDFPath_CountSegments(path), 0)
    parts = list(map(_segment, _forever(path), range(count)))
    places = _array_of(ctypes.c_float, 2 * count)
    start = ctypes.addressof(places)
    step = 2 * _FLOAT_BYTES
    _run(map(_point, parts, itertools.count(start, step), itertools.count(start + _FLOAT_BYTES, step)))
    values = places[: 2 * count]
    are_lines = [kind == raw.FPDF_SEGMENT_LINETO for kind in map(_segment_kind, parts)]
    return zip(values[0::2], values[1::2], are_lines, strict=True)


def _forever(page: object) -> Iterator[int | None]:
    return itertools.repeat(ctypes.cast(page, _ADDRESS).value)  # type: ignore[arg-type]


def _run(calls: Iterator[int]) -> None:
    deque(calls, maxlen=0)


def _array_of(kind: type[_Kind], count: int) -> ctypes.Array[_Kind]:
    """Room for so many, or a few more: a type for each length would take longer to make than to fill."""
    return _type_of(kind, 1 << count.bit_length())()


@functools.lru_cache(128)
def _type_of(kind: type[_Kind], size: int) -> type[ctypes.Array[_Kind]]:
    return kind * size
