"""Publish a corpus, list what was published, go back. Objects first, then the manifest, the pointer last.

Killed at any moment, readers see the old version or the new one, and the next run picks up what was uploaded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from corpus.errors import SnapshotConflict, SnapshotUnavailable
from corpus.quality.figures import Figures
from corpus.scratch import scratch
from corpus.settings import CorpusSettings
from corpus.snapshot.manifest import (
    CANARY,
    OBJECTS,
    POINTER,
    Manifest,
    manifest_key,
    manifest_to_bytes,
    object_key,
    pointer_to_bytes,
)
from corpus.snapshot.pruning import Remade
from corpus.snapshot.publish_gate import Gate, judged
from corpus.snapshot.signing import Sign
from corpus.snapshot.snapshot_store import SnapshotStore
from corpus.snapshot.staging import Staged, stage
from corpus.snapshot.store_choice import snapshot_store_of
from corpus.snapshot.versions import is_whole, lacking, latest_of, versions_of

UPLOADS_AT_ONCE = 8
UPLOAD_ROUNDS = 3

OnProgress = Callable[[int, int], None]  # Bytes moved, and how many there are in all.


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a call of `publish` did. `moved` are the bytes that were uploaded; `is_new` False says nothing changed.

    `left_out` counts records that other programs wrote into the collection.
    """

    manifest: Manifest
    is_new: bool
    moved: int
    removed_versions: tuple[str, ...] = ()
    removed_objects: int = 0
    left_out: int = 0
    remade: Remade | None = None


class _Target(NamedTuple):
    """The pointer that will name the version, and its tag."""

    key: str
    tag: str | None


def _tag(found: tuple[bytes, str] | None) -> str | None:
    return found[1] if found else None


def publish(
    settings: CorpusSettings,
    url: str,
    *,
    keep: int | None = None,
    repair: bool = False,
    sign: Sign | None = None,
    gate: Gate | None = None,
    canary: bool = False,
    on_progress: OnProgress = lambda _moved, _all: None,
) -> Published:
    """Publish the embedded store. With `keep`, only that many versions stay, and no object that none of them has.

    With `repair`, what lies there already is read, and put there anew where it is not what its name says.
    `sign` signs what the pointer says. As a `canary` it is served first to those whom SNAPSHOT_CANARY names. `gate`
    judges the version first, also one in which nothing has changed.

    Raises StoreError, what the gate raises; SnapshotConflict where another publisher was first; SettingsError where
    `url` is not a place.
    """
    place = snapshot_store_of(url)
    try:
        tag, latest = latest_of(place)
        target = _Target(CANARY, _tag(place.read(CANARY))) if canary else _Target(POINTER, tag)
        before = latest.version if latest else next((each.version for each in versions_of(place).manifests), None)
        with scratch("publish") as files:
            folder = files / "store"
            folder.mkdir()
            staged = stage(settings, folder, questions=gate.questions if gate else None)
            quality = judged(gate, settings, staged, place=place, served=latest, folder=files) if gate else None
            if latest is not None and latest.content == staged.content and is_whole(place, latest, read=repair):
                published = Published(manifest=latest, is_new=False, moved=0)
                if sign is not None and not canary:
                    place.replace(POINTER, pointer_to_bytes(latest, sign), tag=tag)
            else:
                published = _serve_again(place, staged, target, sign, repair=repair) or _upload(
                    place,
                    _manifest(staged, before, quality),
                    staged.folder,
                    target,
                    on_progress,
                    sign=sign,
                    repair=repair,
                )
        published = replace(published, left_out=staged.left_out, remade=staged.remade)
        if keep is None:
            return published
        versions, objects = _prune(place, published.manifest.version, keep)
        return replace(published, removed_versions=versions, removed_objects=objects)
    finally:
        place.close()


