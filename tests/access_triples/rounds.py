"""Worlds to ask: a store of each kind whose documents get a new access each round, and an app with random keys."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Self

from fastapi import FastAPI
from pydantic import SecretStr
from starlette.testclient import TestClient

from corpus.settings import CorpusSettings
from corpus.snapshot.publish import publish
from handler.access.keys import KeyEntry, make_key
from handler.app import create_app
from handler.settings import HandlerSettings
from tests.access_triples.asked import Asked, Corpora
from tests.access_triples.asking import DOORS, Door
from tests.access_triples.world import (
    Paper,
    embedded,
    grant_anew,
    opener,
    random_access,
    random_papers,
    random_principals,
    visible,
    write,
)
from tests.chroma_server import chroma_server

PAPERS = 20
KEYS = 40


@dataclass
class Part:
    """A corpus: where it lives; `published` is where a reader finds it, None for the store itself. Where there are
    several it has a name, and may have readers.
    """

    settings: CorpusSettings
    published: Path | None = None
    name: str = ""
    readers: tuple[str, ...] = ()
    papers: list[Paper] = field(default_factory=list)

    @property
    def entry(self) -> str:
        """As CORPORA has it."""
        place = f"store:{self.settings.chroma_path}" if self.published is None else str(self.published)
        return "|".join([f"{self.name}={place}", *self.readers])


@dataclass
class Kind:
    """One corpus, or several."""

    name: str
    parts: Sequence[Part]

    @property
    def several(self) -> bool:
        return len(self.parts) > 1

    def usable(self, principals: Sequence[str]) -> tuple[str, ...]:
        """In plain Python which corpora somebody may use."""
        chosen = [each for each in principals if each.startswith("corpus:")]
        return tuple(
            part.name
            for part in self.parts
            if f"corpus:{part.name}" in chosen
            or {*principals, "everyone"} & {*part.readers}
            or (not chosen and not part.readers)
        )


@contextmanager
def kinds(folder: Path, *, server: bool = False) -> Iterator[list[Kind]]:
    """An embedded store, a published one, and several corpora of both kinds; or a server."""
    with ExitStack() as stack:
        if server:
            url = stack.enter_context(chroma_server(folder / "server"))
            of_server = CorpusSettings(chroma_url=url, chroma_collection=f"triples-{uuid.uuid4().hex}")
            yield [Kind("server", [Part(of_server)])]
            return
        several = [
            Part(embedded(folder / "north"), name="north"),
            Part(embedded(folder / "south"), folder / "of-south", name="south", readers=("group:sales", "user:1")),
            Part(embedded(folder / "west"), name="west", readers=("everyone",)),
        ]
        yield [
            Kind("embedded", [Part(embedded(folder / "embedded"))]),
            Kind("snapshot", [Part(embedded(folder / "staged"), folder / "published")]),
            Kind("several", several),
        ]


def drawn(seed: int) -> Random:
    """What decides all that is drawn by lot."""
    return Random(seed)


class Round:
    """One access for each document, keys with principals, and the app over them."""

    def __init__(self, kind: Kind, random: Random) -> None:
        self._kind = kind
        self._random = random
        for place, part in enumerate(kind.parts):
            if part.papers:
                part.papers = [paper.with_access(random_access(random)) for paper in part.papers]
                grant_anew(part.settings, part.papers)
            else:
                part.papers = random_papers(random, range(place, PAPERS, len(kind.parts)), corpus=part.name)
                write(part.settings, part.papers)
            if part.published is not None:
                publish(part.settings, str(part.published))
        self.papers: Sequence[Paper] = [paper for part in kind.parts for paper in part.papers]
        names = [part.name for part in kind.parts if part.name]
        self._keys = [make_key(f"key{number}") for number in range(KEYS)]
        self._principals = [random_principals(random, corpora=names) for _ in self._keys]
        usable = [kind.usable(each) for each in self._principals]
        shared = tuple(name for name in names if all(name in each for each in usable))
        self._corpora = [Corpora(tuple(names), each, shared) if names else Corpora() for each in usable]
        self.app: FastAPI = create_app(self._settings(), opener())
        self._client = TestClient(self.app, raise_server_exceptions=False, base_url="http://host")

    def __enter__(self) -> Self:
        self._client.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._client.__exit__(None, None, None)
        self.app.state.library.close()

    def ask(self, door: Door | None = None) -> tuple[str, list[str]]:
        """Ask by a door, or any; its name, and what is wrong with the answer."""
        asked_at = door or self._random.choice(list(DOORS))
        number = self._random.randrange(KEYS)
        self._client.headers["Authorization"] = f"Bearer {self._keys[number][0]}"
        corpora = self._corpora[number]
        seen = visible(self.papers, self._principals[number])
        seen = [paper for paper in seen if not corpora.every or paper.corpus in corpora.his]
        return asked_at.__name__, list(asked_at(Asked(self._client, self.papers, seen, self._random, corpora)))

    def _settings(self) -> HandlerSettings:
        entries = [
            KeyEntry(entry.name, entry.digest, tuple(principals))
            for (_, entry), principals in zip(self._keys, self._principals, strict=True)
        ]
        return HandlerSettings.model_validate(
            self._place()
            | {
                "access": "documents",
                "api_keys": SecretStr("\n".join(map(str, entries))),
                "search_mode": "dense",
                "openapi_values": "public",
                "mcp_tools": "search_chunks,list_documents",
                "public_url": "http://host",
                # A machine that is busy makes no answer partial.
                "corpora_patience_seconds": 15,
            }
        )

    def _place(self) -> dict[str, object]:
        first = self._kind.parts[0]
        if self._kind.several:
            cache = first.settings.chroma_path.with_name("cache-of-several")
            return {"corpora": "\n".join(part.entry for part in self._kind.parts), "snapshot_cache": cache}
        if first.published is None:
            return first.settings.model_dump(exclude_unset=True)
        return {"snapshot_url": str(first.published), "snapshot_cache": first.published.with_name("cache")}
