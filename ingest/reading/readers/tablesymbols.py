"""Symbols in cells of their own beside the figure they belong to. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence

_CURRENCIES = frozenset({"$", "€", "£", "¥"})  # Before their figures, or after them where the row ends with one.
_PREFIXES = frozenset({"$", "€", "£", "¥", "(", "$(", "($", "US$"})
_SUFFIXES = frozenset({")", "%", ")%", "%)"})


def joined_symbols(row: Sequence[str], *, spanned: str) -> list[str]:
    """Move currency signs, brackets and percent signs into the cell of their figure, and put `spanned` in theirs. Pages
    give them cells of their own for alignment."""
    joined = list(row)
    if not any(cell in _PREFIXES or cell in _SUFFIXES for cell in row):
        return joined
    pending = ""
    last = -1
    filled = [cell for cell in row if cell not in ("", spanned)]
    is_behind = len(filled) > 1 and filled[-1] in _CURRENCIES
    for column, cell in enumerate(tuple(joined)):
        if cell in _CURRENCIES and is_behind:
            if last >= 0:
                joined[last] += f" {cell}"
                joined[column] = spanned
        elif cell in _PREFIXES:
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
