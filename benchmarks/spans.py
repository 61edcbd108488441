"""Whether an answer's own text is found, by chunk size and splitter: python -m benchmarks.spans DATA_DIR [FILTER ...]

DATA_DIR holds chroma_chunking (five whole texts) and covidqa_docs (98 papers), whose questions name the spans that
answer them. Each way of cutting is embedded by the local model and searched exactly, with the product's own words and
fusion. LangChain's splitter is left out, saying so, where langchain-text-splitters is not installed. A FILTER is part
of a line's name, such as "covidqa_docs" or "LangChain". Vectors are kept in .eval-cache, so that a second run is quick.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.spanmeasures import Stretch, covering_rank, found, within_budget
from benchmarks.spansets import COLLECTIONS, Piece, Question, Splitter, as_read, cut_all, langchain, ours
from corpus.embedding.minilm import LocalEmbedder
from corpus.lexical.build import write_index
from corpus.lexical.index import LexicalIndex
from corpus.searching.fusion import DEPTH, fuse
from corpus.searching.language_fit import fit_of
from corpus.settings import LOCAL_MODEL
from corpus.tokens import Cl100kTokenizer, Tokenizer
from ingest.evaluation.vector_cache import CachingEmbedder
from ingest.reading.document import Document

CACHE = Path(".eval-cache")
BATCH = 64
TIMEOUT_SECONDS = 600.0
K = 5
# What five chunks of about 200 tokens hold: compares chunks of different sizes at what a reader must read.
BUDGET_CHARACTERS = 4000
# Tokens and overlap; the product's default comes first.
OURS = [(254, 31), (200, 25), (128, 16), (254, 0), (200, 0), (254, 63)]
# In tokens of cl100k_base, as models of OpenAI count; the first is their default here.
OURS_CL100K = [(400, 50), (200, 25)]
LANGCHAIN = [(200, 0), (400, 0), (200, 100), (400, 200)]
HEAD = (
    f"| collection, splitter | chunks | characters | mode | recall@{K} | precision@{K} | IoU@{K} | "
    f"recall in {BUDGET_CHARACTERS:,} characters | answer whole@{K} | MRR@10 |\n{'|---' * 10}|"
)


def caching_embedder(collection: str) -> CachingEmbedder:
    """The local model, with the vectors that `ingest eval` keeps for the collection of that name."""
    return CachingEmbedder(LocalEmbedder(), CACHE / f"{LOCAL_MODEL}-{collection}.npz")


def ways(tokenizer: Tokenizer, window: int) -> Iterator[tuple[str, Splitter]]:
    """Every way of cutting, by name."""
    for tokens, overlap in OURS:
        yield f"ours {tokens}/{overlap}", ours(tokenizer, tokens=tokens, overlap=overlap, context=True)
    yield (
        "ours {}/{}, no context".format(*OURS[0]),
        ours(tokenizer, tokens=OURS[0][0], overlap=OURS[0][1], context=False),
    )
    for tokens, overlap in OURS_CL100K:
        splitter = ours(Cl100kTokenizer(), tokens=tokens, overlap=overlap, context=True)
        yield f"ours cl100k {tokens}/{overlap}", as_read(splitter, tokenizer, window)
    if importlib.util.find_spec("langchain_text_splitters") is None:
        print("langchain-text-splitters is not installed: nothing to compare with.", file=sys.stderr)
        return
    for tokens, overlap in LANGCHAIN:
        splitter = langchain(tokens=tokens, overlap=overlap)
        yield f"LangChain {tokens}/{overlap}", as_read(splitter, tokenizer, window)


def rankings(
    pieces: Sequence[Piece], questions: Sequence[Question], embedder: CachingEmbedder
) -> Iterator[dict[str, list[Stretch]]]:
    """For each question the best chunks by mode."""
    batches = ([piece.embedded for piece in pieces[at : at + BATCH]] for at in range(0, len(pieces), BATCH))
    vectors = np.concatenate(list(embedder.embed_documents(batches)))
    asked = embedder.embed_queries([each.text for each in questions], timeout_seconds=TIMEOUT_SECONDS)
    ids = [f"{place:07d}" for place in range(len(pieces))]
    with tempfile.TemporaryDirectory() as folder:
        write_index(Path(folder), zip(ids, (piece.indexed for piece in pieces), strict=True), stamp="")
        index = LexicalIndex(Path(folder))
        for question, vector in zip(questions, asked, strict=True):
            cosines = vectors @ vector
            near = np.argsort(-cosines, kind="stable")[:DEPTH]
            words = index.scores(question.text)
            by_words = [match.chunk_id for match in words.top(DEPTH)]
            both = sorted({*by_words, *(ids[row] for row in near)})
            fit = fit_of(embedder.model, question.text, index.spoken, chunks=len(index))
            bm25 = words.of(both)
            fused = fuse(both, cosines[[int(each) for each in both]], bm25, max_bm25=words.max_bm25, fit=fit)
            yield {
                "dense": [pieces[row].at for row in near],
                "lexical": [pieces[int(each)].at for each in by_words],
                "hybrid": [pieces[int(each.chunk_id)].at for each in fused],
            }


def lines(
    name: str, pieces: Sequence[Piece], questions: Sequence[Question], embedder: CachingEmbedder
) -> Iterator[str]:
    """The table's lines of one way of cutting."""
    by_question = list(rankings(pieces, questions, embedder))
    length = np.mean([piece.at.end - piece.at.start for piece in pieces])
    for mode in by_question[0]:
        values = [_values(ranked[mode], each) for ranked, each in zip(by_question, questions, strict=True)]
        shown = " | ".join(f"{value:.3f}" for value in np.mean(values, axis=0))
        yield f"| {name} | {len(pieces):,} | {length:.0f} | {mode} | {shown} |"


def _values(chunks: Sequence[Stretch], question: Question) -> list[float]:
    place = covering_rank(chunks[:10], question.answers)
    in_budget = found(within_budget(chunks, BUDGET_CHARACTERS), question.answers).recall
    return [
        *found(chunks[:K], question.answers),
        in_budget,
        float(bool(place and place <= K)),
        1 / place if place else 0.0,
    ]


def some(
    documents: Sequence[Document], questions: Sequence[Question], every: int
) -> tuple[list[Document], list[Question]]:
    """Every so many-th document, and the questions that these answer."""
    kept = list(documents[::every])
    names = {document.name for document in kept}
    return kept, [each for each in questions if {answer.document for answer in each.answers} <= names]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("filters", nargs="*")
    parser.add_argument("--every", type=int, default=1, help="only every so many-th document, and its questions")
    asked = parser.parse_args()
    print(HEAD, flush=True)
    for collection, read in COLLECTIONS.items():
        documents, questions = some(*read(asked.folder / collection), asked.every)
        with contextlib.closing(caching_embedder(collection)) as embedder:
            for way, splitter in ways(embedder.tokenizer, embedder.max_tokens):
                name = f"{collection}, {way}"
                if all(part in name for part in asked.filters):
                    for line in lines(name, cut_all(documents, splitter), questions, embedder):
                        print(line, flush=True)


if __name__ == "__main__":
    main()
