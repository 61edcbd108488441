"""A corpus keeper for tests: a small corpus that changes and is published, and a reader of what was published."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from corpus.corpus_opening import open_published
from corpus.searching.corpus import Corpus
from corpus.settings import CorpusSettings
from corpus.snapshot.live import LiveSnapshot
from corpus.snapshot.manifest import POINTER
from corpus.snapshot.publish import Published, publish
from corpus.snapshot.store_choice import snapshot_store_of
from corpus.snapshot.versions import latest_of
from tests.handler.corpora import Text, corpus_settings, write_corpus
from tests.once import once
from tests.openai_server import EmbeddingsServer, embeddings_server

# A folder with a store that says the text, and what is published of it.
Made = Callable[[str], Path]


@dataclass(frozen=True, slots=True)
class Keeper:
    """`dest` is where it publishes: a folder, or s3://. What it begins with is copied from what `made` gives."""

    settings: CorpusSettings
    dest: str
    cache: Path
    made: Made | None = None

    def says(self, text: str) -> Keeper:
        """Make the corpus's one document say this."""
        write_corpus(self.settings, [Text(source="warranty.txt", text=text)])
        return self

    def begins(self, text: str) -> Published:
        """As `publishes`, where there is nothing yet: made once for all tests, and copied."""
        if self.made is None:
            return self.publishes(text)
        made = self.made(text)
        shutil.copytree(made / "store", self.settings.chroma_path)
        place = snapshot_store_of(self.dest)
        for path in sorted((made / "published").rglob("*")):
            key = path.relative_to(made / "published").as_posix()
            if path.is_file() and key != POINTER:
                place.upload(path, key, lambda _: None)
        place.replace(POINTER, (made / "published" / POINTER).read_bytes(), tag=None)
        _, manifest = latest_of(place)
        place.close()
        assert manifest is not None
        return Published(manifest=manifest, is_new=True, moved=sum(manifest.objects.values()))

    def publishes(self, text: str, *, keep: int | None = None) -> Published:
        """Make the corpus say this and publish it."""
        self.says(text)
        return publish(self.settings, self.dest, keep=keep)

    def reader_settings(self, **changes: object) -> CorpusSettings:
        """Settings of a reader that looks at the pointer every time."""
        update: dict[str, object] = {"snapshot_url": self.dest, "snapshot_refresh": 0.0, "snapshot_cache": self.cache}
        return self.settings.model_copy(update=update | {"chroma_path": Path("nowhere")} | changes)


def keeper_of(folder: Path, dest: str, server: EmbeddingsServer, made: Made | None = None) -> Keeper:
    """A keeper whose files are all below `folder`."""
    return Keeper(corpus_settings(folder / "store", server), dest, folder / "cache", made)


def made_once(factory: pytest.TempPathFactory) -> Made:
    """Publishes each text once for all the processes that tests run in."""

    def make(text: str) -> Path:
        def published(folder: Path) -> None:
            with embeddings_server() as server:
                keeper_of(folder, str(folder / "published"), server).publishes(text)

        return once(factory, f"published-{hashlib.sha256(text.encode()).hexdigest()[:16]}", published)

    return make


def answer(corpus: Corpus) -> str:
    """What the corpus says of the warranty."""
    (hit,) = corpus.search("warranty", top_k=1, timeout_seconds=30)
    return hit.chunk.text


def live_snapshot(settings: CorpusSettings) -> LiveSnapshot:
    """What `open_corpus` makes for SNAPSHOT_URL, to be asked for the current version as each request does."""
    return LiveSnapshot(settings, open_published)
