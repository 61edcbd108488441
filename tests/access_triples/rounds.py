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
from tests.access_triples.asked import Asked
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
class Kind:
    """Where the corpus lives; `published` is where a reader finds it, None for the store itself."""

    name: str
    settings: CorpusSettings
    published: Path | None = None
    papers: list[Paper] = field(default_factory=list)


@contextmanager
def kinds(folder: Path, *, server: bool = False) -> Iterator[list[Kind]]:
    """An embedded store and a published one, or a server."""
    with ExitStack() as stack:
        if server:
            url = stack.enter_context(chroma_server(folder / "server"))
            yield [Kind("server", CorpusSettings(chroma_url=url, chroma_collection=f"triples-{uuid.uuid4().hex}"))]
            return
        yield [
            Kind("embedded", embedded(folder / "embedded")),
            Kind("snapshot", embedded(folder / "staged"), folder / "published"),
        ]


def drawn(seed: int) -> Random:
    """What decides all that is drawn by lot."""
    return Random(seed)


class Round:
    """One access for each document, keys with principals, and the app over them."""

    def __init__(self, kind: Kind, random: Random) -> None:
        self._random = random
        if kind.papers:
            kind.papers = [paper.with_access(random_access(random)) for paper in kind.papers]
            grant_anew(kind.settings, kind.papers)
        else:
            kind.papers = random_papers(random, PAPERS)
            write(kind.settings, kind.papers)
        self.papers: Sequence[Paper] = kind.papers
        self._keys = [make_key(f"key{number}") for number in range(KEYS)]
        self._principals = [random_principals(random) for _ in self._keys]
        entries = [
            KeyEntry(entry.name, entry.digest, tuple(principals))
            for (_, entry), principals in zip(self._keys, self._principals, strict=True)
        ]
        given: dict[str, object] = kind.settings.model_dump(exclude_unset=True)
        if kind.published is not None:
            publish(kind.settings, str(kind.published))
            given = {"snapshot_url": str(kind.published), "snapshot_cache": kind.published.with_name("cache")}
        settings = HandlerSettings.model_validate(
            given
            | {
                "access": "documents",
                "api_keys": SecretStr("\n".join(map(str, entries))),
                "search_mode": "dense",
                "openapi_values": "public",
                "mcp_tools": "search_chunks,list_documents",
                "public_url": "http://host",
            }
        )
        self.app: FastAPI = create_app(settings, opener())
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
        seen = visible(self.papers, self._principals[number])
        return asked_at.__name__, list(asked_at(Asked(self._client, self.papers, seen, self._random)))
