"""One collection as several corpora, against the whole: python -m benchmarks.merging DATA_DIR [COLLECTION ...]

nDCG@10 of hybrid search over collections in BEIR's layout, a passage a document: the whole; the same in four corpora by
lot and by topic, merged as a deployment with CORPORA merges them, merged by each corpus's own words, and by rank.
Several collections together are one whole, and each a corpus. With --models half of the whole is of another model.
Vectors are kept in .eval-cache.
"""

from __future__ import annotations

import argparse
import contextlib
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.passages import Passages, corpus_of, passages_of, together_in
from corpus.embedding.choice import embedder_for_new_collection
from corpus.lexical.bm25 import together
from corpus.records import Hit
from corpus.searching.corpus import Corpus
from corpus.searching.merging import in_corpus, merged
from corpus.searching.scale import scale_of
from corpus.settings import LOCAL_MODEL, MULTILINGUAL_MODEL, CorpusSettings
from ingest.evaluation.beir import read_collection
from ingest.evaluation.measures import ndcg
from ingest.evaluation.vector_cache import CachingEmbedder

CACHE = Path(".eval-cache")
DEPTH = 10
PARTS = 4
ASKED_OF = 8  # Every eighth question is enough to tell how near texts are.
SECONDS = 600.0
Merge = Callable[[Sequence[Corpus], Sequence[str]], list[list[Hit]]]


def as_served(corpora: Sequence[Corpus], queries: Sequence[str]) -> list[list[Hit]]:
    """As a deployment merges them (handler/corpora/combined.py)."""
    counted = [each for each in (corpus.frequencies(queries) for corpus in corpora) if each is not None]
    among = [together([each[place] for each in counted]) for place in range(len(queries))]
    found = [
        corpus.search_each(queries, top_k=DEPTH, among=among if len(corpora) > 1 else None, timeout_seconds=SECONDS)
        for corpus in corpora
    ]
    return _merged(found, len(queries))


def by_own_words(corpora: Sequence[Corpus], queries: Sequence[str]) -> list[list[Hit]]:
    """Each word weighed by how frequent it is in the corpus alone."""
    found = [corpus.search_each(queries, top_k=DEPTH, timeout_seconds=SECONDS) for corpus in corpora]
    return _merged(found, len(queries))


def by_rank(corpora: Sequence[Corpus], queries: Sequence[str]) -> list[list[Hit]]:
    """The first of each corpus, then the second of each."""
    found = [corpus.search_each(queries, top_k=DEPTH, timeout_seconds=SECONDS) for corpus in corpora]
    return [
        [hit for rank in zip_longest(*(each[place] for each in found)) for hit in rank if hit is not None][:DEPTH]
        for place in range(len(queries))
    ]


def _merged(found: Sequence[Sequence[Sequence[Hit]]], queries: int) -> list[list[Hit]]:
    named = [[in_corpus(f"c{number}", hits) for hits in each] for number, each in enumerate(found)]
    return [merged([each[place] for each in named], top_k=DEPTH, join=None) for place in range(queries)]


def score(corpora: Sequence[Corpus], passages: Passages, merge: Merge) -> float:
    """nDCG@10 over all queries."""
    found = merge(corpora, passages.queries)
    gains = [
        ndcg([hit.chunk.source for hit in hits], judged, DEPTH)
        for hits, judged in zip(found, passages.judgements, strict=True)
    ]
    return float(np.mean(gains))


def splits(vectors: NDArray[np.float32]) -> dict[str, list[list[int]]]:
    """Four parts by lot, and four by topic: the nearest of as many means (k-means)."""
    chance = np.random.default_rng(3)
    lots = chance.integers(0, PARTS, len(vectors))
    means = vectors[chance.choice(len(vectors), PARTS, replace=False)]
    near = lots
    for _ in range(20):
        near = (vectors @ means.T).argmax(axis=1)
        means = np.stack([vectors[near == part].mean(axis=0) for part in range(PARTS)])
    return {
        f"{PARTS} {how}": [np.flatnonzero(of == part).tolist() for part in range(PARTS)]
        for how, of in (("by lot", lots), ("by topic", near))
    }


