"""How fast the local model embeds. `python -m benchmarks.embedding`, on an idle machine.

Next to each figure stands what numpy does at that moment, so that runs on a busy or slower machine can be compared:
`of numpy` is the model's rate of arithmetic as a share of a plain matrix product's.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable

import numpy as np

from corpus.embedding.minilm import LocalEmbedder

REPETITIONS = 7
CHUNKS = 32
CHUNK_TOKENS = 178
QUERY = "how do I run code after the response has been sent?"
# A layer multiplies by 4 matrices of 384 x 384 and 2 of 384 x 1536, and attention twice by all tokens.
LAYERS = 6
WIDTH = 384


def operations(tokens: int) -> float:
    """Of one text of `tokens` tokens, [CLS] and [SEP] included; a multiplication and an addition are two."""
    return LAYERS * 2.0 * tokens * (12 * WIDTH * WIDTH + 2 * tokens * WIDTH)


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    start = time.perf_counter()
    embedder = LocalEmbedder()
    started = time.perf_counter() - start
    chunk = "many people walked slowly along the river " * CHUNK_TOKENS
    chunk = chunk[: embedder.tokenizer.ends(chunk)[CHUNK_TOKENS - 3]]
    assert embedder.tokenizer.count(chunk) == CHUNK_TOKENS - 2
    left, right = np.ones((CHUNK_TOKENS * 8, WIDTH), np.float32), np.ones((WIDTH, 4 * WIDTH), np.float32)
    product = 2.0 * left.shape[0] * right.size
    chunks, queries, numpy = [], [], []
    embedder.embed_queries([QUERY], timeout_seconds=60)
    for _ in range(REPETITIONS):
        numpy.append(20 * product / seconds(lambda: [left @ right for _ in range(20)]))
        chunks.append(CHUNKS / seconds(lambda: list(embedder.embed_documents([[chunk] * CHUNKS]))))
        queries += [seconds(lambda: embedder.embed_queries([QUERY], timeout_seconds=60)) for _ in range(50)]
    rate = statistics.median(chunks)
    share = statistics.median(one * operations(CHUNK_TOKENS) / other for one, other in zip(chunks, numpy, strict=True))
    print(f"load average      {os.getloadavg()[0]:8.2f}   processors {os.cpu_count()}")
    print(f"start             {started:8.2f} s")
    print(f"chunks a second   {rate:8.1f}     best {max(chunks):.1f}, of {CHUNK_TOKENS} tokens; {share:.0%} of numpy")
    print(f"query             {statistics.median(queries) * 1e3:8.2f} ms  best {min(queries) * 1e3:.2f}")
    print(f"numpy             {statistics.median(numpy) / 1e9:8.1f} GFLOP/s, float32 matrix product")


if __name__ == "__main__":
    main()
