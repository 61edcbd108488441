"""What several corpora answer to one question, in one order. Pure.

Scores are on one scale already (corpus/searching/fusion.py, corpus/searching/scale.py): the best come first, whichever
corpus they are from. docs/decisions/0050-corpora.md has what that was measured against.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from corpus.filters import Filter
from corpus.records import Chunk, DocumentRecord, Hit, named_id, parted_id
from corpus.searching.diversity import diverse
from corpus.searching.excerpts import LOOKED_AT, first_passages, passages

Found = Mapping[str, Sequence[Sequence[Hit]]]  # By corpus: for each question its hits.


def merged(found: Sequence[Sequence[Hit]], *, top_k: int, join: int | None) -> list[Hit]:
    """The best of all corpora, best first; `top_k` and `join` as a search has them. Equal ones in the order of their
    ids; what two corpora hold comes once.
    """
    hits = sorted((hit for hits in found for hit in hits), key=lambda hit: (-hit.score, hit.chunk.chunk_id))
    apart = diverse(hits, limit=top_k if join is None else len(hits))
    return list(apart) if join is None else first_passages(apart, count=top_k, distance=join)


def filled(
    found: Found, more: Callable[[int], Found], *, questions: int, top_k: int, join: int | None
) -> list[list[Hit]]:
    """The best of all corpora for each question. `found` has `top_k` of each: where what several hold alike leaves
    fewer, `more` is asked for so many of each.
    """
    asked = top_k
    while True:
        each = [[hits[place] for hits in found.values()] for place in range(questions)]
        best = [merged(of_corpora, top_k=top_k, join=join) for of_corpora in each]
        if not any(
            passages(hits, join) < top_k and any(len(of_one) >= asked for of_one in of_corpora)
            for hits, of_corpora in zip(best, each, strict=True)
        ):
            return best
        asked *= LOOKED_AT
        found = {**found, **more(asked)}


def in_corpus(corpus: str, hits: Sequence[Hit]) -> list[Hit]:
    """The hits with ids that name the corpus."""
    if not corpus:
        return list(hits)
    return [replace(hit, chunk=renamed(hit.chunk, named_id(corpus, hit.document_id))) for hit in hits]


def renamed(chunk: Chunk, document_id: str) -> Chunk:
    """The chunk under that document id; its own id follows."""
    return chunk if chunk.document_id == document_id else replace(chunk, document_id=document_id)


def renamed_record(record: DocumentRecord, document_id: str) -> DocumentRecord:
    """A document's record under that id."""
    return record if record.document_id == document_id else replace(record, document_id=document_id)


def asked_of(corpus: str, within: Filter) -> Filter | None:
    """The part of the filter for that corpus, whose own ids carry no name; None if it asks for other corpora alone."""
    if not (corpus or within.document_id or within.document_id_any or within.without):
        return within
    wanted = (within.document_id,) if within.document_id is not None else ()
    if any(parted_id(each)[0] != corpus for each in wanted):
        return None
    several = _own(corpus, within.document_id_any)
    if within.document_id_any and not several:
        return None
    without = within.without
    if without is not None:
        without = replace(without, document_id_any=_own(corpus, without.document_id_any))
    return replace(
        within,
        document_id=next((parted_id(each)[1] for each in wanted), None),
        document_id_any=several,
        without=without if without is not None and without.to_where() else None,
    )


def _own(corpus: str, document_ids: Sequence[str]) -> tuple[str, ...]:
    parted = map(parted_id, document_ids)
    return tuple(document_id for named, document_id in parted if named == corpus)
