"""What the sketch of a snapshot's vectors finds, and what it costs: python -m benchmarks.sketch [DATA_DIR [NAME ...]]

Made-up vectors near themes, then the passages and questions of each collection in BEIR's layout by all-MiniLM-L6-v2,
though so few are not sketched. For each the share of the exact 10 and 100 nearest that are among those compared, and
the time of a question's vectors beside one product over all.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.corpora import PER_DOCUMENT, document
from benchmarks.models import embedded
from benchmarks.quality import collections
from corpus.embedding.model import Vectors
from corpus.embedding.model_files import installed_model_files
from corpus.store.exact import GUESSED, MIN_GUESSED, SHARE
from corpus.store.sketch import open_sketch, write_sketch

SIZES = ((10_000, 1536), (20_000, 512), (50_000, 1536))
COUNTS = (10, 100)
QUESTIONS = 100
TURNS = 9


def units(vectors: Vectors) -> Vectors:
    """The rows, each at length 1."""
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def made_up() -> Iterator[tuple[str, Vectors, Vectors]]:
    """A name, vectors and questions, for each size."""
    for chunks, dimensions in SIZES:
        vectors = np.concatenate([document(number, dimensions)[2] for number in range(chunks // PER_DOCUMENT)])
        draw = np.random.default_rng(1)
        near = vectors[draw.integers(0, chunks, QUESTIONS)]
        asked = near + draw.standard_normal(near.shape).astype(np.float32) * np.float32(0.3 / dimensions**0.5)
        yield f"made up, {dimensions} dimensions", units(vectors), units(asked)


def of_collections(folder: Path, named: list[str]) -> Iterator[tuple[str, Vectors, Vectors]]:
    """The same of each test collection."""
    for name in collections(folder, named):
        _, _, vectors, asked = embedded(folder / name, installed_model_files())
        yield name, units(vectors), units(asked[:QUESTIONS])


def quickest_ms(asked: Callable[[], object]) -> float:
    """Of several turns."""
    times = []
    for _ in range(TURNS):
        started = time.perf_counter()
        asked()
        times.append((time.perf_counter() - started) * 1e3)
    return min(times)


def line(name: str, vectors: Vectors, asked: Vectors) -> str:
    """A row of the table."""
    chunks, dimensions = vectors.shape
    guesses = max(MIN_GUESSED, GUESSED * max(COUNTS), chunks // SHARE)
    with tempfile.TemporaryDirectory() as scratch:
        write_sketch(Path(scratch), lambda start, end: vectors[start:end], chunks=chunks, dimensions=dimensions)
        sketch = open_sketch(Path(scratch), chunks=chunks, dimensions=dimensions)
        assert sketch
        found: dict[int, list[float]] = {count: [] for count in COUNTS}
        for question in asked:
            order = np.argsort(-(vectors @ question), kind="stable")
            pointed = sketch.nearest(question, guesses)
            for count in COUNTS:
                found[count].append(float(np.isin(order[:count], pointed).mean()))
        question = asked[0]
        took = quickest_ms(lambda: vectors[sketch.nearest(question, guesses)] @ question)
        product = quickest_ms(lambda: vectors @ question)
    shares = " | ".join(f"{np.mean(found[count]):.4f}" for count in COUNTS)
    return f"| {name} | {chunks:,} | {guesses:,} | {shares} | {took:.2f} | {product:.2f} |"


def main(argv: Sequence[str] | None = None) -> None:
    """Print the table."""
    words = sys.argv[1:] if argv is None else argv
    print("| vectors | chunks | compared | of the nearest 10 | of the nearest 100 | ms | one product, ms |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for row in (*made_up(), *(of_collections(Path(words[0]), list(words[1:])) if words else ())):
        print(line(*row), flush=True)


if __name__ == "__main__":
    main()
