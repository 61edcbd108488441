"""Layers of a PDF that are off (ISO 32000-1, 8.11): what is drawn in them is not shown, and so not read.

pdfium draws by them and reads text without asking them. So pypdf, which is slow and only asked where a layer may be
off, writes the file anew (`layerstates.py`) with a mark on each layer that is off, which pdfium then tells of what is
drawn.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

from pypdfium2 import raw

from ingest.reading.readers.pdf.bulk import kinds_of, objects_on, objects_within
from ingest.reading.readers.pdf.paint import is_marked, take_out

MARK = b"HiddenLayer"  # Of layers that are off: an entry of their dictionary, 1.

# What hides a layer, or asks for one that is off. An array of those that are off may stand elsewhere in the file.
_MAY_HIDE = re.compile(rb"/OFF\s*(?:\[\s*[^\]\s]|\d)|/BaseState\s*/OFF|/OCMD\b")
_OBJECTS = re.compile(rb"/ObjStm\b.{0,300}?stream\r?\n", re.DOTALL)
_MAX_INFLATED = 100_000_000  # Bytes, of all together.
_MAX_COMPRESSED = 1_000_000
_DEEPEST = 4
_MAX_OBJECTS = 50_000


def may_hide(data: bytes) -> bool:
    """True where a layer of the PDF may be off, in which case it takes pypdf to tell."""
    if _MAY_HIDE.search(data):
        return True
    if b"/ObjStm" not in data:
        return False
    if b"/Encrypt" in data:
        return True
    room = _MAX_INFLATED
    for match in _OBJECTS.finditer(data):
        inflated = _inflated(memoryview(data)[match.end() : match.end() + _MAX_COMPRESSED], room)
        room -= len(inflated)
        if _MAY_HIDE.search(inflated):
            return True
        if room <= 0:
            break
    return False


def _inflated(data: memoryview, most: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, most)
    except zlib.error:
        return b""


def hide_layers(page: object) -> None:
    """Take what is drawn in layers that are off, as `MARK` tells, from what pdfium reads on the page."""
    _hide(objects_on(page, _MAX_OBJECTS), 0)


def _hide(items: Sequence[object], depth: int) -> None:
    for item, kind in zip(items, kinds_of(items), strict=True):
        if is_marked(item, MARK):
            take_out(item)
        elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _DEEPEST:
            _hide(objects_within(item, _MAX_OBJECTS), depth + 1)
