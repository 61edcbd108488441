"""A plain logo: a page and a magnifying glass, as SVG and as PNG of any size. Pure; drawn, not taken from anywhere."""

from __future__ import annotations

import math
import struct
import zlib

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
    rows = b"".join(
        b"\0" + b"".join(bytes(_pixel(x, y, size)) for x in range(size)) for y in range(size)
    )  # Each row is preceded by its filter: none.
    header = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    parts = (_part(b"IHDR", header), _part(b"IDAT", zlib.compress(rows, 9)), _part(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _part(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _pixel(x: int, y: int, size: int) -> tuple[int, int, int, int]:
    samples = [
        _colour((x + right) * 64 / size, (y + down) * 64 / size) for right in (0.25, 0.75) for down in (0.25, 0.75)
    ]
    inside = [sample for sample in samples if sample is not None]
    if not inside:
        return 0, 0, 0, 0
    red, green, blue = (sum(channel) // len(inside) for channel in zip(*inside, strict=True))
    return red, green, blue, 255 * len(inside) // len(samples)


def _colour(x: float, y: float) -> tuple[int, int, int] | None:
    """The logo's colour at a point, in the 64 units of its drawing; None outside."""
    across, down = max(14 - x, x - 50, 0), max(14 - y, y - 50, 0)
    if math.hypot(across, down) > 14:
        return None
    away = math.hypot(x - 40, y - 38)
    if away <= 12:
        return GLASS if away >= 8 else INK
    # The handle: near the line from (47.5, 45.5) to (54, 52).
    along = min(max((x - 47.5 + y - 45.5) / 2, 0), 6.5)
    if math.hypot(x - 47.5 - along, y - 45.5 - along) <= 2.5:
        return GLASS
    return PAPER if 16 <= x <= 42 and 12 <= y <= 48 else INK
