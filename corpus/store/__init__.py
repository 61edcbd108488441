"""Chunks in Chroma, and the only package that imports it. Chroma is the one source of truth: no side ledger.

A document is there once its first chunk, its record, is there: that chunk is written last and deleted first.
"""

from corpus.filters import Where
from corpus.store.checkpoint import settle_store, write_index_out
from corpus.store.collection_opening import create_store, most_text_bytes, open_store, read_store
from corpus.store.hnsw_files import blank_free_places
from corpus.store.leftovers import Survey, holds_only
from corpus.store.page_cache import widen_page_cache
from corpus.store.reindexing import MAX_DEAD, finish_remaking, remake_index
from corpus.store.rows import PAGE
from corpus.store.store import Store

__all__ = [
    "MAX_DEAD",
    "PAGE",
    "Store",
    "Survey",
    "Where",
    "blank_free_places",
    "create_store",
    "finish_remaking",
    "holds_only",
    "most_text_bytes",
    "open_store",
    "read_store",
    "remake_index",
    "settle_store",
    "widen_page_cache",
    "write_index_out",
]
