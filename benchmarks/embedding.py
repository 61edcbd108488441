"""How fast the local model embeds: python -m benchmarks.embedding

Beside it stands what numpy does in the same turn, so that runs on a busy or slower machine can be compared: `share of
numpy` is the model's rate of arithmetic as a share of a plain matrix product's.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Sequence

import numpy as np

from benchmarks.turns import Comparison, Outcome, arguments, finish, take_turns, turns_of
from corpus.embedding.minilm import LocalEmbedder

CHUNKS = 32
SMALL_CHUNKS = 2
CHUNK_TOKENS = 178
QUERIES = 50
SMALL_QUERIES = 2
PRODUCTS = 20
QUERY = "how do I run code after the response has been sent?"
# A layer multiplies by 4 matrices of 384 x 384 and 2 of 384 x 1536, and attention twice by all tokens.
LAYERS = 6
WIDTH = 384
CHUNKS_EMBEDDED = "chunks embedded"
PRODUCT = "matrix products"
QUERIES_EMBEDDED = "queries embedded"


def operations(tokens: int) -> float:
    """Of one text of `tokens` tokens, [CLS] and [SEP] included; a multiplication and an addition are two."""
    return LAYERS * 2.0 * tokens * (12 * WIDTH * WIDTH + 2 * tokens * WIDTH)


def chunk_of(embedder: LocalEmbedder) -> str:
    """A text of CHUNK_TOKENS, [CLS] and [SEP] included."""
    text = "many people walked slowly along the river " * CHUNK_TOKENS
    return text[: embedder.tokenizer.ends(text)[CHUNK_TOKENS - 3]]


def measure(embedder: LocalEmbedder, *, chunks: int, queries: int, turns: int) -> Comparison:
    """Embedding and plain arithmetic in turns."""
    chunk = chunk_of(embedder)
    left, right = np.ones((CHUNK_TOKENS * 8, WIDTH), np.float32), np.ones((WIDTH, 4 * WIDTH), np.float32)

    def ask() -> None:
        for _ in range(queries):
            embedder.embed_queries([QUERY], timeout_seconds=60)

    contenders = {
        PRODUCT: lambda: [left @ right for _ in range(PRODUCTS)],
        CHUNKS_EMBEDDED: lambda: list(embedder.embed_documents([[chunk] * chunks])),
        QUERIES_EMBEDDED: ask,
    }
    return Comparison("local model", PRODUCT, take_turns(contenders, turns=turns))


def main(argv: Sequence[str] | None = None) -> None:
    """Print the table."""
    given = arguments(__doc__).parse_args(argv)
    chunks, queries = (SMALL_CHUNKS, SMALL_QUERIES) if given.small else (CHUNKS, QUERIES)
    start = time.perf_counter()
    embedder = LocalEmbedder()
    outcome = Outcome("embedding", figures={"start, seconds": time.perf_counter() - start})
    found = measure(embedder, chunks=chunks, queries=queries, turns=turns_of(given))
    outcome.comparisons.append(found)
    arithmetic = PRODUCTS * 2.0 * (CHUNK_TOKENS * 8) * WIDTH * (4 * WIDTH)
    share = chunks * operations(CHUNK_TOKENS) / arithmetic
    outcome.figures |= {
        f"chunks of {CHUNK_TOKENS} tokens a second": chunks / found.median(CHUNKS_EMBEDDED),
        "share of numpy": share * statistics.median(found.ratios(PRODUCT, CHUNKS_EMBEDDED)),
        "query, ms": found.median(QUERIES_EMBEDDED) / queries * 1e3,
        "numpy, GFLOP/s": arithmetic / found.median(PRODUCT) / 1e9,
    }
    finish(outcome, given)


if __name__ == "__main__":
    main(sys.argv[1:])
