"""How single things are drawn on a page: filled, cut out, within marked content, or not at all."""

from __future__ import annotations

import ctypes

from pypdfium2 import raw

from ingest.reading.readers.pdf.calls import Thing, untyped

_count_marks = untyped(raw.FPDFPageObj_CountMarks)
_mark = untyped(raw.FPDFPageObj_GetMark, Thing)
_mark_number = untyped(raw.FPDFPageObjMark_GetParamIntValue)
_is_see_through = untyped(raw.FPDFPageObj_HasTransparency)
_clip = untyped(raw.FPDFPageObj_GetClipPath, Thing)
_count_clips = untyped(raw.FPDFClipPath_CountPaths)
_count_clip_parts = untyped(raw.FPDFClipPath_CountPathSegments)
_clip_part = untyped(raw.FPDFClipPath_GetPathSegment, Thing)
_text_mode = untyped(raw.FPDFTextObj_GetTextRenderMode)
_set_active = untyped(raw.FPDFPageObj_SetIsActive)
_draw_mode = untyped(raw.FPDFPath_GetDrawMode)
_point = untyped(raw.FPDFPathSegment_GetPoint)
_INVISIBLE = (raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP)


def is_marked(item: object, key: bytes) -> bool:
    """True where a thing is drawn within marked content whose dictionary holds a number under that key."""
    value = ctypes.byref(ctypes.c_int())
    return any(_mark_number(_mark(item, number), key, value) for number in range(max(_count_marks(item), 0)))


def take_out(item: object) -> None:
    """Take a thing from what pdfium draws and reads on its page, which must not have been read yet."""
    _set_active(item, 0)


def is_filled(path: object) -> bool:
    """True for what is filled and lets nothing through."""
    return _fill_and_outline(path)[0] and not _is_see_through(path)


def is_area(path: object) -> bool:
    """True for what is filled and has no outline."""
    is_painted, has_outline = _fill_and_outline(path)
    return is_painted and not has_outline


def is_see_through(item: object) -> bool:
    """True where what lies below a thing is seen through it, by its state: a picture may have such parts all the
    same."""
    return bool(_is_see_through(item))


def is_invisible(text: object) -> bool:
    """True for text that is drawn without ink."""
    return _text_mode(text) in _INVISIBLE


def clips_of(item: object, most: int) -> list[list[tuple[float, float]]]:
    """The corners of each path that a thing is cut out by, so many at `most` of each."""
    clip = _clip(item)
    counts = [_count_clip_parts(clip, number) for number in range(max(_count_clips(clip), 0))] if clip else []
    return [
        [_point_of(_clip_part(clip, number, at)) for at in range(min(count, most))]
        for number, count in enumerate(counts)
    ]


def _fill_and_outline(path: object) -> tuple[bool, bool]:
    fill, outline = ctypes.c_int(), ctypes.c_int()
    _draw_mode(path, ctypes.byref(fill), ctypes.byref(outline))
    return bool(fill.value), bool(outline.value)


def _point_of(segment: object) -> tuple[float, float]:
    across, up = ctypes.c_float(), ctypes.c_float()
    _point(segment, ctypes.byref(across), ctypes.byref(up))
    return across.value, up.value
