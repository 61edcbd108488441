"""Publishing: the same tests on a folder and on S3 over HTTP."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import sqlite3
import struct
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path, PurePath

import pytest

from corpus.errors import (
    CollectionMissing,
    SettingsError,
    SnapshotConflict,
    SnapshotInvalid,
    SnapshotMissing,
    SnapshotUnavailable,
    StoreUnavailable,
)
from corpus.lexical.build import update_index
from corpus.lexical.index_segment import SEGMENT_FILES
from corpus.snapshot.manifest import (
    OBJECTS,
    POINTER,
    SQLITE,
    VERSIONS,
    Manifest,
    manifest_key,
    manifest_to_bytes,
    object_key,
    pointer_to_bytes,
)
from corpus.snapshot.publish import _prune, publish
from corpus.snapshot.store_choice import snapshot_store_of
from corpus.snapshot.versions import list_versions, rollback
from corpus.store import open_store
from corpus.store.hnsw_files import DATA_FILE, HEADER_FILE, LENGTHS_FILE
from ingest.sync.lexical_index import bring_up_to_date
from tests.corpus.snapshot.keeper import Keeper, answer, keeper_of, live_snapshot
from tests.handler.corpora import Text, write_corpus
from tests.hostile.places import LIMITED
from tests.openai_server import EmbeddingsServer
from tests.s3_server import S3Server

pytestmark = pytest.mark.early


def test_what_is_published_is_named_by_its_content_and_pointed_at(keeper: Keeper) -> None:
    published = keeper.publishes("The warranty lasts 24 months.")
    place = snapshot_store_of(keeper.dest)
    pointer = json.loads(place.read(POINTER)[0])  # type: ignore[index]  # It is there.
    manifest = place.read(manifest_key(pointer["version"]))
    assert manifest is not None
    assert pointer["version"] == published.manifest.version
    assert pointer["manifest_sha256"] == hashlib.sha256(manifest[0]).hexdigest()
    fields = json.loads(manifest[0])
    assert (fields["documents"], fields["chunks"]) == (1, 1)
    assert fields["record"]["embedding_model"] == "text-embedding-3-small"
    assert (fields["record"]["dimensions"], fields["record"]["metric"]) == (256, "cosine")
    for file in fields["files"]:
        content = place.read(object_key(file["sha256"]))
        assert content is not None
        assert hashlib.sha256(content[0]).hexdigest() == file["sha256"]
        assert len(content[0]) == file["bytes"]
    place.close()


def test_publishing_the_same_again_moves_nothing(keeper: Keeper) -> None:
    first = keeper.publishes("The warranty lasts 24 months.")
    again = publish(keeper.settings, keeper.dest)
    assert first.is_new
    assert first.moved == sum(first.manifest.objects.values())
    assert (again.is_new, again.moved, again.manifest) == (False, 0, first.manifest)
    assert len(list_versions(keeper.dest).manifests) == 1


def test_the_same_documents_are_the_same_content_whoever_publishes_them_wherever(
    tmp_path: Path, embeddings: EmbeddingsServer
) -> None:
    """Two machines: each has brought the file in by itself, and has its own locks, process and place."""
    published = []
    for machine in ("london-7781", "lima-4242"):
        keeper = keeper_of(tmp_path / machine, str(tmp_path / machine / "published"), embeddings)
        keeper.says("The warranty lasts 24 months.")
        (keeper.settings.chroma_path / "ingest.lock").write_text(f"process 7781 on {machine}")
        published.append(publish(keeper.settings, keeper.dest).manifest)
        (keeper.settings.chroma_path / "ingest.lock").write_text(f"process 7782 on {machine}")
        assert not publish(keeper.settings, keeper.dest).is_new
        for path in Path(keeper.dest).rglob("*"):
            assert machine.encode() not in (path.read_bytes() if path.is_file() else b"")
    first, second = published
    assert first.content == second.content
    assert first.version.partition("-")[2] == second.version.partition("-")[2]
    assert "ingest.lock" not in {file.path for file in first.files}


def test_a_version_holds_nothing_of_the_memory_of_the_process_that_published_it(in_folder: Keeper) -> None:
    """Chroma writes the free places of its index as they are in memory: pieces of whatever was there before."""
    published = in_folder.publishes("The warranty lasts 24 months.")
    files = {PurePath(file.path).name: file.sha256 for file in published.manifest.files}
    header, vectors, lengths = (
        Path(in_folder.dest, object_key(files[name])).read_bytes() for name in (HEADER_FILE, DATA_FILE, LENGTHS_FILE)
    )
    _, _, places, records, record, *_ = struct.unpack_from("<i6Q", header)
    assert places > records > 0
    assert vectors[: records * record].strip(b"\0")
    assert vectors[records * record :] == bytes((places - records) * record)
    assert lengths[records * 4 :] == bytes((places - records) * 4)


def test_a_snapshot_does_not_hold_by_what_the_keeper_knows_its_files_again(in_folder: Keeper, tmp_path: Path) -> None:
    published = in_folder.publishes("The warranty lasts 24 months.")
    (sqlite,) = (file for file in published.manifest.files if file.path == SQLITE)
    (tmp_path / SQLITE).write_bytes(Path(in_folder.dest, object_key(sqlite.sha256)).read_bytes())
    with contextlib.closing(sqlite3.connect(tmp_path / SQLITE)) as database:
        queued = database.execute("SELECT metadata FROM embeddings_queue WHERE metadata IS NOT NULL").fetchall()
        assert all("stamp" not in json.loads(metadata) for (metadata,) in queued)
    with live_snapshot(in_folder.reader_settings()).current() as corpus:
        assert [record.stamp for record in corpus.store.documents()] == [""]


def test_a_change_is_a_new_version_and_only_new_objects_move(keeper: Keeper) -> None:
    first = keeper.publishes("The warranty lasts 24 months.")
    second = keeper.publishes("The warranty lasts 36 months.")
    shared = first.manifest.objects.keys() & second.manifest.objects.keys()
    assert shared
    assert second.moved == sum(size for sha256, size in second.manifest.objects.items() if sha256 not in shared)
    listed = list_versions(keeper.dest)
    assert listed.latest == second.manifest.version
    assert [manifest.version for manifest in listed.manifests] == [second.manifest.version, first.manifest.version]


def test_the_published_store_keeps_no_second_copy_of_the_vectors_and_no_other_collection(
    in_folder: Keeper, tmp_path: Path
) -> None:
    secret = in_folder.settings.model_copy(update={"chroma_collection": "secret"})
    write_corpus(secret, [Text(source="salaries.txt", text="A salary that is nobody's business.")])
    texts = [Text(source=f"{number}.txt", text=f"Text number {number}.") for number in range(150)]
    write_corpus(in_folder.settings, texts)
    published = publish(in_folder.settings, in_folder.dest)
    (sqlite,) = (file for file in published.manifest.files if file.path == SQLITE)
    content = Path(in_folder.dest, object_key(sqlite.sha256)).read_bytes()
    assert b"nobody's business" not in content
    (tmp_path / SQLITE).write_bytes(content)
    with contextlib.closing(sqlite3.connect(tmp_path / SQLITE)) as database:
        # Chroma leaves the last entry in its queue.
        assert database.execute("SELECT count(*) FROM embeddings_queue").fetchone()[0] <= 1
        assert database.execute("SELECT name FROM collections").fetchall() == [("corpus",)]
        # Nor texts and metadata, which lie in the chunk file, and what Chroma finds them by.
        assert database.execute("SELECT count(*) FROM embedding_fulltext_search").fetchone() == (0,)
        assert database.execute("SELECT count(*) FROM embedding_metadata").fetchone() == (0,)
    # The keeper's own store still has both.
    assert len(list_collections(in_folder.settings.chroma_path)) == 2


def list_collections(folder: Path) -> list[tuple[str]]:
    with contextlib.closing(sqlite3.connect(folder / SQLITE)) as database:
        found: list[tuple[str]] = database.execute("SELECT name FROM collections").fetchall()
        return found


def test_other_files_of_the_store_travel_along(in_folder: Keeper) -> None:
    in_folder.says("The warranty lasts 24 months.")
    extra = in_folder.settings.chroma_path / "notes" / "terms.bin"
    extra.parent.mkdir()
    extra.write_bytes(b"terms")
    assert publish(in_folder.settings, in_folder.dest).is_new
    corpus = live_snapshot(in_folder.reader_settings()).current()
    assert (corpus_folder(in_folder) / "notes" / "terms.bin").read_bytes() == b"terms"
    assert answer(corpus)
    extra.write_bytes(b"other terms")
    assert publish(in_folder.settings, in_folder.dest).is_new


def test_the_index_of_words_travels_as_one_segment_whatever_came_before(in_folder: Keeper) -> None:
    in_folder.says("The warranty lasts 24 months.")
    for name in ("corpus", "other"):
        with open_store(in_folder.settings) as store:
            records = {record.document_id: record for record in store.documents()}
            bring_up_to_date(store, before={}, after=records)
        (in_folder.settings.chroma_path / "lexical" / name).mkdir(exist_ok=True)
    index = in_folder.settings.chroma_path / "lexical" / "corpus"
    for turn in range(2):
        chunks = [(f"{turn}{number}-0", "a word") for number in range(40)]
        update_index(index, add=chunks, remove=[], stamp="grown")
        update_index(index, add=[], remove=[each for each, _ in chunks], stamp="shrunk")
    published = publish(in_folder.settings, in_folder.dest)
    words = [file.path.split("/")[-1] for file in published.manifest.files if file.path.startswith("lexical/corpus/")]
    assert sorted(words) == sorted(["index.json", *SEGMENT_FILES])
    assert not [file for file in published.manifest.files if file.path.startswith("lexical/other/")]
    corpus = live_snapshot(in_folder.reader_settings()).current()
    (hit,) = corpus.search("warranty", top_k=1, timeout_seconds=30, mode="lexical")
    assert hit.chunk.text == "The warranty lasts 24 months."


def corpus_folder(keeper: Keeper) -> Path:
    (sqlite,) = keeper.cache.rglob(SQLITE)
    return sqlite.parent


def test_rolling_back_goes_to_the_version_before_or_to_the_one_named(keeper: Keeper) -> None:
    versions = [keeper.publishes(f"The warranty lasts {months} months.").manifest.version for months in (12, 24, 36)]
    assert rollback(keeper.dest).version == versions[1]
    assert rollback(keeper.dest).version == versions[0]
    assert list_versions(keeper.dest).latest == versions[0]
    with pytest.raises(SnapshotMissing, match="no older version"):
        rollback(keeper.dest)
    assert rollback(keeper.dest, versions[2]).version == versions[2]
    with pytest.raises(SnapshotMissing, match=r"no version '20200101T000000000Z-000000000000'.*There are: "):
        rollback(keeper.dest, "20200101T000000000Z-000000000000")


def test_what_was_published_before_a_roll_back_is_served_again_and_not_uploaded_again(keeper: Keeper) -> None:
    keeper.begins("The warranty lasts 12 months.")
    newer = keeper.publishes("The warranty lasts 24 months.").manifest
    rollback(keeper.dest)
    again = keeper.publishes("The warranty lasts 24 months.")
    assert (again.manifest, again.moved) == (newer, 0)
    assert list_versions(keeper.dest).latest == newer.version
    assert len(list_versions(keeper.dest).manifests) == 2


def test_rolling_back_to_a_version_that_lost_an_object_is_refused(keeper: Keeper) -> None:
    first = keeper.begins("The warranty lasts 12 months.")
    second = keeper.publishes("The warranty lasts 24 months.")
    lost = next(iter(first.manifest.objects.keys() - second.manifest.objects.keys()))
    place = snapshot_store_of(keeper.dest)
    place.delete([object_key(lost)])
    place.close()
    with pytest.raises(SnapshotInvalid, match="no longer whole"):
        rollback(keeper.dest)
    assert list_versions(keeper.dest).latest == second.manifest.version


def test_keep_removes_versions_and_every_object_that_none_has(keeper: Keeper, tmp_path: Path) -> None:
    place = snapshot_store_of(keeper.dest)
    (tmp_path / "stray").write_bytes(b"what a killed publisher left")
    place.upload(tmp_path / "stray", object_key("f" * 64), lambda _: None)
    versions = [keeper.publishes(f"The warranty lasts {months} months.") for months in (12, 24)]
    last = keeper.publishes("The warranty lasts 36 months.", keep=2)
    assert last.removed_versions == (versions[0].manifest.version,)
    assert place.sizes(VERSIONS).keys() == {manifest_key(one.manifest.version) for one in (versions[1], last)}
    kept = {object_key(sha256) for one in (versions[1], last) for sha256 in one.manifest.objects}
    assert place.sizes(OBJECTS).keys() == kept
    place.close()
    rollback(keeper.dest)
    assert answer(live_snapshot(keeper.reader_settings()).current()) == "The warranty lasts 24 months."


def test_keep_never_removes_the_version_that_is_served(keeper: Keeper) -> None:
    first = keeper.begins("The warranty lasts 12 months.")
    keeper.publishes("The warranty lasts 24 months.")
    keeper.says("The warranty lasts 12 months.")
    rollback(keeper.dest, first.manifest.version)
    kept = publish(keeper.settings, keeper.dest, keep=1)
    assert list_versions(keeper.dest).latest == kept.manifest.version
    assert answer(live_snapshot(keeper.reader_settings()).current()) == "The warranty lasts 12 months."


def test_of_two_publishers_at_once_one_wins_and_the_other_is_told(keeper: Keeper, tmp_path: Path) -> None:
    keeper.begins("The warranty lasts 12 months.")
    rival_settings = keeper.settings.model_copy(update={"chroma_path": tmp_path / "rival"})
    rival = Keeper(rival_settings, keeper.dest, keeper.cache).says("The warranty lasts 99 months.")
    keeper.says("The warranty lasts 24 months.")
    outcomes: list[str] = []

    # The rival publishes while our objects are under way.
    def at_first_byte(moved: int, _total: int) -> None:
        if moved == 0 and not outcomes:
            outcomes.append(publish(rival.settings, rival.dest).manifest.version)

    with pytest.raises(SnapshotConflict, match="at the same time") as refused:
        publish(keeper.settings, keeper.dest, on_progress=at_first_byte)
    assert outcomes[0] in str(refused.value)
    listed = list_versions(keeper.dest)
    assert listed.latest == outcomes[0]
    assert len(listed.manifests) == 2
    assert publish(keeper.settings, keeper.dest).is_new
    assert answer(live_snapshot(keeper.reader_settings()).current()) == "The warranty lasts 24 months."


def test_of_many_publishers_at_once_exactly_one_moves_the_pointer_at_a_time(keeper: Keeper) -> None:
    place = snapshot_store_of(keeper.dest)
    place.replace(POINTER, b"0", tag=None)
    found = place.read(POINTER)
    assert found is not None
    winners: list[int] = []

    def race(number: int) -> None:
        with contextlib.suppress(SnapshotConflict):
            place.replace(POINTER, str(number).encode(), tag=found[1])
            winners.append(number)

    threads = [threading.Thread(target=race, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(winners) == 1
    assert place.read(POINTER)[0] == str(winners[0]).encode()  # type: ignore[index]  # It is there.
    with pytest.raises(SnapshotConflict):
        place.replace(POINTER, b"new", tag=None)
    place.close()


def test_a_publisher_that_tidies_up_takes_nothing_from_one_that_is_under_way(keeper: Keeper) -> None:
    first = keeper.begins("The warranty lasts 12 months.")
    keeper.says("The warranty lasts 24 months.")
    swept: list[set[str]] = []
    place = snapshot_store_of(keeper.dest)

    # Somebody removes what nothing refers to once our objects are there and our manifest is not.
    def at_last_byte(moved: int, total: int) -> None:
        if moved == total and not swept:
            stale = place.sizes(OBJECTS).keys() - {object_key(sha256) for sha256 in first.manifest.objects}
            place.delete(stale)
            swept.append(set(stale))

    publish(keeper.settings, keeper.dest, on_progress=at_last_byte)
    place.close()
    assert swept
    assert answer(live_snapshot(keeper.reader_settings()).current()) == "The warranty lasts 24 months."


KILLED_AT_LAST_BYTE = """
import os, signal, sys
from pathlib import Path
from corpus.settings import CorpusSettings
from corpus.snapshot.publish import _prune, publish

