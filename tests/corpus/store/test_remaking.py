"""What is published of a corpus that changes each night stays as large as the corpus is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from corpus.settings import CorpusSettings
from corpus.snapshot.staging import stage
from corpus.store import Store, create_store, open_store
from tests.corpus.store.test_store import RECORD, document

DOCUMENTS, CHUNKS = 12, 100


def version(number: int, night: int) -> tuple[str, list[str], list[list[float]]]:
    draw = np.random.default_rng([number, night])
    texts = [f"document {number}, night {night}, part {part}" for part in range(CHUNKS)]
    return f"{number}.txt", texts, draw.standard_normal((CHUNKS, 4)).tolist()


def nearest_of(store: Store) -> list[list[str]]:
    draw = np.random.default_rng(7)
    return [[hit.text for hit in store.nearest(draw.standard_normal(4).astype(np.float32), count=5)] for _ in range(10)]


def bytes_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_a_snapshot_after_many_nights_is_as_large_as_one_of_a_new_store(tmp_path: Path) -> None:
    again, once = (CorpusSettings(chroma_path=tmp_path / name) for name in ("again", "once"))
    with create_store(again, RECORD) as store:
        for night in range(6):
            for number in range(0, DOCUMENTS, 1 if night in (0, 5) else 2):
                store.write([document(*version(number, night))])
        share = store.dead_share()
        assert share is not None
        assert share > 0.5
        right = nearest_of(store)
        other = again.model_copy(update={"chroma_collection": "other"})
        with create_store(other, RECORD) as beside:
            beside.write([document(*version(number, 9)) for number in range(DOCUMENTS)])
    with create_store(once, RECORD) as store:
        store.write([document(*version(number, 5)) for number in range(DOCUMENTS)])
        assert store.dead_share() == 0.0
    staged = {}
    for settings in (again, once):
        folder = tmp_path / f"{settings.chroma_path.name}-staged"
        folder.mkdir()
        staged[settings.chroma_path.name] = stage(settings, folder)
    remade = staged["again"].remade
    assert remade is not None
    assert remade.dead_share == pytest.approx(share, abs=0.2)
    assert staged["once"].remade is None
    assert staged["again"].chunks == DOCUMENTS * CHUNKS
    assert bytes_of(tmp_path / "again-staged") < 1.1 * bytes_of(tmp_path / "once-staged")
    with open_store(again.model_copy(update={"chroma_path": tmp_path / "again-staged"})) as store:
        assert store.dead_share() == 0.0
        assert nearest_of(store) == right
        assert store.rows.records_version == 2
