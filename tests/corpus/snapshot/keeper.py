"""A corpus keeper for tests: a small corpus that changes and is published, and a reader of what was published."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from corpus.opening import open_published
from corpus.searching.corpus import Corpus
from corpus.settings import CorpusSettings
from corpus.snapshot.live import LiveSnapshot
from corpus.snapshot.publish import Published, publish
from tests.handler.corpora import Text, corpus_settings, write_corpus
from tests.openai_server import EmbeddingsServer


@dataclass(frozen=True, slots=True)
class Keeper:
    """`dest` is where it publishes: a folder, or s3://."""

    settings: CorpusSettings
    dest: str
    cache: Path

    def says(self, text: str) -> Keeper:
        """Make the corpus's one document say this."""
        write_corpus(self.settings, [Text(source="warranty.txt", text=text)])
        return self

    def publishes(self, text: str, *, keep: int | None = None) -> Published:
        """Make the corpus say this and publish it."""
        self.says(text)
        return publish(self.settings, self.dest, keep=keep)

    def reader_settings(self, **changes: object) -> CorpusSettings:
        """Settings of a reader that looks at the pointer every time."""
        update: dict[str, object] = {"snapshot_url": self.dest, "snapshot_refresh": 0.0, "snapshot_cache": self.cache}
        return self.settings.model_copy(update=update | {"chroma_path": Path("nowhere")} | changes)


def keeper_of(folder: Path, dest: str, server: EmbeddingsServer) -> Keeper:
    """A keeper whose files are all below `folder`."""
    return Keeper(corpus_settings(folder / "store", server), dest, folder / "cache")


def answer(corpus: Corpus) -> str:
    """What the corpus says of the warranty."""
    (hit,) = corpus.search("warranty", top_k=1, timeout_seconds=30)
    return hit.chunk.text


def live_snapshot(settings: CorpusSettings) -> LiveSnapshot:
    """What `open_corpus` makes for SNAPSHOT_URL, to be asked for the current version as each request does."""
    return LiveSnapshot(settings, open_published)
