"""The gate on publishing over the sample handbook with the local model: each poison refused, the unchanged let through.

python -m benchmarks.gate [--repeats 10]

Vectors are kept in .eval-cache, so that what is ingested again costs its reading, cutting and writing alone.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from pydantic import SecretStr

from corpus.corpus_opening import open_corpus
from corpus.embedding.choice import collection_for, embedder_for_new_collection
from corpus.errors import GateRefused
from corpus.quality.questions import QuestionFile, parse_questions
from corpus.settings import LOCAL_MODEL, MULTILINGUAL_MODEL
from corpus.snapshot.publish import publish
from corpus.snapshot.publish_gate import Gate
from corpus.store import create_store
from examples.build import EXAMPLES
from ingest.command.questions import proposed
from ingest.evaluation.comparison import Judgement
from ingest.evaluation.evaluate import cache_file
from ingest.evaluation.vector_cache import CachingEmbedder
from ingest.evaluation.version_judge import judge_by
from ingest.reading.document import Document
from ingest.reading.readers.registry import read
from ingest.report import Report
from ingest.settings import IngestSettings
from ingest.sources.found import Item
from ingest.sync.chunking import ChunkingPool
from ingest.sync.diff import Changes, Job, Reading
from ingest.sync.run import IngestRun
from ingest.sync.writer import Writing
from tests.ingest.evaluation import poison
from tests.openai_server import KEY, embeddings_server

QUESTIONS = 60
HANDBOOK = EXAMPLES / "handbook"
CACHE = Path(".eval-cache")
Files = dict[str, Sequence[Document]]


def main() -> None:
    """Print a table of what was tried and what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=10)
    repeats = parser.parse_args().repeats
    with tempfile.TemporaryDirectory(prefix="bench-gate-") as name:
        run(Path(name), repeats)


def run(folder: Path, repeats: int) -> None:
    """All of it, in a folder for its files."""
    files: Files = {
        f"handbook/{path.relative_to(HANDBOOK)}": read(path) for path in HANDBOOK.rglob("*") if path.is_file()
    }
    settings = settings_of(folder, "first")
    ingest(settings, files)
    with open_corpus(settings) as corpus:
        lines = [question.to_line() for question in proposed(corpus, settings.search_mode, most=QUESTIONS)]
    asked = parse_questions("\n".join(lines).encode(), name="questions.jsonl")
    dest = str(folder / "published")
    show(f"{len(asked.questions)} questions, served", attempt(settings, dest, asked))
    came = []
    for number in range(repeats):
        # In another order each time, so that the index is another.
        names = random.Random(number).sample(sorted(files), len(files))
        again = settings_of(folder, f"again-{number}")
        ingest(again, {name: files[name] for name in names})
        came.append(attempt(again, dest, asked))
    refused = sum(outcome == "refused" for outcome, _ in came)
    found = [judgement.figures.ndcg["hybrid"] for _, (judgement,) in came]
    print(f"unchanged, ingested anew {repeats} times: {refused} refused, hybrid {min(found):.3f} to {max(found):.3f}")
    for spoil_files in SPOILT_FILES:
        ingest(own := settings_of(folder, spoil_files.__name__), spoil_files(files))
        show(spoil_files.__name__, attempt(own, dest, asked))
    for spoil in SPOILT_STORES:
        spoil(own := settings_of(folder, spoil.__name__), files)
        show(spoil.__name__, attempt(own, dest, asked))
    with embeddings_server() as server:
        own = settings_of(folder, "other_model").model_copy(update=OTHER | {"openai_base_url": server.url})
        ingest(own, files)
        show("other_model", attempt(own, dest, asked))


# A worse model, honestly recorded: a bag of words of 32 numbers.
OTHER: dict[str, object] = {
    "embedding_model": "text-embedding-3-small",
    "embedding_dimensions": 32,
    "openai_api_key": SecretStr(KEY),
}


def files_exchanged(files: Files) -> Files:
    """Each file has the content of the next of its kind."""
    exchanged: Files = {}
    for suffix in {Path(name).suffix for name in files}:
        names = sorted(name for name in files if name.endswith(suffix))
        exchanged |= zip(names, [files[name] for name in [*names[1:], names[0]]], strict=True)
    return exchanged


