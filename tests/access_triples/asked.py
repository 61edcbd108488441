"""Who asks, and what an answer must not tell him."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import httpx2
from starlette.testclient import TestClient

from tests.access_triples.world import WORDS, Paper

MENTIONED = re.compile(r"paper(\d+)", re.IGNORECASE)
MAX_VALUES = 20
UNKNOWN = "nowhere"


@dataclass(frozen=True, slots=True)
class Corpora:
    """The names of several corpora: all, those that he may use, and those that every caller may."""

    every: tuple[str, ...] = ()
    his: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Corpora that a request names, what is to be seen in these, and the first that is none of his."""

    names: list[str] | None
    seen: Sequence[Paper]
    refused: str | None

    @property
    def sent(self) -> dict[str, Any]:
        """As a request says it."""
        return {} if self.names is None else {"corpus": self.names}


@dataclass(frozen=True, slots=True)
class Asked:
    """A client with somebody's key, all papers and those that he sees, and what is drawn by lot."""

    client: TestClient
    papers: Sequence[Paper]
    seen: Sequence[Paper]
    random: Random
    corpora: Corpora = Corpora()

    def question(self) -> str:
        return " ".join(self.random.sample(WORDS, self.random.randint(1, 3)))

    def any_paper(self) -> Paper:
        return self.random.choice(self.papers)

    def narrowed(self) -> Narrowed:
        """Where there are several corpora, half of the time some of them, or one that is not there."""
        if not self.corpora.every or self.random.random() < 0.5:
            return Narrowed(None, self.seen, None)
        among = [*self.corpora.every, UNKNOWN] if self.random.random() < 0.5 else self.corpora.his
        names = self.random.sample(among, self.random.randint(1, len(among)))
        refused = next((name for name in names if name not in self.corpora.his), None)
        return Narrowed(names, [paper for paper in self.seen if paper.corpus in names], refused)

    @property
    def values(self) -> list[str] | None:
        """The tags that he may be told of; None where they are none, or too many."""
        return sorted(paper.tag for paper in self.seen) if 0 < len(self.seen) <= MAX_VALUES else None

    @property
    def public(self) -> Asked:
        """The same as whoever has no key."""
        public = [paper for paper in self.papers if "everyone" in paper.record.access]
        if self.corpora.every:
            public = [paper for paper in public if paper.corpus in self.corpora.shared]
        corpora = Corpora(self.corpora.every, self.corpora.shared, self.corpora.shared)
        return Asked(self.client, self.papers, public, self.random, corpora)


def refusal(asked: Asked, to: Narrowed, answer: Any) -> Iterator[str]:
    """What is wrong with the refusal of a corpus: one that is not his is refused as one that is not there."""
    told = f'"corpus" names {to.refused!r}, which is none here. Allowed: {json.dumps(asked.corpora.his)}'
    if answer.get("error") != "invalid_request" or told.replace(", ", ",") not in answer["message"].replace(", ", ","):
        yield f"the corpora {to.names} are answered by {answer}"


def leaks(asked: Asked, reply: httpx2.Response, *, but: str = "") -> Iterator[str]:
    """The documents that he may not see and that the answer, its headers included, tells of."""
    yield from told(asked, f"{reply.text} {dict(reply.headers)}", but=but)


def told(asked: Asked, text: str, *, but: str = "") -> Iterator[str]:
    """The same for a text; `but` was sent by himself."""
    hidden = {paper.tag: paper for paper in asked.papers if paper not in asked.seen}
    mentioned = {f"paper{number}" for number in MENTIONED.findall(text)}
    own = {name: paper.record.document_id for name, paper in hidden.items()}
    ids = {name for name, document_id in own.items() if document_id in text and document_id not in but}
    for name in sorted((hidden.keys() & mentioned) | ids):
        if name != but:
            yield f"LEAK of {name}"
    for name in asked.corpora.every:
        if name not in asked.corpora.his and name not in but and re.search(rf"\b{name}\b", text):
            yield f"LEAK of the corpus {name}"


def ids_of(papers: Sequence[Paper]) -> set[str]:
    """By which doors know them."""
    return {paper.document_id for paper in papers}