def at_last_byte(moved, total):
    if moved == total and total:
        os.kill(os.getpid(), signal.SIGKILL)

publish(CorpusSettings(chroma_path=Path(sys.argv[1])), sys.argv[2], on_progress=at_last_byte)
"""


def test_a_killed_publisher_leaves_the_old_version_served_and_the_next_run_finishes(
    keeper: Keeper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = keeper.begins("The warranty lasts 12 months.")
    keeper.says("The warranty lasts 24 months.")
    command = [sys.executable, "-c", KILLED_AT_LAST_BYTE, str(keeper.settings.chroma_path), keeper.dest]
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    environment = {**os.environ, "TMPDIR": str(tmp_path / "temporary")}
    assert subprocess.run(command, check=False, env=environment).returncode == -signal.SIGKILL
    assert list((tmp_path / "temporary").rglob(SQLITE))
    assert list_versions(keeper.dest).latest == first.manifest.version
    assert answer(live_snapshot(keeper.reader_settings()).current()) == "The warranty lasts 12 months."
    assert publish(keeper.settings, keeper.dest, keep=1).is_new
    assert not list((tmp_path / "temporary").rglob(SQLITE))  # Nor what the killed one had copied.
    place = snapshot_store_of(keeper.dest)
    (manifest,) = list_versions(keeper.dest).manifests
    assert place.sizes(OBJECTS).keys() == {object_key(sha256) for sha256 in manifest.objects}
    place.close()


def test_a_store_that_is_being_written_to_is_not_published(in_folder: Keeper) -> None:
    in_folder.says("The warranty lasts 12 months.")
    ticking = in_folder.settings.chroma_path / "ticking"
    # Long enough to copy that the writer gets its turn meanwhile.
    with (in_folder.settings.chroma_path / "large").open("wb") as large:
        large.truncate(2**26)
    stopped = threading.Event()

    def write() -> None:
        while not stopped.is_set():
            ticking.write_bytes(str(time.time_ns()).encode())

    writer = threading.Thread(target=write)
    writer.start()
    try:
        with pytest.raises(StoreUnavailable, match="is being written to"):
            publish(in_folder.settings, in_folder.dest)
    finally:
        stopped.set()
        writer.join()


def test_half_a_document_is_not_published(in_folder: Keeper) -> None:
    in_folder.says("The warranty lasts 12 months.")
    with contextlib.closing(sqlite3.connect(in_folder.settings.chroma_path / SQLITE)) as database:
        database.execute("UPDATE embedding_metadata SET int_value = 3 WHERE key = 'chunks'")
        database.commit()
    with pytest.raises(SnapshotInvalid, match=r"1 documents of .* lack chunks.*ingest repair"):
        publish(in_folder.settings, in_folder.dest)


def test_there_must_be_something_to_publish(in_folder: Keeper, chroma_url: str) -> None:
    with pytest.raises(CollectionMissing, match="ingest add"):
        publish(in_folder.settings, in_folder.dest)
    in_folder.says("The warranty lasts 12 months.")
    with pytest.raises(CollectionMissing, match="other"):
        publish(in_folder.settings.model_copy(update={"chroma_collection": "other"}), in_folder.dest)
    with pytest.raises(SettingsError, match="CHROMA_URL"):
        publish(in_folder.settings.model_copy(update={"chroma_url": chroma_url}), in_folder.dest)
    assert not Path(in_folder.dest).exists()


def test_a_place_that_cannot_be_used_is_named(in_folder: Keeper, s3: S3Server) -> None:
    in_folder.says("The warranty lasts 12 months.")
    with pytest.raises(SnapshotUnavailable, match="no bucket 'no-such-bucket'"):
        publish(in_folder.settings, "s3://no-such-bucket/x")
    with pytest.raises(SnapshotUnavailable, match="/dev/null"):
        publish(in_folder.settings, "/dev/null")
    assert s3.url


@pytest.mark.parametrize(
    "url", ["s3://", "s3://x", "s3:/bucket/team", "gs://bucket/team", "https://example.com/corpus"]
)
def test_a_url_of_anything_but_a_bucket_is_no_folder(
    in_folder: Keeper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError, match=r"is not a place for snapshots. Name a folder, or s3://bucket/prefix"):
        publish(in_folder.settings, url)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_object_is_mended_by_what_the_error_advises(keeper: Keeper) -> None:
    published = keeper.begins("The warranty lasts 24 months.")
    damage(keeper, published.manifest)
    with pytest.raises(SnapshotInvalid, match="publish --repair"):
        live_snapshot(keeper.reader_settings()).current()
    repaired = publish(keeper.settings, keeper.dest, repair=True)
    assert repaired.moved
    assert answer(live_snapshot(keeper.reader_settings()).current()) == "The warranty lasts 24 months."
    assert not publish(keeper.settings, keeper.dest, repair=True).is_new


def test_a_damaged_object_that_the_next_version_shares_is_mended_too(keeper: Keeper) -> None:
    first = keeper.begins("The warranty lasts 24 months.")
    second = keeper.says("The warranty lasts 36 months.")
    shared = damage(keeper, first.manifest)
    published = publish(second.settings, second.dest, repair=True)
    assert shared & published.manifest.objects.keys()
    assert answer(live_snapshot(keeper.reader_settings()).current()) == "The warranty lasts 36 months."


def damage(keeper: Keeper, manifest: Manifest) -> set[str]:
    """Change a byte of every object, and no object's length. Returns their hashes."""
    with contextlib.closing(snapshot_store_of(keeper.dest)) as place:
        for sha256 in manifest.objects:
            content, tag = place.read(object_key(sha256)) or (b"", "")
            place.replace(object_key(sha256), bytes([content[0] ^ 1]) + content[1:], tag=tag)
    return set(manifest.objects)


