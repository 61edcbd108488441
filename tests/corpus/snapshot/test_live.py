"""Reading what was published: opened, checked, changed between requests, and what is wrong with it refused."""

from __future__ import annotations

import gc
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.corpus_opening import open_corpus, open_published
from corpus.errors import (
    CollectionMismatch,
    CollectionMissing,
    CorpusError,
    SnapshotInvalid,
    SnapshotMissing,
    SnapshotTooLarge,
    SnapshotUnavailable,
)
from corpus.searching.corpus import Corpus
from corpus.settings import CorpusSettings
from corpus.snapshot.live import LiveSnapshot
from corpus.snapshot.manifest import (
    POINTER,
    SQLITE,
    Manifest,
    manifest_key,
    manifest_to_bytes,
    object_key,
    pointer_to_bytes,
)
from corpus.snapshot.publish import publish
from corpus.snapshot.snapshot_store import SnapshotStore
from corpus.snapshot.store_choice import snapshot_store_of
from corpus.snapshot.versions import rollback
from tests.corpus.snapshot.keeper import Keeper, answer, live_snapshot

pytestmark = pytest.mark.early

OLD = "The warranty lasts 12 months."
NEW = "The warranty lasts 24 months."


def put(place: SnapshotStore, key: str, content: bytes) -> None:
    """Write behind the product's back."""
    found = place.read(key)
    place.replace(key, content, tag=found[1] if found else None)


def repoint(place: SnapshotStore, manifest: Manifest) -> None:
    put(place, manifest_key(manifest.version), manifest_to_bytes(manifest))
    put(place, POINTER, pointer_to_bytes(manifest))


def largest_new_object(old: Manifest, new: Manifest) -> str:
    only_new = new.objects.keys() - old.objects.keys()
    return object_key(max(only_new, key=lambda sha256: new.objects[sha256]))


def test_the_setting_makes_the_corpus_open_what_is_published(keeper: Keeper) -> None:
    keeper.begins(OLD)
    corpus = open_corpus(keeper.reader_settings())
    assert answer(corpus) == OLD
    documents, total = corpus.documents(offset=0, limit=10)
    assert (total, documents[0].source) == (1, "warranty.txt")


def test_a_new_version_answers_the_next_request_and_a_roll_back_too(keeper: Keeper) -> None:
    keeper.begins(OLD)
    corpus = open_corpus(keeper.reader_settings())
    assert answer(corpus.refreshed()) == OLD
    keeper.publishes(NEW)
    newer = corpus.refreshed()
    assert answer(newer) == NEW
    # Who is in the midst of a request goes on with what it has.
    assert answer(corpus) == OLD
    rollback(keeper.dest)
    assert answer(newer.refreshed()) == OLD


def test_the_pointer_is_looked_at_no_more_often_than_set(keeper: Keeper) -> None:
    keeper.begins(OLD)
    live = live_snapshot(keeper.reader_settings(snapshot_refresh=3600.0))
    assert answer(live.current()) == OLD
    keeper.publishes(NEW)
    assert answer(live.current()) == OLD


