"""The rows of an index: those of its segments, one after the other, some of them deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus.lexical.forward import find, ids_as_array
from corpus.lexical.index_files import Part
from corpus.lexical.index_segment import FIELDS_FILE, Segment, mapped, mapped_bytes


class Placed(NamedTuple):
    """A segment, its first row in the table, its deleted rows, and its documents' fields."""

    segment: Segment
    start: int
    dead: NDArray[np.int64]
    written_fields: memoryview


@dataclass(frozen=True, slots=True)
class Table:
    """`rows` in all, of which `count` count: each chunk once."""

    segments: Sequence[Placed]
    rows: int
    count: int
    _listed: list[NDArray[np.bytes_]] = field(default_factory=list)  # Arrays that were found equal to the ids.

    def lists(self, ids: NDArray[np.bytes_]) -> bool:
        """Whether the rows are the chunks of these ids, in this order."""
        if any(each is ids for each in self._listed):
            return True
        if (
            len(self.segments) != 1
            or len(self.segments[0].dead)
            or not np.array_equal(self.segments[0].segment.ids, ids)
        ):
            return False
        self._listed.append(ids)
        return True

    def ids_at(self, rows: NDArray[np.int64]) -> NDArray[np.bytes_]:
        """The ids of the chunks in ascending rows."""
        parts = [
            segment.ids[rows[np.searchsorted(rows, start) : np.searchsorted(rows, start + len(segment.ids))] - start]
            for segment, start, _, _ in self.segments
        ]
        return parts[0] if len(parts) == 1 else np.concatenate([np.array([], dtype="S1"), *parts])

    def rows_of(self, chunk_ids: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """The row of each chunk, and whether it has one."""
        wanted = ids_as_array(chunk_ids)
        rows, known = np.zeros(len(wanted), dtype=np.int64), np.zeros(len(wanted), dtype=bool)
        for segment, start, dead, _ in self.segments:
            places, here = find(segment.ids, wanted)
            if len(dead):
                here &= ~find(dead, places)[1]
            rows[here], known[here] = places[here] + start, True
        return rows, known


def open_table(directory: Path, parts: Sequence[Part]) -> Table:
    """Map the segments. Raises OSError, ValueError, KeyError and TypeError where they are not what they should be."""
    segments, start = [], 0
    for part in parts:
        folder = directory / part["name"]
        segment = Segment.open(folder)
        dead = mapped(folder / part["dead"]) if "dead" in part else np.zeros(len(segment.ids), dtype=bool)
        if len(segment.ids) != part["rows"] or len(dead) != part["rows"]:
            raise ValueError(f"{part['name']} has another number of rows")
        # Mapped now, because it may be gone when a filter needs it; without it words can still be searched.
        try:
            written = mapped_bytes(folder / FIELDS_FILE)
        except (OSError, ValueError):
            written = memoryview(b"")
        segments.append(Placed(segment, start, np.flatnonzero(dead), written))
        start += len(segment.ids)
    return Table(segments, start, sum(part["live"] for part in parts))