def test_a_publisher_whose_clock_is_ahead_changes_neither_the_order_nor_what_is_kept(in_folder: Keeper) -> None:
    """Its version bears tomorrow's date; the one after it bears today's."""
    first = in_folder.publishes("The warranty lasts 12 months.").manifest
    ahead = in_folder.publishes("The warranty lasts 24 months.").manifest
    tomorrow = replace(ahead, version=f"2999{ahead.version[4:]}")
    with contextlib.closing(snapshot_store_of(in_folder.dest)) as place:
        place.delete([manifest_key(ahead.version)])
        place.replace(manifest_key(tomorrow.version), manifest_to_bytes(tomorrow), tag=None)
        found = place.read(POINTER)
        place.replace(POINTER, pointer_to_bytes(tomorrow), tag=found[1] if found else None)
    third = in_folder.publishes("The warranty lasts 36 months.").manifest
    assert (ahead.previous, third.previous) == (first.version, tomorrow.version)
    listed = [manifest.version for manifest in list_versions(in_folder.dest).manifests]
    assert listed == [third.version, tomorrow.version, first.version]
    assert rollback(in_folder.dest).version == tomorrow.version
    assert rollback(in_folder.dest).version == first.version
    rollback(in_folder.dest, third.version)
    fourth = in_folder.publishes("The warranty lasts 48 months.", keep=2).manifest
    assert [each.version for each in list_versions(in_folder.dest).manifests] == [fourth.version, third.version]