def rows(
    name: str, passages: Passages, groups: Mapping[str, list[list[int]]], embedder: CachingEmbedder
) -> Iterator[str]:
    """A line for the whole, one for each way to part it."""
    with tempfile.TemporaryDirectory(prefix="bench-merging-") as scratch, contextlib.ExitStack() as stack:
        whole = stack.enter_context(
            _kept(corpus_of(Path(scratch, "whole"), passages, range(len(passages.texts)), embedder))
        )
        yield f"| {name} | 1, the whole | {score([whole], passages, as_served):.4f} | | |"
        for how, group in groups.items():
            corpora = [
                stack.enter_context(_kept(corpus_of(Path(scratch, f"{how}-{number}"), passages, part, embedder)))
                for number, part in enumerate(group)
            ]
            shown = " | ".join(f"{score(corpora, passages, merge):.4f}" for merge in (as_served, by_own_words, by_rank))
            yield f"| {name} | {how} | {shown} |"


@contextlib.contextmanager
def _kept(corpus: Corpus) -> Iterator[Corpus]:
    yield corpus
    corpus.store.close()


def embedder_of(model: str, name: str) -> CachingEmbedder:
    """Of the model, with the vectors of that name."""
    settings = CorpusSettings(embedding_model=model)
    return CachingEmbedder(embedder_for_new_collection(settings), CACHE / f"{model}-{name}.npz")


def nearness(passages: Passages, embedder: CachingEmbedder) -> str:
    """How near a question is to its passage and to others by the model, as cosines and on the common scale."""
    vectors = np.vstack(list(embedder.embed_documents([passages.texts])))
    places = {name: place for place, name in enumerate(passages.names)}
    asked = passages.queries[::ASKED_OF]
    cosines = embedder.embed_queries(asked, timeout_seconds=SECONDS) @ vectors.T
    right = np.zeros(cosines.shape, dtype=bool)
    for row, judged in enumerate(passages.judgements[::ASKED_OF]):
        right[row, [places[name] for name, gain in judged.items() if gain > 0]] = True
    scale = scale_of(embedder.model)
    shown = "; ".join(
        f"{name} {each.mean():.3f} ± {each.std():.3f}, on the scale {scale.of(each).mean():.3f}"
        for name, each in (("its own passage", cosines[right]), ("any other", cosines[~right]))
    )
    return f"{embedder.model}: a question and {shown}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("collections", nargs="+")
    parser.add_argument("--models", action="store_true")
    wanted = parser.parse_args()
    print(f"| collection | corpora | as served | by own words | by rank |\n{'|---' * 5}|")
    parts = []
    for name in wanted.collections:
        with contextlib.closing(embedder_of(LOCAL_MODEL, f"merging-{name.replace('/', '-')}")) as embedder:
            collection = read_collection(wanted.folder / name)
            passages = passages_of(name, collection, embedder.tokenizer.ends, embedder.max_tokens)
            parts.append(passages)
            if wanted.models:
                mixed(name, passages, embedder)
                continue
            vectors = np.vstack(list(embedder.embed_documents([passages.texts])))
            for line in rows(name, passages, splits(vectors), embedder):
                print(line, flush=True)
    if len(parts) > 1 and not wanted.models:
        with contextlib.closing(embedder_of(LOCAL_MODEL, "merging-all")) as embedder:
            everything, places = together_in(parts)
            for line in rows("all of them", everything, {f"{len(parts)}, one a collection": places}, embedder):
                print(line, flush=True)


def mixed(name: str, passages: Passages, embedder: CachingEmbedder) -> None:
    """Half of the passages, drawn by lot, with another model."""
    half = np.random.default_rng(5).integers(0, 2, len(passages.texts))
    ours, theirs = np.flatnonzero(half == 0).tolist(), np.flatnonzero(half == 1).tolist()
    with (
        contextlib.closing(embedder_of(MULTILINGUAL_MODEL, f"merging-{name.replace('/', '-')}")) as other,
        tempfile.TemporaryDirectory(prefix="bench-merging-") as scratch,
    ):
        everything = range(len(passages.texts))
        for model in (embedder, other):
            print(nearness(passages, model), flush=True)
            whole = corpus_of(Path(scratch, model.model), passages, everything, model)
            print(
                f"| {name} | 1, the whole, {model.model} | {score([whole], passages, as_served):.4f} | | |", flush=True
            )
        corpora = [
            corpus_of(Path(scratch, "ours"), passages, ours, embedder),
            corpus_of(Path(scratch, "theirs"), passages, theirs, other),
        ]
        shown = " | ".join(f"{score(corpora, passages, merge):.4f}" for merge in (as_served, by_own_words, by_rank))
        print(f"| {name} | 2, of both models | {shown} |", flush=True)


if __name__ == "__main__":
    main()
