"""Whether what is drawn on a page hides what was drawn before, and where."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Sequence

from pypdfium2 import raw

from ingest.reading.readers.pdf.boxes import Box
from ingest.reading.readers.pdf.bulk import Buffers, segment_counts
from ingest.reading.readers.pdf.paint import clips_of, is_filled, is_see_through
from ingest.reading.readers.pdf.placing import placed

_LEAST_CORNERS, _MAX_CORNERS = 4, 8
_NEAR = 0.1  # Points.
_MAX_PIXELS = 4_000_000
_SAMPLES = 2_000
_OPAQUE, _MOSTLY = 250, 0.97  # Of 255; of the pixels.
_NOTHING = Box(0.0, 0.0, 0.0, 0.0)
EVERYWHERE = Box(-math.inf, math.inf, -math.inf, math.inf)


def is_opaque_box(path: object, outer: raw.FS_MATRIX | None, room: Buffers) -> bool:
    """True for a filled rectangle that lets nothing through; `outer` places the drawing that it is part of."""
    (count,) = segment_counts([path])
    if not _LEAST_CORNERS <= count <= _MAX_CORNERS or not is_filled(path):
        return False
    if outer is not None and outer.a and outer.b:
        return False
    return _is_box([(across, up) for across, up, _ in room.segments(path, count)])


def is_opaque_picture(picture: object, page: object, document: object) -> bool:
    """True for a picture without parts that can be seen through."""
    if is_see_through(picture):
        return False
    item = ctypes.cast(picture, raw.FPDF_PAGEOBJECT)  # type: ignore[arg-type]
    about = raw.FPDF_IMAGEOBJ_METADATA()
    if not raw.FPDFImageObj_GetImageMetadata(item, page, about):
        return False
    if about.bits_per_pixel <= 1 or about.width * about.height > _MAX_PIXELS:
        return False
    bitmap = raw.FPDFImageObj_GetRenderedBitmap(document, page, item)
    if not bitmap:
        return False
    try:
        if raw.FPDFBitmap_GetFormat(bitmap) != raw.FPDFBitmap_BGRA:
            return True
        size = raw.FPDFBitmap_GetStride(bitmap) * raw.FPDFBitmap_GetHeight(bitmap)
        alphas = ctypes.string_at(raw.FPDFBitmap_GetBuffer(bitmap), size)[3::4]
        sample = alphas[:: max(len(alphas) // _SAMPLES, 1)]
        return sum(alpha >= _OPAQUE for alpha in sample) > _MOSTLY * len(sample)
    finally:
        raw.FPDFBitmap_Destroy(bitmap)


def clip_of(thing: object, outer: raw.FS_MATRIX | None) -> Box:
    """The part of the page that the thing is shown on; nothing where it is cut out in another form than a rectangle."""
    box = EVERYWHERE
    for corners in clips_of(thing, _MAX_CORNERS + 1):
        if not _LEAST_CORNERS <= len(corners) <= _MAX_CORNERS or not _is_box(corners):
            return _NOTHING
        across, up = zip(*corners, strict=True)
        box = shared(box, placed(Box(min(across), max(across), min(up), max(up)), outer))
    return box


def shared(one: Box, other: Box) -> Box:
    """What both boxes cover; its sides are the wrong way round where that is nothing."""
    return Box(
        max(one.left, other.left), min(one.right, other.right), max(one.bottom, other.bottom), min(one.top, other.top)
    )


def _is_box(corners: Sequence[tuple[float, float]]) -> bool:
    """True where all of them are corners of one rectangle."""
    across, up = zip(*corners, strict=True)
    return all(min(place - min(places), max(places) - place) < _NEAR for places in (across, up) for place in places)
