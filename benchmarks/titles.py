"""What titles that say whose document it is, and tables that say what they are, do for finding a page:

    python -m benchmarks.titles DIR [--every N]

DIR holds files and questions.jsonl; each question names a file and the page that answers it (`document`, `page`). The
files are read and cut as the product does, searched exactly with its own words and fusion, and ranked by page: nDCG@10.
With --every only each N-th page is indexed beside those that answer something, which takes less time. Vectors are kept
in .eval-cache.
"""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from math import log2
from pathlib import Path

import numpy as np

from benchmarks.spanmeasures import Stretch
from benchmarks.spans import OURS, caching_embedder, rankings
from benchmarks.spansets import Piece, cut_by
from benchmarks.spansets import Question as Asked
from corpus.quality.questions import Question, read_questions
from corpus.records import Chunk, indexed_text_of
from corpus.tokens import Tokenizer
from ingest.evaluation.measures import paired_bootstrap
from ingest.reading.document import Document
from ingest.reading.readers.registry import read
from ingest.reading.subject.derivation import described
from ingest.sources.found import Item
from ingest.splitting.preparation import prepare, text_for_model

DEPTH = 10
Way = Callable[[Document, str], Document]
TOLD = "as ingest tells it"
NAMED = f"{TOLD}, and what each table is"
WAYS: dict[str, Way] = {
    "no title": lambda document, _: replace(document, title=None),
    "the file's name": lambda document, name: replace(document, title=Path(name).stem),
    "as the file states it": lambda document, _: document,
    TOLD: lambda document, name: described(document, name, is_titled=False),
    NAMED: lambda document, name: described(document, name, is_titled=False),
}


def documents_in(folder: Path) -> dict[str, Document]:
    """Every file's one document, by its path below the folder."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "questions.jsonl")
    return {str(path.relative_to(folder)): read(path)[0] for path in paths}


def chunks_of(
    document: Document, name: str, tokenizer: Tokenizer, *, tables: bool = True
) -> Iterator[tuple[Chunk, str]]:
    """The document's chunks, and what the model reads of each; without `tables` none says what its figures are."""
    tokens, overlap = OURS[0]
    record = cut_by(tokenizer, tokens=tokens, overlap=overlap)
    prepared = prepare(
        document, Item(source=name, place=name), digest="", stamp="", tokenizer=tokenizer, collection=record
    )
    if tables:
        yield from zip(prepared.chunks, prepared.texts, strict=True)
        return
    for chunk in prepared.chunks:
        plain = replace(chunk, table=None)
        yield plain, text_for_model(plain, tokenizer, tokens)


def gains(ranked: Sequence[Stretch], pages: dict[Stretch, int], question: Question) -> float:
    """nDCG@10 of the one page that answers, each page counted once."""
    seen = dict.fromkeys((at.document, pages[at]) for at in ranked)
    places = {page: place for place, page in enumerate(list(seen)[:DEPTH])}
    place = places.get((str(question.document), question.page or 0))
    return 0.0 if place is None else 1 / log2(place + 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="index each N-th page, and those that answer")
    given = parser.parse_args()
    questions = read_questions(given.folder / "questions.jsonl").questions
    answering = {(question.document, question.page) for question in questions}
    documents = documents_in(given.folder)
    print(f"{len(documents)} files, {len(questions)} questions\n")
    print(f"| title | chunks | dense | lexical | hybrid |\n{'|---' * 5}|", flush=True)
    found: dict[str, np.ndarray] = {}
    with contextlib.closing(caching_embedder("titles")) as embedder:
        for way, told in WAYS.items():
            pieces, pages = [], {}
            for name, document in documents.items():
                for chunk, embedded in chunks_of(told(document, name), name, embedder.tokenizer, tables=way == NAMED):
                    page = chunk.page or 0
                    if page % given.every == 0 or (name, page) in answering:
                        at = Stretch(name, chunk.start, chunk.end)
                        pages[at] = page
                        pieces.append(Piece(at, embedded, indexed_text_of(chunk)))
            asked = [Asked(question.text, ()) for question in questions]
            values = [
                [gains(ranked[mode], pages, question) for mode in ("dense", "lexical", "hybrid")]
                for ranked, question in zip(rankings(pieces, asked, embedder), questions, strict=True)
            ]
            found[way] = np.array(values)
            shown = " | ".join(f"{value:.3f}" for value in np.mean(values, axis=0))
            print(f"| {way} | {len(pieces):,} | {shown} |", flush=True)
    for left, right in ((TOLD, "the file's name"), (TOLD, "as the file states it"), (NAMED, TOLD)):
        change = paired_bootstrap(found[left][:, 2].tolist(), found[right][:, 2].tolist())
        bounds = f"{change.low:+.3f} to {change.high:+.3f}"
        print(f"\nhybrid, {left} less {right}: {change.mean:+.3f} ({bounds})")


if __name__ == "__main__":
    main()
