"""Where things drawn within a drawing stand on the page. Pure functions of matrices (ISO 32000-1, 8.3.3)."""

from __future__ import annotations

from pypdfium2 import raw

from ingest.reading.readers.pdf.boxes import Box


def placed(box: Box, matrix: raw.FS_MATRIX | None) -> Box:
    """The box around it, where the drawing that it is in is placed so."""
    if matrix is None:
        return box
    a, b, c, d, e, f = matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f
    if not b and not c and a > 0 and d > 0:
        return Box(a * box.left + e, a * box.right + e, d * box.bottom + f, d * box.top + f)
    corners = [(a * x + c * y + e, b * x + d * y + f) for x in box[:2] for y in box[2:]]
    across, up = zip(*corners, strict=True)
    return Box(min(across), max(across), min(up), max(up))


def combined(inner: raw.FS_MATRIX, outer: raw.FS_MATRIX) -> raw.FS_MATRIX:
    """The placing of a drawing within another."""
    return raw.FS_MATRIX(
        inner.a * outer.a + inner.b * outer.c,
        inner.a * outer.b + inner.b * outer.d,
        inner.c * outer.a + inner.d * outer.c,
        inner.c * outer.b + inner.d * outer.d,
        inner.e * outer.a + inner.f * outer.c + outer.e,
        inner.e * outer.b + inner.f * outer.d + outer.f,
    )
