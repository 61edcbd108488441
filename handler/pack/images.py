"""A plain logo: a page and a magnifying glass, as SVG and as PNG of any size. Pure; drawn, not taken from anywhere."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import numpy.typing as npt

_Pixels = npt.NDArray[np.uint8]
_Places = npt.NDArray[np.float64]
_Colours = npt.NDArray[np.int32]
_Marks = npt.NDArray[np.bool_]
INK, PAPER, GLASS = (23, 43, 77), (255, 255, 255), (54, 179, 126)
LOGO = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" role="img" aria-label="Document search">
<rect width="64" height="64" rx="14" fill="#172b4d"/>
<rect x="16" y="12" width="26" height="36" rx="3" fill="#fff"/>
<circle cx="40" cy="38" r="10" fill="#172b4d" stroke="#36b37e" stroke-width="4"/>
<path d="M47.5 45.5 54 52" stroke="#36b37e" stroke-width="5" stroke-linecap="round"/>
</svg>
"""


def icon(size: int) -> bytes:
    """The logo as a square PNG of `size` pixels, each drawn from four samples."""
    # Each row is preceded by its filter: none.
    rows = b"".join(b"\0" + row.tobytes() for row in _pixels(size))
    header = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    parts = (_part(b"IHDR", header), _part(b"IDAT", zlib.compress(rows, 9)), _part(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _part(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _pixels(size: int) -> _Pixels:
    """Red, green, blue and opacity of each pixel, (size, size, 4)."""
    samples = ((np.arange(size)[:, None] + (0.25, 0.75)) * 64 / size).ravel()
    colours, inside = _drawn(samples[None, :], samples[:, None])
    count = inside.reshape(size, 2, size, 2).sum((1, 3))
    total = (colours * inside[..., None]).reshape(size, 2, size, 2, 3).sum((1, 3))
    shown = total // np.maximum(count, 1)[..., None]
    return np.dstack([shown, 255 * count // 4]).astype(np.uint8)


def _drawn(x: _Places, y: _Places) -> tuple[_Colours, _Marks]:
    """The logo's colours at points, in the 64 units of its drawing, and whether they are within it."""
    paper, ink = np.array(PAPER, np.int32), np.array(INK, np.int32)
    colours = np.where(((x >= 16) & (x <= 42) & (y >= 12) & (y <= 48))[..., None], paper, ink)
    # The handle: near the line from (47.5, 45.5) to (54, 52).
    along = np.clip((x - 47.5 + y - 45.5) / 2, 0, 6.5)
    colours[np.hypot(x - 47.5 - along, y - 45.5 - along) <= 2.5] = GLASS
    away = np.hypot(x - 40, y - 38)
    colours[away <= 12] = GLASS
    colours[away < 8] = INK
    across, down = (np.maximum(np.maximum(14 - each, each - 50), 0) for each in (x, y))
    return colours, np.hypot(across, down) <= 14
