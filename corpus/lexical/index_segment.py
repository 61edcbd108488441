"""A part of a lexical index: some chunks, and how often each term occurs in them. Its files never change.

SEGMENT/ids.npy        the chunks' ids, sorted: row i is chunk ids[i]
SEGMENT/lengths.npy    how many terms each has; languages.npy: which of the segment's languages each is in
SEGMENT/terms.npy      the terms' hashes, sorted; postings.npy: where each one's rows begin, and the last one's end
SEGMENT/rows.npy       the rows that hold a term, ascending; counts.npy: how often
SEGMENT/fields.json    what each document is filtered by

A deterministic function of the chunks and fields that it was made from.
"""

from __future__ import annotations

import hashlib
import json
import mmap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from corpus.lexical.forward import Forward, Hashes, narrowed
from corpus.records import document_id_in

Fields = Mapping[str, Mapping[str, Any]]  # By document id, what its chunks are filtered by, in Chroma's form.
Rows = NDArray[np.int32]
Counts = NDArray[np.unsignedinteger[Any]]
FIELDS_FILE = "fields.json"
# To merge so many at once takes some 100 MB.
POSTINGS_TOGETHER = 2_000_000
_KINDS = "SiSiiii"  # Of the values of a segment's files, in their order; without a sign or with one.


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Some chunks of an index, in memory or mapped."""

    ids: NDArray[np.bytes_]
    lengths: NDArray[np.int32]
    languages: NDArray[np.bytes_]
    terms: Hashes
    postings: NDArray[np.int64]
    rows: Rows
    counts: Counts

    @classmethod
    def of(cls, chunks: Forward) -> Self:
        """Of what was cut from the chunks."""
        lengths = np.diff(chunks.starts).astype(np.int32)
        rows = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
        order = np.argsort(chunks.tokens, kind="stable")
        tokens, rows = chunks.tokens[order], rows[order]
        first = np.ones(len(tokens), dtype=bool)
        first[1:] = (tokens[1:] != tokens[:-1]) | (rows[1:] != rows[:-1])
        starts = np.flatnonzero(first)
        return cls(
            ids=chunks.ids,
            lengths=lengths,
            languages=chunks.languages,
            terms=chunks.terms,
            postings=_postings(tokens[starts], len(chunks.terms)),
            rows=rows[starts],
            counts=_narrow(np.diff(starts, append=len(tokens))),
        )

    @classmethod
    def combined(cls, parts: Sequence[Self], *, together: int = POSTINGS_TOGETHER) -> Self:
        """The chunks of several; of two with the same id the one of the later part counts."""
        if len(parts) == 1:
            return parts[0]
        ids = np.concatenate([part.ids for part in parts])
        # The first of equal ones in the reversed order is the last.
        last = np.zeros(len(ids), dtype=bool)
        last[len(ids) - 1 - np.unique(ids[::-1], return_index=True)[1]] = True
        bounds = np.cumsum([len(part.ids) for part in parts])[:-1]
        return cls.merged(list(zip(parts, np.split(last, bounds), strict=True)), together=together)

    @classmethod
    def merged(cls, parts: Sequence[tuple[Self, NDArray[np.bool_]]], *, together: int = POSTINGS_TOGETHER) -> Self:
        """The chunks of several for which `live` is true, no two of which have the same id.

        So many postings are merged at once, which bounds what this takes beside the parts and what is made of them.
        """
        ids = np.concatenate([part.ids[live] for part, live in parts])
        order = np.argsort(ids, kind="stable")
        place = np.empty(len(ids), dtype=np.int32)
        place[order] = np.arange(len(ids), dtype=np.int32)
        places, at = [], 0
        for _, live in parts:
            # A row that does not count has no place, and no posting of it is looked at.
            places.append(np.zeros(len(live), dtype=np.int32))
            end = at + int(np.count_nonzero(live))
            places[-1][live] = place[at:end]
            at = end
        spans = _spans(sum(len(part.rows) for part, _ in parts), together)
        made = [_merged_postings(parts, places, span) for span in spans]
        return cls(
            ids=narrowed(ids[order]),
            lengths=np.concatenate([part.lengths[live] for part, live in parts])[order],
            languages=narrowed(np.concatenate([part.languages[live] for part, live in parts])[order]),
            terms=np.concatenate([each.terms for each in made]),
            postings=np.concatenate([[0], np.cumsum(np.concatenate([each.sizes for each in made]))]).astype(np.int64),
            rows=np.concatenate([each.rows for each in made]),
            counts=_narrow(np.concatenate([each.counts for each in made])),
        )

    def save(self, folder: Path, documents: Fields) -> str:
        """Write it into a folder within this one, named by what it holds, and return that name."""
        here = {document_id_in(each.decode()) for each in self.ids.tolist()}
        written = json.dumps(
            {each: dict(documents[each]) for each in sorted(here) if each in documents},
            sort_keys=True,
            separators=(",", ":"),
        ).encode()
        arrays = {each.name: np.ascontiguousarray(getattr(self, each.name)) for each in fields(self)}
        digest = hashlib.sha256(written)
        for array in arrays.values():
            digest.update(str(array.dtype).encode())
            digest.update(array.data if array.size else b"")
        name = digest.hexdigest()[:16]
        (folder / name).mkdir(exist_ok=True)
        for array_name, array in arrays.items():
            save_array(folder / name / f"{array_name}.npy", array)
        with _replacing(folder / name / FIELDS_FILE) as opened:
            opened.write(written)
        return name

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Map it. Raises OSError and ValueError where a file is missing or damaged."""
        segment = cls(**{each.name: mapped(folder / f"{each.name}.npy") for each in fields(cls)})
        rows, terms = len(segment.ids), len(segment.terms)
        kinds = "".join(getattr(segment, each.name).dtype.kind for each in fields(cls)).replace("u", "i")
        if kinds != _KINDS:
            raise ValueError(f"the files of {folder.name} hold values of another kind")
        same = (
            len(segment.lengths) == rows
            and len(segment.languages) == rows
            and len(segment.postings) == terms + 1
            and len(segment.rows) == len(segment.counts) == segment.postings[-1]
        )
        if not same:
            raise ValueError(f"the files of {folder.name} do not belong together")
        return segment


