"""Signs that stand in cells of their own beside the figure they belong to. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence

_PREFIXES = frozenset({"$", "€", "£", "¥", "(", "$(", "($", "US$"})
_SUFFIXES = frozenset({")", "%", ")%", "%)"})


def joined_symbols(row: Sequence[str], *, spanned: str) -> list[str]:
    """Currency signs, brackets and percent signs go to the figure they belong to, which then spans their cell, as
    `spanned` says: pages put them into cells of their own."""
    joined = list(row)
    if not any(cell in _PREFIXES or cell in _SUFFIXES for cell in row):
        return joined
    pending = ""
    last = -1
    for column, cell in enumerate(tuple(joined)):
        if cell in _PREFIXES:
            pending += cell
            joined[column] = spanned
        elif cell in _SUFFIXES and last >= 0:
            joined[last] += cell
            joined[column] = spanned
        elif cell not in ("", spanned):
            joined[column] = pending + cell
            pending = ""
            last = column
    return joined