def test_a_request_does_not_wait_for_a_version_that_is_long_in_coming(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper.begins(OLD)
    corpora: list[Corpus] = []
    may_open = threading.Event()

    def slowly(settings: CorpusSettings) -> Corpus:
        assert not corpora or may_open.wait(60)
        corpora.append(open_published(settings))
        return corpora[-1]

    live = LiveSnapshot(keeper.reader_settings(), slowly)
    assert answer(live.current()) == OLD
    keeper.publishes(NEW)
    monkeypatch.setattr("corpus.snapshot.live.WAIT_SECONDS", 0.01)
    assert answer(live.current()) == OLD
    fetching = live._fetching
    may_open.set()
    assert fetching is not None
    fetching.join()
    assert answer(live.current()) == NEW


def test_the_old_version_is_dropped_when_its_last_request_is_done(keeper: Keeper) -> None:
    keeper.begins(OLD)
    live = live_snapshot(keeper.reader_settings())
    held = live.current()
    manifest = keeper.publishes(NEW).manifest
    assert answer(live.current()) == NEW
    assert len(open_stores(keeper)) == 2
    del held
    gc.collect()
    assert len(open_stores(keeper)) == 1
    contents = {path.name for path in keeper.cache.glob("*/*/objects/*")}
    linked = {file.sha256 for file in manifest.files if file.path != SQLITE}
    assert contents == (linked if "://" in keeper.dest else set())
    del live
    gc.collect()
    assert open_stores(keeper) == []


def open_stores(keeper: Keeper) -> list[Path]:
    return list(keeper.cache.glob(f"*/*/*/{SQLITE}"))


def test_only_the_database_is_copied_where_the_files_are_on_this_disk_already(in_folder: Keeper) -> None:
    manifest = in_folder.begins(OLD).manifest
    corpus = open_corpus(in_folder.reader_settings())
    (sqlite,) = open_stores(in_folder)
    assert not sqlite.is_symlink()
    others = [path for path in sqlite.parent.rglob("*") if path.is_file() and path != sqlite]
    assert len(others) == len(manifest.files) - 1
    assert all(path.is_symlink() for path in others)
    assert all(path.resolve().is_relative_to(Path(in_folder.dest).resolve()) for path in others)
    assert answer(corpus) == OLD


def test_what_is_published_is_not_changed_by_reading_it(in_folder: Keeper) -> None:
    in_folder.begins(OLD)
    before = {path: path.read_bytes() for path in Path(in_folder.dest).rglob("*") if path.is_file()}
    for path in Path(in_folder.dest).rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    assert answer(open_corpus(in_folder.reader_settings())) == OLD
    assert {path: path.read_bytes() for path in before} == before


def test_the_space_of_a_killed_reader_is_freed_by_the_next(in_folder: Keeper) -> None:
    in_folder.begins(OLD)
    code = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom corpus.corpus_opening import open_corpus\n"
        "from corpus.settings import CorpusSettings\nopen_corpus(CorpusSettings())\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    environment = {
        **os.environ,
        "SNAPSHOT_URL": in_folder.dest,
        "SNAPSHOT_CACHE": str(in_folder.cache),
        "OPENAI_API_KEY": "x",
    }
    run = subprocess.run([sys.executable, "-c", code], env=environment, check=False)
    assert run.returncode == -signal.SIGKILL
    assert len(open_stores(in_folder)) == 1
    corpus = open_corpus(in_folder.reader_settings())
    assert len(open_stores(in_folder)) == 1
    assert answer(corpus) == OLD


def damage_object(place: SnapshotStore, old: Manifest, new: Manifest) -> None:
    key = largest_new_object(old, new)
    found = place.read(key)
    assert found is not None
    put(place, key, found[0][:-1] + bytes([found[0][-1] ^ 1]))


def cut_object(place: SnapshotStore, old: Manifest, new: Manifest) -> None:
    put(place, largest_new_object(old, new), b"half")


def lose_object(place: SnapshotStore, old: Manifest, new: Manifest) -> None:
    place.delete([largest_new_object(old, new)])


def lose_manifest(place: SnapshotStore, _old: Manifest, new: Manifest) -> None:
    place.delete([manifest_key(new.version)])


def cut_manifest(place: SnapshotStore, _old: Manifest, new: Manifest) -> None:
    put(place, manifest_key(new.version), manifest_to_bytes(new)[:200])


def cut_pointer(place: SnapshotStore, _old: Manifest, new: Manifest) -> None:
    put(place, POINTER, pointer_to_bytes(new)[:20])


def lose_pointer(place: SnapshotStore, _old: Manifest, _new: Manifest) -> None:
    place.delete([POINTER])


def miscount(place: SnapshotStore, _old: Manifest, new: Manifest) -> None:
    repoint(place, replace(new, chunks=new.chunks + 1))


def misname_model(place: SnapshotStore, _old: Manifest, new: Manifest) -> None:
    repoint(place, replace(new, record=replace(new.record, embedding_model="text-embedding-3-large")))


def climb(place: SnapshotStore, _old: Manifest, new: Manifest) -> None:
    files = (replace(new.files[0], path="../../../outside"), *new.files[1:])
    repoint(place, replace(new, files=files))


Fault = Callable[[SnapshotStore, Manifest, Manifest], None]
FAULTS: dict[Fault, tuple[type[CorpusError], str]] = {
    damage_object: (SnapshotInvalid, "is damaged"),
    cut_object: (SnapshotInvalid, "is damaged"),
    lose_object: (SnapshotInvalid, "is missing"),
    lose_manifest: (SnapshotInvalid, "is missing"),
    cut_manifest: (SnapshotInvalid, "is damaged"),
    cut_pointer: (SnapshotInvalid, "half-written"),
    lose_pointer: (SnapshotMissing, "ingest publish"),
    miscount: (SnapshotInvalid, "something else than its manifest says"),
    misname_model: (SnapshotInvalid, "something else than its manifest says"),
    climb: (SnapshotInvalid, "leaves the store"),
}


