"""Publish a corpus, list what was published, go back. Objects first, then the manifest, the pointer last.

Killed at any moment, readers see the old version or the new one, and the next run picks up what was uploaded.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from corpus.errors import SnapshotConflict, SnapshotInvalid, SnapshotMissing, SnapshotUnavailable
from corpus.settings import CorpusSettings
from corpus.snapshot.manifest import (
    OBJECTS,
    POINTER,
    VERSIONS,
    Manifest,
    Pointer,
    manifest_from_bytes,
    manifest_key,
    manifest_to_bytes,
    object_key,
    pointer_from_bytes,
    pointer_to_bytes,
)
from corpus.snapshot.place import Place, place_of
from corpus.snapshot.staging import Staged, stage

UPLOADS_AT_ONCE = 8
UPLOAD_ROUNDS = 3

OnProgress = Callable[[int, int], None]  # Bytes moved, of how many in all.


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a call of `publish` did. `moved` are the bytes that were uploaded; `is_new` False says nothing changed."""

    manifest: Manifest
    is_new: bool
    moved: int
    removed_versions: tuple[str, ...] = ()
    removed_objects: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionList:
    """Newest first; `latest` is the one that is served, None before the first."""

    latest: str | None
    manifests: tuple[Manifest, ...]
    damaged: tuple[str, ...]


def publish(
    settings: CorpusSettings, url: str, *, keep: int | None = None, on_progress: OnProgress = lambda _moved, _all: None
) -> Published:
    """Publish the embedded store. With `keep`, only that many versions stay, and no object that none of them has.

    Raises StoreError; SnapshotConflict where another publisher was first; SettingsError where `url` is no place.
    """
    place = place_of(url)
    try:
        tag, latest = _latest(place)
        with tempfile.TemporaryDirectory(prefix="retrieval-action-publish-") as scratch:
            folder = Path(scratch) / "store"
            folder.mkdir()
            staged = stage(settings, folder)
            if latest is not None and latest.content == staged.content and _is_whole(place, latest):
                published = Published(manifest=latest, is_new=False, moved=0)
            else:
                published = _upload(place, staged, tag, on_progress)
        if keep is None:
            return published
        versions, objects = _prune(place, published.manifest.version, keep)
        return Published(
            manifest=published.manifest,
            is_new=published.is_new,
            moved=published.moved,
            removed_versions=versions,
            removed_objects=objects,
        )
    finally:
        place.close()


def list_versions(url: str) -> VersionList:
    """What was published. Raises SnapshotUnavailable, SettingsError where `url` is no place."""
    place = place_of(url)
    try:
        return _versions(place)
    finally:
        place.close()


def rollback(url: str, version: str | None = None) -> Manifest:
    """Serve a version again, by default the one before. Returns it.

    Raises SnapshotMissing for a version that is not there, SnapshotInvalid for one that is no longer whole,
    SettingsError where `url` is no place.
    """
    place = place_of(url)
    try:
        found = place.read(POINTER)
        listed = _versions(place)
        by_name = {manifest.version: manifest for manifest in listed.manifests}
        if version is None:
            older = [name for name in by_name if listed.latest is None or name < listed.latest]
            version = max(older, default=None)
        if version is None or version not in by_name:
            there = f"There are: {', '.join(by_name)}." if by_name else "Nothing is published there."
            what = f"{place.name} has no version {version!r}" if version else f"{place.name} has no older version"
            raise SnapshotMissing(f"{what}. {there}")
        manifest = by_name[version]
        if not _is_whole(place, manifest):
            raise SnapshotInvalid(f"Version {version} in {place.name} is no longer whole. Choose another.")
        place.replace(POINTER, pointer_to_bytes(manifest), tag=found[1] if found else None)
        return manifest
    finally:
        place.close()


def read_pointer(place: Place) -> Pointer | None:
    """Which version is served; None before the first."""
    found = place.read(POINTER)
    return pointer_from_bytes(found[0], name=f"{place.name}/{POINTER}") if found else None


