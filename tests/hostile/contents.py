"""Published stores whose files say something else, under hashes that are right: whoever may write to a bucket can."""

from __future__ import annotations

import json
import random
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from corpus.errors import CorpusError
from corpus.filters import Filter
from corpus.settings import CorpusSettings
from corpus.snapshot.staging import stage
from corpus.snapshot.store_layout import warm_vector
from corpus.store import create_store, read_store
from ingest.sync.lexical_index import bring_up_to_date
from tests.corpus.store.test_store import RECORD, document
from tests.hostile.mutations import changed

OURS = (".json", ".npy")
OUR_FILES = ("chunks.bin", "dictionary.bin")
DOCUMENTS = 5


def contents(folder: Path, count: int, seed: int) -> Iterator[str]:
    """Opens so many and asks them everything; yields what ended in anything but an answer or a refusal."""
    folder.mkdir()
    staged = _staged(folder)
    files = [path.relative_to(staged) for path in sorted(staged.rglob("*")) if _is_ours(path)]
    tampered = folder / "tampered"
    for number in range(count):
        draw = random.Random(f"{seed}/{number}")
        shutil.rmtree(tampered, ignore_errors=True)
        shutil.copytree(staged, tampered)
        name = draw.choice(files)
        _tamper(tampered / name, draw)
        try:
            with warnings.catch_warnings(action="ignore"):  # numpy's, of figures that cannot be.
                _ask(tampered)
        except CorpusError as error:
            if "\n" in str(error):
                yield f"store {number}, {name}: told in several lines"
        except Exception as error:  # noqa: BLE001 - that is what is looked for
            yield f"store {number}, {name}: {error!r}"


def _staged(folder: Path) -> Path:
    settings = CorpusSettings(chroma_path=folder / "written")
    with create_store(settings, RECORD) as store:
        for number in range(DOCUMENTS):
            vectors = np.random.default_rng(number).standard_normal((6, RECORD.dimensions)).tolist()
            texts = [f"The warranty of pump {number}.{place} lasts two years" for place in range(6)]
            store.write([document(f"{number}.md", texts, vectors, metadata={"year": 2000 + number})])
        bring_up_to_date(store, before={}, after={each.document_id: each for each in store.documents()})
    staged = folder / "staged"
    staged.mkdir()
    stage(settings, staged)
    return staged


def _is_ours(path: Path) -> bool:
    """Whether our own code reads it; what Chroma's engine reads is tried in a process of its own."""
    return path.suffix in OURS or path.name in OUR_FILES


def _tamper(path: Path, draw: random.Random) -> None:
    content = path.read_bytes()
    kind = draw.random()
    if path.suffix == ".json" and kind < 0.7:
        path.write_text("[" * 100_000 if kind < 0.05 else json.dumps(changed(json.loads(content), draw)))
    elif path.suffix == ".npy" and kind < 0.7:
        np.save(path, _tampered(np.load(path), draw))
    elif kind < 0.9:
        damaged = bytearray(content or b"\0")
        damaged[draw.randrange(len(damaged))] ^= 1 << draw.randrange(8)
        path.write_bytes(damaged)
    else:
        path.write_bytes(content[: draw.randrange(len(content) + 1)])


def _tampered(array: np.ndarray[Any, Any], draw: random.Random) -> np.ndarray[Any, Any]:
    """Fewer, more, in another order, of another kind or shape, or with a value that cannot be."""
    largest = array.copy()
    if array.dtype.kind in "iu" and len(array):
        largest[draw.randrange(len(array))] = np.iinfo(array.dtype).max
    others = [
        array[:-1], array[::-1], array[:0], np.concatenate([array, array]), array.reshape(-1, 1), largest,
        np.zeros(len(array)), array.astype(array.dtype.newbyteorder()),
    ]  # fmt: skip
    return draw.choice(others)


def _ask(folder: Path) -> None:
    with read_store(CorpusSettings(chroma_path=folder), is_published=True) as store:
        store.count()
        store.nearest(warm_vector(store.record.dimensions), count=3)
        documents = store.documents()
        for each in documents:
            store.document(each.document_id)
        index = store.lexical_index.index()
        index.scores("warranty pump").top(5)
        for asked in (Filter(metadata={"year": 2001}), Filter(visible_to=frozenset({"anna"}))):
            index.passing(asked.to_where() or {})
