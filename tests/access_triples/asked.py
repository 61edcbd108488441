"""Who asks, and what an answer must not tell him."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

import httpx2
from starlette.testclient import TestClient

from tests.access_triples.world import WORDS, Paper

MENTIONED = re.compile(r"paper(\d+)", re.IGNORECASE)
MAX_VALUES = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """A client with somebody's key, all papers and those that he sees, and what is drawn by lot."""

    client: TestClient
    papers: Sequence[Paper]
    seen: Sequence[Paper]
    random: Random

    def question(self) -> str:
        return " ".join(self.random.sample(WORDS, self.random.randint(1, 3)))

    def any_paper(self) -> Paper:
        return self.random.choice(self.papers)

    @property
    def values(self) -> list[str] | None:
        """The tags that he may be told of; None where they are none, or too many."""
        return sorted(paper.tag for paper in self.seen) if 0 < len(self.seen) <= MAX_VALUES else None


def leaks(asked: Asked, reply: httpx2.Response, *, but: str = "") -> Iterator[str]:
    """The documents that he may not see and that the answer, its headers included, tells of."""
    yield from told(asked, f"{reply.text} {dict(reply.headers)}", but=but)


def told(asked: Asked, text: str, *, but: str = "") -> Iterator[str]:
    """The same for a text; `but` was sent by himself."""
    hidden = {paper.record.source.removesuffix(".txt"): paper for paper in asked.papers if paper not in asked.seen}
    mentioned = {f"paper{number}" for number in MENTIONED.findall(text)}
    ids = {name for name, paper in hidden.items() if paper.document_id in text and paper.document_id not in but}
    for name in sorted((hidden.keys() & mentioned) | ids):
        if name != but:
            yield f"LEAK of {name}"