class _Postings(NamedTuple):
    """Of some terms: how many rows each has, and the rows and counts of all, one term after the other."""

    terms: Hashes
    sizes: NDArray[np.int64]
    rows: Rows
    counts: Counts


def _spans(postings: int, together: int) -> Iterator[tuple[int, int]]:
    """Ranges of the terms' hashes, which are spread evenly, with about so many postings each."""
    ranges = max(1, -(-postings // together))
    return pairwise(number * 2**64 // ranges for number in range(ranges + 1))


def _merged_postings(
    parts: Sequence[tuple[Segment, NDArray[np.bool_]]], places: Sequence[Rows], span: tuple[int, int]
) -> _Postings:
    """Of the terms in a range of hashes; `places` has for each part where its rows are in the whole."""
    hashes, rows, counts = [], [], []
    for (part, live), place in zip(parts, places, strict=True):
        first, last = (_terms_below(part.terms, bound) for bound in span)
        bounds = part.postings[first : last + 1]
        here = slice(int(bounds[0]), int(bounds[-1]))
        kept = live[part.rows[here]]
        hashes.append(np.repeat(part.terms[first:last], np.diff(bounds))[kept])
        rows.append(place[part.rows[here][kept]])
        counts.append(np.asarray(part.counts[here])[kept])
    terms, numbers, sizes = np.unique(np.concatenate(hashes), return_inverse=True, return_counts=True)
    every_row = np.concatenate(rows)
    by_term = np.lexsort((every_row, numbers))
    return _Postings(terms, sizes, every_row[by_term], np.concatenate(counts)[by_term])


def _terms_below(terms: Hashes, bound: int) -> int:
    """How many of the sorted hashes are below it; 2 ** 64, which is above all, is no value of theirs."""
    return len(terms) if bound == 2**64 else int(np.searchsorted(terms, np.uint64(bound)))


SEGMENT_FILES = (*(f"{each.name}.npy" for each in fields(Segment)), FIELDS_FILE)


def save_array(file: Path, array: NDArray[Any]) -> None:
    """Write it, in one step: a reader may have a file of this name mapped."""
    with _replacing(file) as opened:
        np.save(opened, array, allow_pickle=False)


@contextmanager
def _replacing(file: Path) -> Iterator[BinaryIO]:
    """A file to write, which takes the other's place when it is done."""
    pending = file.with_name(f"{file.name}.new")
    with pending.open("wb") as opened:
        yield opened
    pending.replace(file)


def mapped(file: Path) -> NDArray[Any]:
    """The file's array, read where it is looked at. A plain one: numpy's own class for them is slow at each step.

    Raises OSError and ValueError.
    """
    try:
        array = np.asarray(np.load(file, mmap_mode="r", allow_pickle=False))
    except OSError:
        raise
    except Exception as error:  # numpy parses the head as Python, and lets out whatever that raises.
        raise ValueError(f"{file.name} holds no array") from error
    if array.ndim != 1:
        raise ValueError(f"{file.name} is not a row of values")
    return array


def mapped_bytes(file: Path) -> memoryview:
    """The file's bytes, read where they are looked at, and kept though the file is removed."""
    with file.open("rb") as opened:
        return memoryview(mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ))


def fields_from(written: bytes) -> Fields:
    """What a segment's fields.json says. Raises ValueError where it is damaged."""
    loaded: Any = json.loads(written)
    if not isinstance(loaded, dict) or not all(isinstance(each, dict) for each in loaded.values()):
        raise ValueError("not the fields of documents")
    fields_by_document: Fields = loaded
    return fields_by_document


def _postings(sorted_numbers: NDArray[np.integer[Any]], terms: int) -> NDArray[np.int64]:
    return np.searchsorted(sorted_numbers, np.arange(terms + 1)).astype(np.int64)


def _narrow(counts: NDArray[np.integer[Any]]) -> Counts:
    """The counts in the fewest bytes that hold the greatest."""
    return counts.astype(np.min_scalar_type(int(counts.max(initial=1))))
