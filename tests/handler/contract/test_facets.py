"""handler.contract.facets: values are kept for a minute, and counted anew after it."""

from __future__ import annotations

from pathlib import Path

from corpus.corpus_opening import open_corpus
from handler.contract.facets import KEPT_SECONDS, Facets
from tests.handler.corpora import Text, corpus_settings, write_corpus
from tests.openai_server import EmbeddingsServer


def test_values_are_counted_anew_after_a_minute(tmp_path: Path, server: EmbeddingsServer) -> None:
    now = 1000.0
    settings = corpus_settings(tmp_path, server)
    write_corpus(settings, (Text(source="a.md", text="days", metadata={"tags": ["old"]}),))
    facets = Facets((), clock=lambda: now)
    with open_corpus(settings) as corpus:
        for _ in range(2):
            assert facets.values(corpus, None)["tags"] == ("old",)
        write_corpus(settings, (Text(source="b.md", text="days", metadata={"tags": ["new"]}),))
        assert facets.values(corpus, None)["tags"] == ("old",)
        assert facets.known(None)["tags"] == ("old",)
        now += KEPT_SECONDS + 1
        assert facets.known(None) == {}, "somebody may no longer be let see them"
        assert facets.values(corpus, None)["tags"] == ("new", "old")
