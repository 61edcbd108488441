"""A filter's value that no document has is told from what was counted once, as long as nothing is written."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from corpus.corpus_opening import open_corpus
from corpus.filterable import FilterField
from corpus.filters import Filter
from handler.contract.errors import ActionError
from handler.contract.facets import Facets
from tests.corpus.searching.test_document_listing import Counted
from tests.handler.corpora import Text, corpus_settings, write_corpus
from tests.openai_server import EmbeddingsServer

NOBODY = Filter(metadata={"owner": "nobody"})


def test_a_value_that_nobody_has_does_not_count_all_documents_each_time(
    tmp_path: Path, server: EmbeddingsServer
) -> None:
    settings = corpus_settings(tmp_path, server)
    write_corpus(settings, [Text(source="a.txt", text="It hums.", metadata={"owner": "ada"})])
    facets = Facets((FilterField("owner", "str"),))
    with open_corpus(settings) as opened:
        corpus: Any = SimpleNamespace(store=Counted(opened.store))
        for _ in range(5):
            with pytest.raises(ActionError, match="no document has"):
                facets.check(corpus, None, NOBODY)
        assert corpus.store.all + corpus.store.some == 1
        # What was stored a moment ago is known all the same.
        write_corpus(settings, [Text(source="b.txt", text="It hums too.", metadata={"owner": "nobody"})])
        facets.check(corpus, None, NOBODY)
        assert corpus.store.all + corpus.store.some <= 3