def third_missing(files: Files) -> Files:
    """Every third file is not there."""
    gone = sorted(files)[::3]
    return {name: documents for name, documents in files.items() if name not in gone}


def half_cut_off(files: Files) -> Files:
    """Every other file ends in its middle, as where a reader fails half way."""
    return files | {name: [_first_half(document) for document in files[name]] for name in sorted(files)[::2]}


def _first_half(document: Document) -> Document:
    end = len(document.text) // 2
    return replace(
        document,
        text=document.text[:end],
        blocks=tuple(block._replace(end=min(block.end, end)) for block in document.blocks if block.start < end),
        page_starts=tuple(start for start in document.page_starts if start < end),
        page_labels=(),
    )


def titles_lost(files: Files) -> Files:
    """All are called the same."""
    return {name: [replace(each, title="Untitled") for each in documents] for name, documents in files.items()}


def twice_there(files: Files) -> Files:
    """Each file lies there a second time, in another folder."""
    return files | {f"backup/{name}": documents for name, documents in files.items()}


SPOILT_FILES = (files_exchanged, third_missing, half_cut_off, titles_lost, twice_there)


def texts_exchanged(settings: IngestSettings, files: Files) -> None:
    """Each chunk has the text of the next."""
    ingest(settings, files)
    poison.shuffle_texts(settings.chroma_path)


def vectors_turned(settings: IngestSettings, files: Files) -> None:
    """Vectors of the same size from another space."""
    ingest(settings, files)
    poison.use_another_models_vectors(settings.chroma_path)


def vectors_of_another_model(settings: IngestSettings, files: Files) -> None:
    """Those of multilingual-e5-small, which are as long, under MiniLM's name."""
    ingest(settings, files, vectors_of=MULTILINGUAL_MODEL)


SPOILT_STORES = (texts_exchanged, vectors_turned, vectors_of_another_model)


def settings_of(folder: Path, name: str) -> IngestSettings:
    """Settings of a store of its own with the local model."""
    return IngestSettings(chroma_path=folder / name, embedding_model=LOCAL_MODEL)


def ingest(settings: IngestSettings, files: Files, *, vectors_of: str | None = None) -> None:
    """Bring the files in, in their order; with another model's vectors under the name of the settings' own."""

    def reading(items: Iterable[tuple[Item, str]]) -> Reading:
        for item, _ in items:
            yield item, files[item.source]

    job = Job(items=[Item(source=name, place=name) for name in files], read=reading)
    with contextlib.ExitStack() as stack:
        named, used = (
            stack.enter_context(contextlib.closing(kept(settings, model)))
            for model in (settings.model_for_new_collection, vectors_of or settings.model_for_new_collection)
        )
        record = collection_for(named, settings)
        store = stack.enter_context(create_store(settings, record))
        run = IngestRun(Writing(store, settings), lambda: used, Report())
        changes = Changes(job, stored=[], cutting=ChunkingPool(record, lambda: named.tokenizer))
        run.carry_out(changes, stored=[], on_progress=lambda: None)
        run.index()


def kept(settings: IngestSettings, model: str) -> CachingEmbedder:
    """A model whose vectors are kept between runs."""
    embedder = embedder_for_new_collection(settings.model_copy(update={"embedding_model": model}))
    return CachingEmbedder(embedder, cache_file(CACHE, model, HANDBOOK))


def attempt(settings: IngestSettings, dest: str, asked: QuestionFile) -> tuple[str, list[Judgement]]:
    """Publish with the gate."""
    judgements: list[Judgement] = []
    judge = judge_by(asked, max_drop=0.02, accept=False, show=judgements.append)
    try:
        publish(settings, dest, gate=Gate(questions=asked.content, judge=judge))
    except GateRefused:
        return "refused", judgements
    return "published", judgements


def show(what: str, came: tuple[str, list[Judgement]]) -> None:
    """In a line."""
    outcome, (judgement,) = came
    told = f"{outcome}, hybrid {judgement.figures.ndcg['hybrid']:.3f}. {' '.join(judgement.reasons)}"
    print(f"{what.replace('_', ' ')}: {told}", flush=True)


if __name__ == "__main__":
    main()
