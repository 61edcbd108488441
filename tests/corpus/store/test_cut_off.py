"""A write that ends after any of its requests leaves the old document or the new one, and never a part of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import StoreUnavailable
from corpus.settings import CorpusSettings
from corpus.store import create_store
from corpus.store.rows import Row, Rows
from tests.corpus.store.test_store import EAST, NORTH, RECORD, document, vector


class CutOff(Rows):
    """Writes one row a request, as a server does that takes no more, and is gone after some."""

    requests = 0

    def upsert(self, rows: Iterable[Row], *, over: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        for row in rows:
            if not self.requests:
                raise StoreUnavailable("The server is gone.")
            self.requests -= 1
            super().upsert([row], over=over)


@pytest.mark.parametrize("requests", range(5))
def test_a_document_of_several_requests_is_the_old_or_the_new_one(tmp_path: Path, requests: int) -> None:
    old = document("a.txt", ["one", "two"], [EAST, EAST])
    new = document("a.txt", ["uno", "due", "tre", "quattro"], [NORTH] * 4)
    with create_store(CorpusSettings(chroma_path=tmp_path), RECORD) as store:
        store.write([old])
        whole = store.rows
        store.rows = CutOff(store._handle)
        store.rows.requests = requests
        if requests < len(new[1]):
            with pytest.raises(StoreUnavailable):
                store.write([new])
        else:
            store.write([new])
        store.rows = whole
        found = store.document(old[0].document_id)
        assert found is not None
        texts = [chunk.text for chunk in found[1]]
        assert texts == (["one", "two"] if requests < len(new[1]) else ["uno", "due", "tre", "quattro"])
        shown = {hit.chunk.text for hit in store.nearest(vector(NORTH), count=10)}
        assert shown == set(texts)
