"""The lexical side of a search, or the decision to do without it."""

from __future__ import annotations

import logging

from corpus.errors import LexicalIndexUnusable
from corpus.filters import passes
from corpus.lexical.bm25 import Frequencies
from corpus.lexical.filter_mask import FilterMask
from corpus.lexical.index import LexicalIndex
from corpus.lexical.scores import Scores
from corpus.settings import SearchMode
from corpus.store import Store, Where
from corpus.stored import fields_of

logger = logging.getLogger("corpus")


def index_of(store: Store, *, mode: SearchMode, where: Where | None) -> LexicalIndex | None:
    """The lexical index, which also evaluates filters; None if the search does without it.

    Raises LexicalIndexUnusable if only words are searched.
    """
    if mode == "dense" and not where:
        return None
    try:
        return store.lexical_index.index()
    except LexicalIndexUnusable as error:
        if mode == "lexical":
            raise
        if mode == "hybrid":
            _tell(error)
        return None


def scores_of(index: LexicalIndex, query: str, *, mode: SearchMode, among: Frequencies | None = None) -> Scores | None:
    """What words say, weighed by how frequent they are `among` several corpora, or here. None where vectors alone
    are asked, or must answer for an index that turns out damaged.

    Raises LexicalIndexUnusable where words alone are asked.
    """
    if mode == "dense":
        return None
    try:
        return index.scores(query, among=among)
    except LexicalIndexUnusable as error:
        if mode == "lexical":
            raise
        _tell(error)
        return None


def passing_of(store: Store, index: LexicalIndex, *, mode: SearchMode, where: Where) -> FilterMask | None:
    """The chunks that the filter lets through; None if only Chroma can tell, and nobody else needs to know."""
    try:
        return index.passing(where)
    except LexicalIndexUnusable as error:
        _tell(error)
        return None if mode == "dense" else index.among(_ids(store, where))


def _ids(store: Store, where: Where) -> list[str]:
    """The chunks that pass, as the store alone finds them."""
    if not store.is_published and store.rows.understands(where):
        return store.rows.ids(where)
    return [each for record in store.documents() if passes(where, fields_of(record)) for each in record.chunk_ids()]


def _tell(error: LexicalIndexUnusable) -> None:
    logger.warning("lexical_index_unusable", extra={"fields": {"detail": str(error)}})
