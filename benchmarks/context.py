"""What title and headings before the text do for finding documents: python -m benchmarks.context DATA_DIR NAME ...

nDCG@10 of collections in BEIR's layout, split as the product does, searched exactly. Vectors are kept in .eval-cache.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.spans import OURS, caching_embedder, rankings
from benchmarks.spansets import Question, cut_all, ours
from ingest.evaluation.beir import read_collection
from ingest.evaluation.measures import ndcg

DEPTH = 10


def lines(folder: Path) -> Iterator[str]:
    """A line with, a line without."""
    collection = read_collection(folder)
    questions = [Question(text, ()) for text in collection.queries.values()]
    tokens, overlap = OURS[0]
    with contextlib.closing(caching_embedder(folder.name)) as embedder:
        for context in (True, False):
            splitter = ours(embedder.tokenizer, tokens=tokens, overlap=overlap, context=context)
            pieces = cut_all(collection.documents, splitter)
            gains: dict[str, list[float]] = {}
            for ranked, key in zip(rankings(pieces, questions, embedder), collection.queries, strict=True):
                for mode, chunks in ranked.items():
                    documents = list(dict.fromkeys(chunk.document for chunk in chunks))
                    gains.setdefault(mode, []).append(ndcg(documents, collection.judgements[key], DEPTH))
            shown = " | ".join(f"{np.mean(values):.3f}" for values in gains.values())
            yield f"| {folder.name} | {'with' if context else 'without'} | {len(pieces):,} | {shown} |"


def main() -> None:
    folder, names = Path(sys.argv[1]), sys.argv[2:]
    print(f"| collection | context | chunks | dense | lexical | hybrid |\n{'|---' * 6}|")
    for name in names:
        for line in lines(folder / name):
            print(line, flush=True)


if __name__ == "__main__":
    main()