def test_rolling_back_a_version_published_after_a_roll_back_leads_to_what_was_served_before_it(
    in_folder: Keeper,
) -> None:
    good = in_folder.begins("The warranty lasts 12 months.").manifest
    in_folder.publishes("The warranty lasts a fortnight.")
    rollback(in_folder.dest)
    in_folder.publishes("The warranty lasts 24 months.")
    assert rollback(in_folder.dest).version == good.version


def test_whoever_tidies_up_leaves_what_another_has_published_meanwhile(keeper: Keeper) -> None:
    ours = keeper.begins("The warranty lasts 12 months.")
    keeper.publishes("The warranty lasts 24 months.")
    place = snapshot_store_of(keeper.dest)
    removed, _ = _prune(place, ours.manifest.version, 1)
    place.close()
    assert removed == ()
    assert answer(live_snapshot(keeper.reader_settings()).current()) == "The warranty lasts 24 months."


def test_a_disk_that_is_full_before_the_copy_is_laid_out_is_told_in_one_line(in_folder: Keeper) -> None:
    in_folder.says("The warranty lasts 12 months.")
    environment = {**os.environ, "CHROMA_PATH": str(in_folder.settings.chroma_path), "PYTHONDONTWRITEBYTECODE": "1"}
    # The files of the store may have so many bytes, and what is made of them may not.
    command = [sys.executable, "-c", LIMITED, "210000", "publish", in_folder.dest]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert run.stderr.splitlines()[-1].startswith("Error: ")
    assert run.stderr.splitlines()[-1].endswith("The disk may be full.")
    assert "Traceback" not in run.stderr
