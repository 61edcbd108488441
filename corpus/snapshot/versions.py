"""Which versions are published, which one is served, and going back to another. Writes nothing but the pointer."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from corpus.errors import SnapshotInvalid, SnapshotMissing
from corpus.snapshot.manifest import (
    CANARY,
    OBJECTS,
    POINTER,
    VERSIONS,
    Manifest,
    Pointer,
    manifest_from_bytes,
    manifest_key,
    newest_first,
    object_key,
    pointer_from_bytes,
    pointer_to_bytes,
)
from corpus.snapshot.signing import Sign
from corpus.snapshot.snapshot_store import SnapshotStore
from corpus.snapshot.store_choice import snapshot_store_of


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionList:
    """Newest first; `latest` is the one that is served, None before the first; `canary` the one that some get first."""

    latest: str | None
    manifests: tuple[Manifest, ...]
    damaged: tuple[str, ...]
    canary: str | None = None


def list_versions(url: str) -> VersionList:
    """The published versions. Raises SnapshotUnavailable, and SettingsError if `url` is not a place for snapshots."""
    place = snapshot_store_of(url)
    try:
        return versions_of(place)
    finally:
        place.close()


def rollback(url: str, version: str | None = None, *, sign: Sign | None = None) -> Manifest:
    """Serve a version again, by default the one before. Returns it. Where some get another one first, that ends; with
    no version named, nothing else does.

    Raises SnapshotMissing for a version that is not there, SnapshotInvalid for one that is no longer whole,
    SettingsError where `url` is not a place.
    """
    place = snapshot_store_of(url)
    try:
        found = place.read(POINTER)
        listed = versions_of(place)
        by_name = {manifest.version: manifest for manifest in listed.manifests}
        if place.read(CANARY) is not None:
            place.delete([CANARY])
            if version is None and listed.latest in by_name:
                return by_name[listed.latest]
        if version is None:
            version = _before(listed)
        if version is None or version not in by_name:
            there = f"There are: {', '.join(by_name)}." if by_name else "Nothing is published there."
            what = f"{place.name} has no version {version!r}" if version else f"{place.name} has no older version"
            raise SnapshotMissing(f"{what}. {there}")
        manifest = by_name[version]
        if not is_whole(place, manifest):
            raise SnapshotInvalid(f"Version {version} in {place.name} is no longer whole. Choose another.")
        place.replace(POINTER, pointer_to_bytes(manifest, sign), tag=found[1] if found else None)
        return manifest
    finally:
        place.close()


def promote(url: str) -> Manifest:
    """Serve to all the version that some get first. Returns it.

    Its pointer was signed, or not, when it was published. Raises SnapshotMissing where there is none, SnapshotInvalid
    for one that is no longer whole, SettingsError where `url` is not a place.
    """
    place = snapshot_store_of(url)
    try:
        canary, found = place.read(CANARY), place.read(POINTER)
        if canary is None:
            raise SnapshotMissing(f"{place.name} has no canary. Publish one with `ingest publish --canary`.")
        manifest = read_manifest(place, pointer_from_bytes(canary[0], name=f"{place.name}/{CANARY}"))
        if not is_whole(place, manifest):
            raise SnapshotInvalid(f"Version {manifest.version} in {place.name} is no longer whole. Publish again.")
        place.replace(POINTER, canary[0], tag=found[1] if found else None)
        place.delete([CANARY])
        return manifest
    finally:
        place.close()


def _before(listed: VersionList) -> str | None:
    """The version that was served before the current one, or the next older one if that is gone."""
    names = [manifest.version for manifest in listed.manifests]
    if listed.latest not in names:
        return names[0] if names else None
    place = names.index(listed.latest)
    named = listed.manifests[place].previous
    return named if named in names else next(iter(names[place + 1 :]), None)


def read_pointer(place: SnapshotStore, key: str = POINTER) -> Pointer | None:
    """The pointer to the version that is served, or to the canary; None if there is none."""
    found = place.read(key)
    return pointer_from_bytes(found[0], name=f"{place.name}/{key}") if found else None


def read_manifest(place: SnapshotStore, pointer: Pointer) -> Manifest:
    """The manifest of the version that is served. Raises SnapshotInvalid where it is missing or not the one meant."""
    key = manifest_key(pointer.version)
    found = place.read(key)
    if found is None:
        raise SnapshotInvalid(f"{place.name}/{key} is missing. Publish again, or roll back.")
    if hashlib.sha256(found[0]).hexdigest() != pointer.manifest_sha256:
        raise SnapshotInvalid(f"{place.name}/{key} is not what {POINTER} means: it is damaged. Publish again.")
    return manifest_from_bytes(found[0], name=f"{place.name}/{key}")


def latest_of(place: SnapshotStore) -> tuple[str | None, Manifest | None]:
    """The pointer's tag and its manifest; a damaged one counts as none, because publishing repairs it."""
    found = place.read(POINTER)
    if found is None:
        return None, None
    try:
        return found[1], read_manifest(place, pointer_from_bytes(found[0], name=POINTER))
    except SnapshotInvalid:
        return found[1], None


def versions_of(place: SnapshotStore) -> VersionList:
    """The versions that are published in the place."""
    manifests, damaged = [], []
    for key in sorted(place.sizes(VERSIONS), reverse=True):
        found = place.read(key)
        if found is None:
            continue
        try:
            manifests.append(manifest_from_bytes(found[0], name=key))
        except SnapshotInvalid:
            damaged.append(key)
    return VersionList(
        latest=_named(place, POINTER),
        canary=_named(place, CANARY),
        manifests=tuple(newest_first(manifests)),
        damaged=tuple(damaged),
    )


def _named(place: SnapshotStore, key: str) -> str | None:
    try:
        pointer = read_pointer(place, key)
    except SnapshotInvalid:
        return None
    return pointer.version if pointer else None


def is_whole(place: SnapshotStore, manifest: Manifest, *, read: bool = False) -> bool:
    """Whether every object of the version is there; see `lacking`."""
    return not lacking(place, manifest, read=read)


def lacking(place: SnapshotStore, manifest: Manifest, *, read: bool) -> set[str]:
    """The hashes of objects that are missing or have the wrong length, or, with `read`, the wrong content."""
    there = place.sizes(OBJECTS)
    return {
        sha256
        for sha256, size in manifest.objects.items()
        if there.get(object_key(sha256)) != size or (read and place.sha256(object_key(sha256)) != sha256)
    }
