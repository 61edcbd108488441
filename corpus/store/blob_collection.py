"""Files kept in a collection of their own beside the corpus, because a Chroma server has no other place for them.

A set of files is valid once its `about` is written, which comes last; the previous set is removed after that. Bytes
travel in metadata: Chroma indexes every trigram of a document, which takes thirty times as long.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from corpus.errors import CollectionMissing, LexicalIndexUnusable
from corpus.store.errors import translated

ABOUT = "about"
# Chroma wants a vector for everything.
_VECTOR = [1.0]


Wanted = Callable[[dict[str, Any]], Iterable[str]]  # The names of files, computed from the description of the set.


class BlobCollection:
    """Named files; the description of which ones belong together is written last. Its methods raise StoreError."""

    def __init__(self, client: Any, name: str, *, page: int, piece_bytes: int) -> None:
        self._client = client
        self._name = name
        self._page = page
        self._piece_bytes = piece_bytes
        self._opened: Any = None

    def about(self) -> dict[str, Any] | None:
        """The description given to `replace` last; None if nothing is kept."""
        kept = self._kept()
        return None if kept is None else kept["about"]

    def fetch(self, wanted: Wanted) -> tuple[dict[str, Any], dict[str, bytes]] | None:
        """The description given to `replace` last, and the files that are then wanted; None if nothing is kept."""
        for _ in range(3):
            kept = self._kept()
            if kept is None:
                return None
            names = list(wanted(kept["about"]))
            with translated():
                pieces = self._pieces({name: kept["files"][name] for name in names})
            if pieces is not None:
                return kept["about"], pieces
            # A newer set replaced it between the two reads.
        raise LexicalIndexUnusable("The lexical index on the server is incomplete. Run `ingest add` to rebuild it.")

    def replace(self, about: Mapping[str, Any], files: Mapping[str, bytes], *, keep: Collection[str]) -> None:
        """Keep these files and those named of the existing ones, and nothing else."""
        kept = self._kept() if keep else None
        counts: dict[str, int] = {name: kept["files"][name] for name in keep} if kept else {}
        with translated():
            collection = self._opened = self._client.get_or_create_collection(self._name, embedding_function=None)
            before = [each for each in collection.get(include=[])["ids"] if each != ABOUT]
            records: list[tuple[str, str]] = []
            for name, content in files.items():
                pieces = list(self._cut(zlib.compress(content, 1)))
                counts[name] = len(pieces)
                records += [(_piece_id(name, place), piece) for place, piece in enumerate(pieces)]
            for start in range(0, len(records), self._page):
                part = records[start : start + self._page]
                self._upsert(collection, {each: {"data": piece} for each, piece in part})
            self._upsert(collection, {ABOUT: {"about": json.dumps({"about": dict(about), "files": counts})}})
            current = {_piece_id(name, place) for name, count in counts.items() for place in range(count)}
            stale = [each for each in before if each not in current]
            for start in range(0, len(stale), self._page):
                collection.delete(ids=stale[start : start + self._page])

    def _kept(self) -> Any:
        try:
            with translated():
                if self._opened is None:
                    self._opened = self._client.get_collection(self._name, embedding_function=None)
                found = self._opened.get(ids=[ABOUT], include=["metadatas"])["metadatas"]
        except CollectionMissing:
            self._opened = None
            return None
        return json.loads(found[0]["about"]) if found else None

    def _pieces(self, files: Mapping[str, int]) -> dict[str, bytes] | None:
        wanted = [_piece_id(name, place) for name, count in files.items() for place in range(count)]
        found: dict[str, str] = {}
        for start in range(0, len(wanted), self._page):
            result = self._opened.get(ids=wanted[start : start + self._page], include=["metadatas"])
            found |= {each: metadata["data"] for each, metadata in zip(result["ids"], result["metadatas"], strict=True)}
        if len(found) < len(wanted):
            return None
        return {
            name: zlib.decompress(b"".join(base64.b64decode(found[_piece_id(name, place)]) for place in range(count)))
            for name, count in files.items()
        }

    def _cut(self, content: bytes) -> Iterator[str]:
        for start in range(0, len(content), self._piece_bytes):
            yield base64.b64encode(content[start : start + self._piece_bytes]).decode("ascii")

    def _upsert(self, collection: Any, metadatas: Mapping[str, Mapping[str, str]]) -> None:
        collection.upsert(
            ids=list(metadatas), embeddings=[_VECTOR] * len(metadatas), metadatas=list(metadatas.values())
        )


def _piece_id(name: str, place: int) -> str:
    return f"{name}/{place}"
