"""What a run would do and cost, without doing it: nothing is embedded and nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from corpus.settings import LOCAL_MODELS
from corpus.store import Store
from corpus.stored import text_digest_of
from corpus.tokens import Tokenizer
from ingest.report import Report
from ingest.sources.found import Item
from ingest.sync.outcome import Added, Change
from ingest.sync.tally import note_read, tally, tally_stored

# List prices in US dollars for a million tokens, from OpenAI's price page of 2025. EMBEDDING_PRICE overrides them.
PRICES = {"text-embedding-3-small": 0.02, "text-embedding-3-large": 0.13, "text-embedding-ada-002": 0.10}


class Estimate:
    """Counts changes into a report: `embedded` is what would be sent to the model, new texts only."""

    def __init__(self, report: Report, *, store: Store | None, tokenizer: Callable[[], Tokenizer]) -> None:
        self._report = report
        self._store = store
        self._tokenizer = tokenizer
        self._seen: set[str] = set()
        self._tokens = 0

    def count(self, changes: Iterable[tuple[Item, list[Change]]], on_progress: Callable[[], None]) -> None:
        """Raises StoreError."""
        for item, found in changes:
            note_read(self._report.work, item, found)
            for change in found:
                tally(change, self._report)
                if isinstance(change, Added):
                    tally_stored(change, self._report)
                    self._count_texts(change)
            self._report.files += 1
            on_progress()

    def price(self, model: str, per_million: float | None) -> float | None:
        """US dollars for what was counted, at the list price or the one given; None for a model without either."""
        if per_million is None:
            per_million = 0.0 if model in LOCAL_MODELS else PRICES.get(model)
        return None if per_million is None else self._tokens / 1e6 * per_million

    def _count_texts(self, change: Added) -> None:
        texts = {
            text_digest_of(chunk): text
            for chunk, text in zip(change.prepared.chunks, change.prepared.texts, strict=True)
        }
        fresh = texts.keys() - self._seen
        if self._store and fresh:
            fresh -= self._store.vectors_of(fresh).keys()
        self._seen |= texts.keys()
        self._report.embedded += len(fresh)
        self._tokens += sum(self._tokenizer().count(texts[digest]) for digest in fresh)