def _serve_again(
    place: SnapshotStore, staged: Staged, target: _Target, sign: Sign | None, *, repair: bool
) -> Published | None:
    """Point at a version of the same content that was published before, as after a roll back; nothing is uploaded."""
    for manifest in versions_of(place).manifests:
        if manifest.content == staged.content and is_whole(place, manifest, read=repair):
            place.replace(target.key, pointer_to_bytes(manifest, sign), tag=target.tag)
            return Published(manifest=manifest, is_new=True, moved=0)
    return None


def _upload(
    place: SnapshotStore,
    manifest: Manifest,
    folder: Path,
    target: _Target,
    on_progress: OnProgress,
    *,
    sign: Sign | None,
    repair: bool = False,
) -> Published:
    moved = _upload_objects(place, folder, manifest, on_progress, repair=repair)
    content = manifest_to_bytes(manifest)
    place.replace(manifest_key(manifest.version), content, tag=None)
    try:
        # Somebody who pruned meanwhile did not know of this version.
        for _ in range(UPLOAD_ROUNDS):
            if is_whole(place, manifest):
                break
            moved += _upload_objects(place, folder, manifest, on_progress)
        else:
            raise SnapshotUnavailable(f"What was uploaded to {place.name} does not stay there. Publish again.")
        place.replace(target.key, pointer_to_bytes(manifest, sign), tag=target.tag)
    except SnapshotConflict as error:
        place.delete([manifest_key(manifest.version)])
        _, winner = latest_of(place)
        raise SnapshotConflict(
            f"Somebody else published {winner.version if winner else 'a version'} to {place.name} at the same time; "
            "that one is served, and yours is not. Publish again to replace it."
        ) from error
    return Published(manifest=manifest, is_new=True, moved=moved)


def _manifest(staged: Staged, before: str | None, quality: Figures | None) -> Manifest:
    now = datetime.now(UTC)
    return Manifest(
        version=f"{now:%Y%m%dT%H%M%S}{now.microsecond // 1000:03}Z-{staged.content[:12]}",
        created_at=now.isoformat(timespec="seconds"),
        collection=staged.collection,
        record=staged.record,
        documents=staged.documents,
        chunks=staged.chunks,
        with_access=staged.with_access,
        content=staged.content,
        files=staged.files,
        previous=before,
        quality=quality,
    )


def _upload_objects(
    place: SnapshotStore, folder: Path, manifest: Manifest, on_progress: OnProgress, *, repair: bool = False
) -> int:
    wanted = lacking(place, manifest, read=repair)
    missing = {file.sha256: file for file in manifest.files if file.sha256 in wanted}.values()
    total = sum(file.bytes for file in missing)
    moved = 0

    def count(moved_bytes: int) -> None:
        nonlocal moved
        moved += moved_bytes
        on_progress(moved, total)

    on_progress(0, total)
    executor = ThreadPoolExecutor(UPLOADS_AT_ONCE, thread_name_prefix="upload")
    try:
        uploads = [
            executor.submit(place.upload, folder / file.path, object_key(file.sha256), count) for file in missing
        ]
        for upload in as_completed(uploads):
            upload.result()
    finally:
        executor.shutdown(cancel_futures=True)
    return total


def _prune(place: SnapshotStore, current: str, keep: int) -> tuple[tuple[str, ...], int]:
    # Objects are listed before the versions: what a publisher adds in between is not touched.
    objects = place.sizes(OBJECTS)
    listed = versions_of(place)
    kept = _kept(listed.manifests, {current, listed.latest, listed.canary}, keep)
    doomed = [manifest.version for manifest in listed.manifests if manifest not in kept]
    place.delete([*(manifest_key(version) for version in doomed), *listed.damaged])
    wanted = {object_key(sha256) for manifest in kept for sha256 in manifest.objects}
    stale = objects.keys() - wanted
    place.delete(sorted(stale))
    return tuple(doomed), len(stale)


def _kept(manifests: Sequence[Manifest], served: set[str | None], keep: int) -> list[Manifest]:
    kept = [manifest for manifest in manifests if manifest.version in served]
    others = [manifest for manifest in manifests if manifest.version not in served]
    return kept + others[: max(0, keep - len(kept))]
