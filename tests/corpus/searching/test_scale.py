"""One scale of likeness for models whose cosines lie elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from corpus.embedding.e5 import MultilingualEmbedder
from corpus.searching.corpus import Corpus
from corpus.searching.scale import scale_of
from corpus.settings import LOCAL_MODEL, MULTILINGUAL_MODEL, CorpusSettings
from tests.corpus.embedding.installed import needs_e5
from tests.corpus.texts import corpus_of

TEXTS = {
    "garantie.md": ["Die Garantie gilt 24 Monate ab dem Tag des Kaufs."],
    "brot.md": ["Backen Sie das Brot 40 Minuten bei 220 Grad."],
    "zug.md": ["Der Zug nach Berlin fährt um acht Uhr vom Gleis 3 ab."],
    "urlaub.md": ["Fünf Urlaubstage können in das nächste Jahr übernommen werden."],
}


@pytest.fixture
def german(tmp_path: Path) -> Iterator[Corpus]:
    made = corpus_of(CorpusSettings(chroma_path=tmp_path), MultilingualEmbedder(), TEXTS)
    with made.store:
        yield made


def test_cosines_of_the_model_of_many_languages_are_spread_and_others_are_as_they_are() -> None:
    cosines = np.array([0.70, 0.95, 0.85], np.float32)
    assert scale_of(MULTILINGUAL_MODEL).of(cosines).tolist() == pytest.approx([0.0, 1.0, 0.6], abs=1e-5)
    for model in (LOCAL_MODEL, "text-embedding-3-small"):
        assert np.array_equal(scale_of(model).of(cosines), cosines)


@needs_e5
def test_what_answers_scores_high_and_what_does_not_scores_low(german: Corpus) -> None:
    first, *others = german.search("Wie lange gilt die Garantie?", top_k=4, mode="dense", timeout_seconds=30)
    assert first.chunk.source == "garantie.md"
    assert first.score > 0.55
    assert max(hit.score for hit in others) < 0.5
    found = german.search("Wie lange gilt die Garantie?", top_k=4, mode="dense", min_score=0.52, timeout_seconds=30)
    assert [hit.chunk.source for hit in found] == ["garantie.md"]
