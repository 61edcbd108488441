"""What MAX_PER_DOCUMENT does to answers of ten chunks: python -m benchmarks.perdocument DATA_DIR [COLLECTION ...]

For each collection in BEIR's layout below DATA_DIR, split as the product does: the documents among the first ten chunks
(nDCG@10, recall@10) with at most one, two and three chunks of a document and with any number; where the questions name
spans, also whether five chunks hold an answer whole. Vectors are kept in .eval-cache.
"""

from __future__ import annotations

import contextlib
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.quality import collections
from benchmarks.spanmeasures import Stretch, covering_rank
from benchmarks.spans import OURS, caching_embedder, rankings
from benchmarks.spansets import COLLECTIONS, Question, cut_all, ours
from ingest.evaluation.beir import read_collection
from ingest.evaluation.measures import ndcg, recall

LIMITS = (1, 2, 3, None)
ANSWER_CHUNKS = 10
K = 5


def limited(chunks: Sequence[Stretch], most: int | None) -> Iterator[Stretch]:
    """At most so many chunks of one document."""
    taken: Counter[str] = Counter()
    for chunk in chunks:
        if most is None or taken[chunk.document] < most:
            taken[chunk.document] += 1
            yield chunk


def by_document(folder: Path) -> Iterator[str]:
    """The lines of a collection whose judgements name documents."""
    collection = read_collection(folder)
    questions = [Question(text, ()) for text in collection.queries.values()]
    with contextlib.closing(caching_embedder(folder.name)) as embedder:
        splitter = ours(embedder.tokenizer, tokens=OURS[0][0], overlap=OURS[0][1], context=True)
        ranked = [each["hybrid"] for each in rankings(cut_all(collection.documents, splitter), questions, embedder)]
    for most in LIMITS:
        documents = [_documents(list(limited(chunks, most))[:ANSWER_CHUNKS]) for chunks in ranked]
        judged = list(zip(documents, (collection.judgements[key] for key in collection.queries), strict=True))
        gain = np.mean([ndcg(*pair, ANSWER_CHUNKS) for pair in judged])
        share = np.mean([recall(*pair, ANSWER_CHUNKS) for pair in judged])
        yield f"| {folder.name} | {most or 'any'} | {gain:.3f} | {share:.3f} | |"


def by_span(folder: Path) -> Iterator[str]:
    """The lines of a collection whose questions name spans."""
    documents, questions = COLLECTIONS[folder.name](folder)
    with contextlib.closing(caching_embedder(folder.name)) as embedder:
        splitter = ours(embedder.tokenizer, tokens=OURS[0][0], overlap=OURS[0][1], context=True)
        ranked = [each["hybrid"] for each in rankings(cut_all(documents, splitter), questions, embedder)]
    for most in LIMITS:
        held = [
            covering_rank(list(limited(chunks, most))[:K], question.answers) is not None
            for chunks, question in zip(ranked, questions, strict=True)
        ]
        yield f"| {folder.name}, spans | {most or 'any'} | | | {np.mean(held):.3f} |"


def _documents(chunks: Sequence[Stretch]) -> list[str]:
    return list(dict.fromkeys(chunk.document for chunk in chunks))


def main() -> None:
    folder, named = Path(sys.argv[1]), sys.argv[2:]
    print(f"| collection | chunks a document | nDCG@10 | recall@10 | answer whole@{K} |\n|---|---|---|---|---|")
    for name in collections(folder, named):
        for line in by_document(folder / name):
            print(line, flush=True)
        if name in COLLECTIONS:
            for line in by_span(folder / name):
                print(line, flush=True)


if __name__ == "__main__":
    main()
