"""Questions in English to a corpus that is partly in English: python -m benchmarks.mixed XQUAD_DIR [LANGUAGE ...]

Of XQuAD's paragraphs as `benchmarks.squad` makes them, a share chosen by chance is in English and the others are in the
language. nDCG@10 of hybrid search with multilingual-e5-small, as words are believed and if they were believed fully.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.models import CACHE, ENGLISH, SECONDS, batches, found
from corpus.embedding.e5 import MultilingualEmbedder
from corpus.settings import MULTILINGUAL_MODEL
from ingest.evaluation.beir import read_collection
from ingest.evaluation.evaluate import cut
from ingest.evaluation.vector_cache import CachingEmbedder

LANGUAGES = ("hi", "de", "zh")
SHARES = (0.0, 0.0125, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0)


def mixed(folder: Path, languages: Sequence[str]) -> Iterator[str]:
    """Lines of a table."""
    embedder = CachingEmbedder(MultilingualEmbedder(), CACHE / f"{MULTILINGUAL_MODEL}-mixed.npz")
    english = read_collection(folder / ENGLISH)
    asked = embedder.embed_queries(list(english.queries.values()), timeout_seconds=SECONDS)
    order = random.Random(3).sample(range(len(english.documents)), len(english.documents))
    texts, vectors = {}, {}
    for language in (ENGLISH, *languages):
        collection = english if language == ENGLISH else read_collection(folder / language)
        own = [cut(each, embedder.tokenizer, embedder.max_tokens).text for each in collection.documents]
        texts[language], vectors[language] = own, np.concatenate(list(embedder.embed_documents(batches(own))))
    embedder.close()
    yield "| others in | share in English | dense | hybrid | words believed fully |\n|---|---|---|---|---|"
    for language in languages:
        for share in SHARES:
            chosen = set(order[: round(share * len(order))])
            of_row = [ENGLISH if row in chosen else language for row in range(len(order))]
            rows = np.stack([vectors[each][row] for row, each in enumerate(of_row)])
            passages = [(str(english.documents[row].name), texts[each][row]) for row, each in enumerate(of_row)]
            dense, hybrid, fully = found(english, passages, rows, asked, MULTILINGUAL_MODEL)
            yield f"| {language} | {share:.1%} | {dense:.3f} | {hybrid:.3f} | {fully:.3f} |"


def main() -> None:
    folder, *languages = sys.argv[1:]
    for line in mixed(Path(folder), languages or LANGUAGES):
        print(line, flush=True)


if __name__ == "__main__":
    main()
