"""The gate on publishing over the sample handbook with the local model: each poison refused, the unchanged let through.

python -m benchmarks.gate [--repeats 10]
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from pydantic import SecretStr

from corpus.errors import GateRefused
from corpus.opening import open_corpus
from corpus.quality.questions import QuestionFile, parse_questions
from corpus.settings import LOCAL_MODEL
from corpus.snapshot.gate import Gate
from corpus.snapshot.publish import publish
from examples.build import EXAMPLES
from ingest.command.add import AddOptions, add_documents
from ingest.command.questions import proposed
from ingest.evaluation.comparison import Judgement
from ingest.evaluation.gate import judge_by
from ingest.settings import IngestSettings
from tests.ingest.evaluation import poison
from tests.openai_server import KEY, embeddings_server

QUESTIONS = 60


def main() -> None:
    """Print a table of what was tried and what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=10)
    repeats = parser.parse_args().repeats
    with tempfile.TemporaryDirectory(prefix="bench-gate-") as name:
        run(Path(name), repeats)


def run(folder: Path, repeats: int) -> None:
    """All of it, in a folder for its files."""
    handbook = folder / "handbook"
    shutil.copytree(EXAMPLES / "handbook", handbook)
    settings = settings_of(folder, "first")
    ingest(settings, handbook)
    with open_corpus(settings) as corpus:
        lines = [question.to_line() for question in proposed(corpus, settings.search_mode, most=QUESTIONS)]
    asked = parse_questions("\n".join(lines).encode(), name="questions.jsonl")
    dest = str(folder / "published")
    print(f"{len(asked.questions)} questions, served: {told(attempt(settings, dest, asked))}")
    refused = 0
    for number in range(repeats):
        # Ingested anew, so that the index is built in another order.
        again = settings_of(folder, f"again-{number}")
        ingest(again, handbook)
        refused += attempt(again, dest, asked)[0] == "refused"
        shutil.rmtree(again.chroma_path)
    print(f"unchanged, ingested anew {repeats} times: {refused} refused")
    with embeddings_server() as server:
        OTHER["openai_base_url"] = server.url
        spoil_all(folder, handbook, dest, asked)


OTHER: dict[str, object] = {
    "embedding_model": "text-embedding-3-small",
    "embedding_dimensions": 32,
    "openai_api_key": SecretStr(KEY),
}


def spoil_all(folder: Path, handbook: Path, dest: str, asked: QuestionFile) -> None:
    """Try each poison, and print what came."""
    for spoil in (texts_exchanged, files_exchanged, third_missing, other_vectors, other_model):
        print(f"{spoil.__name__.replace('_', ' ')}: {told(spoiled(folder, handbook, dest, asked, spoil))}")


Spoil = Callable[[Path, Path, IngestSettings], IngestSettings]


def spoiled(folder: Path, handbook: Path, dest: str, asked: QuestionFile, spoil: Spoil) -> tuple[str, list[Judgement]]:
    """What the gate says of a version spoilt so."""
    copy = folder / spoil.__name__ / "handbook"
    shutil.copytree(handbook, copy)
    settings = settings_of(folder, f"{spoil.__name__}-store")
    return attempt(spoil(folder, copy, settings), dest, asked)


def texts_exchanged(_: Path, handbook: Path, settings: IngestSettings) -> IngestSettings:
    """Each chunk has the text of the next."""
    ingest(settings, handbook)
    poison.shuffle_texts(settings.chroma_path)
    return settings


def files_exchanged(_: Path, handbook: Path, settings: IngestSettings) -> IngestSettings:
    """Each file has the content of the next of its kind."""
    for suffix in {path.suffix for path in handbook.rglob("*.*")}:
        paths = sorted(handbook.rglob(f"*{suffix}"))
        contents = [path.read_bytes() for path in paths]
        for path, content in zip(paths, [*contents[1:], contents[0]], strict=True):
            path.write_bytes(content)
    ingest(settings, handbook)
    return settings


def third_missing(_: Path, handbook: Path, settings: IngestSettings) -> IngestSettings:
    """Every third file is not there."""
    for path in sorted(path for path in handbook.rglob("*") if path.is_file())[::3]:
        path.unlink()
    ingest(settings, handbook)
    return settings


def other_vectors(_: Path, handbook: Path, settings: IngestSettings) -> IngestSettings:
    """Vectors of the same size from another space."""
    ingest(settings, handbook)
    poison.use_another_models_vectors(settings.chroma_path)
    return settings


def other_model(_: Path, handbook: Path, settings: IngestSettings) -> IngestSettings:
    """A worse model, honestly recorded: a bag of words of 32 numbers."""
    ingest(settings := settings.model_copy(update=OTHER), handbook)
    return settings


def settings_of(folder: Path, name: str) -> IngestSettings:
    """Settings of a store of its own with the local model."""
    return IngestSettings(chroma_path=folder / name, embedding_model=LOCAL_MODEL, source_root=folder)


def ingest(settings: IngestSettings, handbook: Path) -> None:
    """Bring the handbook in, named as if it lay where the first one does."""
    own = settings.model_copy(update={"source_root": handbook.parent})
    if add_documents([str(handbook)], own, AddOptions()).failed:
        raise SystemExit("The handbook cannot be read.")


def attempt(settings: IngestSettings, dest: str, asked: QuestionFile) -> tuple[str, list[Judgement]]:
    """Publish with the gate."""
    judgements: list[Judgement] = []
    judge = judge_by(asked, max_drop=0.02, accept=False, show=judgements.append)
    try:
        publish(settings, dest, gate=Gate(questions=asked.content, judge=judge))
    except GateRefused:
        return "refused", judgements
    return "published", judgements


def told(came: tuple[str, list[Judgement]]) -> str:
    """In a line."""
    outcome, (judgement,) = came
    return f"{outcome}, hybrid {judgement.figures.ndcg['hybrid']:.3f}. {' '.join(judgement.reasons)}"


if __name__ == "__main__":
    main()
