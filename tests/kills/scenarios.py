"""What is killed: each scenario makes a state that a command has to work on, and says which runs end it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from corpus.collection import RECORDS_FIELD
from corpus.settings import CorpusSettings
from corpus.store import open_store
from tests.ingest.adopting.others import langchain
from tests.ingest.sync.test_killed import write_documents
from tests.kills.forks import finished

ADD = ("add", "docs", "--prune", "--json", "--workers", "2")
ADOPT = ("adopt", "langchain", "--model", "text-embedding-3-small", "--from-path", "theirs", "--json")


@dataclass(frozen=True)
class Scenario:
    """`prepare` makes the state of a turn, of which `command` is killed after `says` and so much of its time."""

    name: str
    kills: int
    command: tuple[str, ...]
    prepare: Callable[[Path, Mapping[str, str], int], None]
    says: str = ""
    last: tuple[tuple[str, ...], ...] = (ADD,)


def changed(folder: Path, _: Mapping[str, str], turn: int) -> None:
    """Most documents change, some come and go."""
    write_documents(folder, version=turn)


def spoilt(folder: Path, settings: Mapping[str, str], turn: int) -> None:
    """Another program's records, chunks of no document, and documents that lack one, of which repairing leaves none."""
    if turn % 10 == 0:
        write_documents(folder, version=0)
        finished(folder, settings, *ADD)
    with open_store(CorpusSettings(chroma_path=folder / settings["CHROMA_PATH"])) as store:
        whole = [record for record in store.documents() if record.chunks > 1]
        gone = [record.chunk_ids()[1] for record in whole[turn % len(whole) :][:2]]
        orphans = [record.chunk_ids()[0] for record in whole[(turn + 20) % len(whole) :][:3]]
        with store._handle.written() as collection:
            collection.upsert(
                ids=[f"theirs-{turn}-{number}" for number in range(300)],
                embeddings=[[1.0] * store.record.dimensions] * 300,
                documents=["theirs"] * 300,
            )
        store.rows.delete([*gone, *orphans])


def stale(folder: Path, settings: Mapping[str, str], turn: int) -> None:
    """Records that kept, of a version before, what their documents say no more; as before there was healing."""
    if turn == 0:
        write_documents(folder, version=0)
        finished(folder, settings, *ADD)
    with open_store(CorpusSettings(chroma_path=folder / settings["CHROMA_PATH"])) as store:
        first = [record.chunk_ids()[0] for record in store.documents() if record.chunks > 1]
        store.rows.amend({each: {"meta.old": f"gone {turn}", "url": "https://gone.example"} for each in first})
        with store._handle.written() as collection:
            collection.modify(metadata={**collection.metadata, RECORDS_FIELD: 1})


def worn(folder: Path, settings: Mapping[str, str], turn: int) -> None:
    """An index of which many places are dead: enough was replaced since the last time."""
    write_documents(folder, version=turn)
    if turn == 0:
        for part in range(30):
            path = folder / f"docs/large-{part}.md"
            words = (f"## {part}.{each}\n\nUnchanging words {part} {each}.\n\n" * 2 for each in range(40))
            path.write_text("".join(words))
        finished(folder, settings, *ADD)


def theirs(folder: Path, settings: Mapping[str, str], turn: int) -> None:
    """Another's collection; every fifth time nothing of it is taken over yet."""
    if turn == 0:
        langchain(folder / "theirs", copies=150)
    if turn % 5 == 0:
        shutil.rmtree(folder / settings["CHROMA_PATH"], ignore_errors=True)


def all_scenarios(share: float) -> list[Scenario]:
    """Two hundred kills and more; a share of them for a short run."""
    told = [
        Scenario("add", 60, ADD, changed),
        Scenario("repair", 40, ("repair", "--yes"), spoilt, last=(("repair", "--yes"), ADD)),
        Scenario("adopt", 40, ADOPT, theirs, last=(ADOPT,)),
        Scenario("metadata healed", 30, ADD, stale),
        Scenario("index made anew", 40, ADD, worn, says="Making the vector index anew"),
    ]
    return [Scenario(**{**each.__dict__, "kills": max(1, round(each.kills * share))}) for each in told]
