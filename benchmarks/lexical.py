"""What the lexical index costs: python -m benchmarks.lexical [chunks ...]

Chunks are made of invented words with the frequencies of real text (Zipf), about 1,300 characters each; four words are
new with every chunk, as names and numbers are. Queries are ten words of a chunk, as often common as there.
Writing is counted in processor seconds (one core), for the neighbours' sake.
"""

from __future__ import annotations

import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import accumulate
from pathlib import Path

from corpus.lexical.build import update_index, write_index
from corpus.lexical.files import FORWARD_FILES, read_about
from corpus.lexical.index import LexicalIndex

SYLLABLES = ["ka", "lo", "mi", "ter", "ban", "su", "ri", "ve", "xo", "qui", "dor", "zen", "pla", "ne", "gu", "fi"]
WORDS_A_CHUNK = 190
QUERIES = 300


def make_chunks(count: int) -> Iterator[tuple[str, str]]:
    chance = random.Random(7)
    known = ["".join(chance.choices(SYLLABLES, k=chance.randint(1, 4))) for _ in range(60_000)]
    weights = list(accumulate(1 / (rank + 3) for rank in range(len(known))))
    for number in range(count):
        words = chance.choices(known, cum_weights=weights, k=WORDS_A_CHUNK)
        for place in range(0, WORDS_A_CHUNK, 50):
            words[place] += f"{chance.choice(SYLLABLES)}{chance.randrange(count)}"
        yield f"{number % 997:016x}-{number:012x}-{number}", " ".join(words).capitalize() + "."


def processor_seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def search(index: LexicalIndex, query: str) -> None:
    index.scores(query).top(100)


def measure(count: int, directory: Path) -> None:
    chunks = list(make_chunks(count))
    characters = sum(len(text) for _, text in chunks)
    write = processor_seconds(lambda: write_index(directory, chunks, stamp="1"))
    update = processor_seconds(lambda: update_index(directory, add=chunks[:5], remove=[chunks[7][0]], stamp="2"))
    files = directory / read_about(directory)["generation"]
    sizes = {path.name: path.stat().st_size / 1e6 for path in files.iterdir()}
    reader = sum(size for name, size in sizes.items() if name not in FORWARD_FILES)

    LexicalIndex(directory)  # The first pays for importing bm25s.
    opening = statistics.median(seconds(lambda: LexicalIndex(directory)) for _ in range(20))
    index = LexicalIndex(directory)
    chance = random.Random(8)
    queries = [" ".join(chance.sample(chance.choice(chunks)[1].split(), 10)) for _ in range(QUERIES)]
    times = sorted(seconds(partial(search, index, query)) for query in queries)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(
        f"{count:,} chunks of {characters / count:,.0f} characters: write {write:.1f} s, update {update:.1f} s, "
        f"open {opening * 1e3:.1f} ms, search p50 {statistics.median(times) * 1e3:.2f} ms, "
        f"p95 {times[int(0.95 * len(times))] * 1e3:.2f} ms; "
        f"{reader:.0f} MB to read, {sum(sizes.values()) - reader:.0f} MB more to update; peak {peak:.0f} MB"
    )


def main() -> None:
    for count in [int(word) for word in sys.argv[1:]] or [10_000, 100_000]:
        with tempfile.TemporaryDirectory() as directory:
            measure(count, Path(directory))


if __name__ == "__main__":
    main()