@pytest.mark.parametrize(
    ("kind_of_keeper", "fault"),
    [*(("in_folder", fault) for fault in FAULTS), ("on_s3", damage_object), ("on_s3", lose_object)],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_whatever_is_wrong_with_a_new_version_the_old_goes_on_and_the_log_says_why(
    request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture, kind_of_keeper: str, fault: Fault
) -> None:
    keeper: Keeper = request.getfixturevalue(kind_of_keeper)
    kind, words = FAULTS[fault]
    old = keeper.begins(OLD).manifest
    live = live_snapshot(keeper.reader_settings())
    assert answer(live.current()) == OLD
    new = keeper.publishes(NEW).manifest
    place = snapshot_store_of(keeper.dest)
    fault(place, old, new)
    place.close()
    with caplog.at_level(logging.WARNING):
        assert answer(live.current()) == OLD
    (record,) = [record for record in caplog.records if record.message == "snapshot_refused"]
    fields = record.fields  # type: ignore[attr-defined]  # As our formatter reads it.
    assert fields["error"] == kind.code
    assert words in fields["detail"]
    assert fields["serving"] == old.version
    assert json.dumps(fields)
    assert len(open_stores(keeper)) == 1

    # With none yet it is an error; and it heals by itself.
    with pytest.raises(kind, match=words):
        live_snapshot(keeper.reader_settings()).current()
    keeper.publishes("The warranty lasts 36 months.")
    assert answer(live.current()) == "The warranty lasts 36 months."


def test_another_model_than_the_settings_ask_for_is_refused_before_anything_is_fetched(keeper: Keeper) -> None:
    keeper.begins(OLD)
    settings = keeper.reader_settings(embedding_model="text-embedding-3-large")
    with pytest.raises(CollectionMismatch, match=r"text-embedding-3-small.*text-embedding-3-large"):
        open_corpus(settings)
    with pytest.raises(CollectionMissing, match=r"'corpus' and CHROMA_COLLECTION is 'other'"):
        open_corpus(keeper.reader_settings(chroma_collection="other"))
    assert open_stores(keeper) == []


def test_what_does_not_fit_is_refused_before_anything_is_fetched(
    on_s3: Keeper, caplog: pytest.LogCaptureFixture
) -> None:
    on_s3.says(OLD)
    extra = on_s3.settings.chroma_path / "segment" / "extra.bin"
    extra.parent.mkdir()
    extra.write_bytes(os.urandom(2 * 2**20))
    publish(on_s3.settings, on_s3.dest)
    with pytest.raises(SnapshotTooLarge, match="SNAPSHOT_CACHE_MB allows 1"):
        open_corpus(on_s3.reader_settings(snapshot_cache_mb=1))
    assert list(on_s3.cache.glob("*/*/objects/*")) == []
    live = live_snapshot(on_s3.reader_settings(snapshot_cache_mb=4))
    assert answer(live.current()) == OLD
    # Two versions side by side need room for both.
    extra.write_bytes(os.urandom(2 * 2**20))
    on_s3.publishes(NEW)
    assert answer(live.current()) == OLD
    (record,) = [record for record in caplog.records if record.message == "snapshot_refused"]
    assert record.fields["error"] == "snapshot_too_large"  # type: ignore[attr-defined]  # As our formatter reads it.


def test_a_full_disk_is_named(on_s3: Keeper) -> None:
    on_s3.begins(OLD)
    with pytest.raises(SnapshotUnavailable, match="SNAPSHOT_CACHE"):
        open_corpus(on_s3.reader_settings(snapshot_cache=Path("/proc/1/nowhere")))


def test_a_reader_ends_in_peace_where_its_cache_was_cleared_away(
    on_s3: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_s3.begins(OLD)
    corpus = open_corpus(on_s3.reader_settings())
    assert answer(corpus) == OLD
    shutil.rmtree(on_s3.cache)
    complaints: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", complaints.append)
    del corpus
    gc.collect()
    assert complaints == []


def test_no_request_sees_half_of_each_while_versions_change_under_load(in_folder: Keeper) -> None:
    texts = [f"The warranty lasts {months} months." for months in range(12)]
    in_folder.begins(texts[0])
    live = live_snapshot(in_folder.reader_settings())
    live.current()
    stopped = threading.Event()
    seen: set[str] = set()
    faults: list[object] = []

    def ask() -> None:
        while not stopped.is_set():
            corpus = live.current()
            said = {answer(corpus) for _ in range(3)}
            if len(said) != 1 or not said <= set(texts):
                faults.append(said)
            seen.update(said)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for text in texts[1:4]:
        in_folder.publishes(text, keep=2)
    stopped.set()
    for thread in threads:
        thread.join()
    assert faults == []
    assert answer(live.current()) == texts[3]
    assert seen


def test_no_socket_stays_open_after_opening_from_s3(on_s3: Keeper) -> None:
    on_s3.begins(OLD)
    before = sockets()
    live = live_snapshot(on_s3.reader_settings())
    corpus = live.current()
    assert sockets() <= before
    on_s3.publishes(NEW)
    assert answer(live.current()) == NEW
    del corpus


def sockets() -> set[str]:
    found = set()
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            target = descriptor.readlink()
        except OSError:
            continue
        if str(target).startswith("socket:"):
            found.add(str(target))
    return found