def read_manifest(place: Place, pointer: Pointer) -> Manifest:
    """The manifest of the version that is served. Raises SnapshotInvalid where it is missing or not the one meant."""
    key = manifest_key(pointer.version)
    found = place.read(key)
    if found is None:
        raise SnapshotInvalid(f"{place.name}/{key} is missing. Publish again, or roll back.")
    if hashlib.sha256(found[0]).hexdigest() != pointer.manifest_sha256:
        raise SnapshotInvalid(f"{place.name}/{key} is not what {POINTER} means: it is damaged. Publish again.")
    return manifest_from_bytes(found[0], name=f"{place.name}/{key}")


def _latest(place: Place) -> tuple[str | None, Manifest | None]:
    """The pointer's tag, and the manifest it means; a damaged one counts as none, for publishing repairs it."""
    found = place.read(POINTER)
    if found is None:
        return None, None
    try:
        return found[1], read_manifest(place, pointer_from_bytes(found[0], name=POINTER))
    except SnapshotInvalid:
        return found[1], None


def _upload(place: Place, staged: Staged, tag: str | None, on_progress: OnProgress) -> Published:
    manifest = _manifest(staged)
    moved = _upload_objects(place, staged.folder, manifest, on_progress)
    content = manifest_to_bytes(manifest)
    place.replace(manifest_key(manifest.version), content, tag=None)
    try:
        # Whoever tidied up meanwhile knew nothing of this version.
        for _ in range(UPLOAD_ROUNDS):
            if _is_whole(place, manifest):
                break
            moved += _upload_objects(place, staged.folder, manifest, on_progress)
        else:
            raise SnapshotUnavailable(f"What was uploaded to {place.name} does not stay there. Publish again.")
        place.replace(POINTER, pointer_to_bytes(manifest), tag=tag)
    except SnapshotConflict as error:
        place.delete([manifest_key(manifest.version)])
        _, winner = _latest(place)
        raise SnapshotConflict(
            f"Somebody else published {winner.version if winner else 'a version'} to {place.name} at the same time; "
            "that one is served, and yours is not. Publish again to replace it."
        ) from error
    return Published(manifest=manifest, is_new=True, moved=moved)


def _manifest(staged: Staged) -> Manifest:
    now = datetime.now(UTC)
    return Manifest(
        version=f"{now:%Y%m%dT%H%M%S}{now.microsecond // 1000:03}Z-{staged.content[:12]}",
        created_at=now.isoformat(timespec="seconds"),
        collection=staged.collection,
        record=staged.record,
        documents=staged.documents,
        chunks=staged.chunks,
        content=staged.content,
        files=staged.files,
    )


def _upload_objects(place: Place, folder: Path, manifest: Manifest, on_progress: OnProgress) -> int:
    there = place.sizes(OBJECTS)
    missing = {
        file.sha256: file for file in manifest.files if there.get(object_key(file.sha256)) != file.bytes
    }.values()
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


def _is_whole(place: Place, manifest: Manifest) -> bool:
    there = place.sizes(OBJECTS)
    return all(there.get(object_key(sha256)) == size for sha256, size in manifest.objects.items())


def _versions(place: Place) -> VersionList:
    manifests, damaged = [], []
    for key in sorted(place.sizes(VERSIONS), reverse=True):
        found = place.read(key)
        if found is None:
            continue
        try:
            manifests.append(manifest_from_bytes(found[0], name=key))
        except SnapshotInvalid:
            damaged.append(key)
    found = place.read(POINTER)
    try:
        latest = pointer_from_bytes(found[0], name=POINTER).version if found else None
    except SnapshotInvalid:
        latest = None
    return VersionList(latest=latest, manifests=tuple(manifests), damaged=tuple(damaged))


def _prune(place: Place, current: str, keep: int) -> tuple[tuple[str, ...], int]:
    # Objects are listed before the versions: what a publisher adds in between is not touched.
    objects = place.sizes(OBJECTS)
    listed = _versions(place)
    kept = _kept(listed.manifests, {current, listed.latest}, keep)
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
