"""What a version holds, and the pointer to the one that is served. Pure: bytes in, bytes out, every field checked."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import Any

from corpus.collection import CollectionRecord, record_from_metadata
from corpus.errors import CollectionMismatch, SnapshotInvalid
from corpus.quality.figures import Figures, figures_from
from corpus.snapshot.signing import Sign, message_of

# The layout of versions; in 1, the one before, texts are in Chroma's files, where readers of that time look for them.
FORMAT = 2
FORMATS = (1, FORMAT)
POINTER_FORMAT = 1
POINTER = "latest.json"
CANARY = "canary.json"
VERSIONS = "versions/"
OBJECTS = "objects/"
SQLITE = "chroma.sqlite3"

_VERSION = re.compile(r"[0-9]{8}T[0-9]{9}Z-[0-9a-f]{12}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotFile:
    """One file: its path within the store, with slashes, the hex SHA-256 of its content, and its length in bytes."""

    path: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A version. `content` is a hash over what the corpus says, the same for the same documents.

    `previous` is the version that was served when this one was published; None for the first. `quality` is what a
    gate found of it; None where none was asked. `with_access` counts the documents that name somebody who may see them.
    `format` is how it was laid out.
    """

    version: str
    created_at: str
    collection: str
    record: CollectionRecord
    documents: int
    chunks: int
    content: str
    files: tuple[SnapshotFile, ...]
    previous: str | None = None
    quality: Figures | None = None
    with_access: int = 0
    format: int = FORMAT

    @property
    def bytes(self) -> int:
        """The bytes of all files together."""
        return sum(file.bytes for file in self.files)

    @property
    def objects(self) -> dict[str, int]:
        """Hash and length of each distinct content."""
        return {file.sha256: file.bytes for file in self.files}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """The version that is served; the hash is of its manifest's bytes. `signature` is Base64, see `signing`."""

    version: str
    manifest_sha256: str
    signature: str | None = None


def manifest_key(version: str) -> str:
    return f"{VERSIONS}{version}.json"


def object_key(sha256: str) -> str:
    return f"{OBJECTS}{sha256}"


def manifest_to_bytes(manifest: Manifest) -> bytes:
    fields = asdict(manifest) | {"record": manifest.record.to_metadata()}
    # Versions without the field are written as before it existed: the pointer names the hash of these bytes.
    del fields["quality"]
    if manifest.quality is not None:
        fields["quality"] = manifest.quality.to_json()
    return (json.dumps(fields, indent=1, sort_keys=True) + "\n").encode()


def manifest_from_bytes(content: bytes, *, name: str) -> Manifest:
    """Raises SnapshotInvalid, naming it `name`, for anything but what `manifest_to_bytes` wrote."""
    fields = _fields(content, name, FORMATS)
    try:
        return _manifest_from(fields)
    except (KeyError, TypeError, ValueError, AttributeError, CollectionMismatch) as error:
        raise SnapshotInvalid(f"{name} is not a manifest that this version reads ({error}). Publish again.") from None


def _manifest_from(fields: Mapping[str, Any]) -> Manifest:
    manifest = Manifest(
        version=_text(fields["version"]),
        created_at=_text(fields["created_at"]),
        collection=_text(fields["collection"]),
        record=record_from_metadata(fields["collection"], fields["record"], fields["record"]["metric"]),
        documents=_count(fields["documents"]),
        chunks=_count(fields["chunks"]),
        with_access=_count(fields.get("with_access", 0)),
        content=_text(fields["content"]),
        files=tuple(_file_from(file) for file in fields["files"]),
        previous=None if fields.get("previous") is None else _text(fields["previous"]),
        quality=None if fields.get("quality") is None else figures_from(fields["quality"]),
        format=_count(fields["format"]),
    )
    paths = {file.path for file in manifest.files}
    if not _VERSION.fullmatch(manifest.version):
        raise ValueError("its version is not a version")
    if SQLITE not in paths or len(paths) != len(manifest.files):
        raise ValueError(f"its files are not those of a store with one {SQLITE}")
    return manifest


def newest_first(manifests: Iterable[Manifest]) -> list[Manifest]:
    """In the order in which they followed each other, whatever the publishers' clocks said.

    A version is newer than those that it descends from. Between versions of two branches after a rollback, the time in
    their names decides.
    """
    by_version = {manifest.version: manifest for manifest in manifests}

    def ancestors(manifest: Manifest) -> int:
        seen = {manifest.version}
        while (before := by_version.get(manifest.previous or "")) is not None and before.version not in seen:
            seen.add(before.version)
            manifest = before
        return len(seen)

    return sorted(by_version.values(), key=lambda manifest: (ancestors(manifest), manifest.version), reverse=True)


def pointer_to_bytes(manifest: Manifest, sign: Sign | None = None) -> bytes:
    digest = hashlib.sha256(manifest_to_bytes(manifest)).hexdigest()
    fields = {"format": POINTER_FORMAT, "version": manifest.version, "manifest_sha256": digest}
    if sign is not None:
        fields["signature"] = sign(message_of(manifest.version, digest))
    return (json.dumps(fields) + "\n").encode()


def pointer_from_bytes(content: bytes, *, name: str) -> Pointer:
    """Raises SnapshotInvalid, naming it `name`, for anything but what `pointer_to_bytes` wrote."""
    fields = _fields(content, name, (POINTER_FORMAT,))
    version, digest = fields.get("version"), fields.get("manifest_sha256")
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        raise SnapshotInvalid(f"{name} names no version. Publish again, or roll back to a version that is there.")
    if not isinstance(digest, str) or not _SHA256.fullmatch(digest):
        raise SnapshotInvalid(f"{name} has no manifest_sha256. Publish again, or roll back to a version that is there.")
    signature = fields.get("signature")
    if signature is not None and not (isinstance(signature, str) and signature.isascii()):
        raise SnapshotInvalid(f"{name} has a signature that is none. Publish again with --sign.")
    return Pointer(version=version, manifest_sha256=digest, signature=signature)


def _fields(content: bytes, name: str, formats: Collection[int]) -> Mapping[str, Any]:
    try:
        fields = json.loads(content)
    except (ValueError, RecursionError):
        raise SnapshotInvalid(f"{name} is not JSON: it is damaged or half-written. Publish again.") from None
    if not isinstance(fields, dict) or fields.get("format") not in formats:
        raise SnapshotInvalid(f"{name} is not of format {max(formats)}, which this version reads. Publish again.")
    return fields


def _file_from(fields: Mapping[str, Any]) -> SnapshotFile:
    file = SnapshotFile(path=_text(fields["path"]), sha256=_text(fields["sha256"]), bytes=_count(fields["bytes"]))
    path = PurePosixPath(file.path)
    # A path decides where a reader writes.
    if path.is_absolute() or not path.parts or ".." in path.parts or "\\" in file.path or str(path) != file.path:
        raise ValueError(f"the path {file.path!r} leaves the store")
    # SQLite plays a journal that lies there back into its file; a name that begins with a dot may be a lock of ours.
    if not file.path.isprintable() or any(each.startswith((".", f"{SQLITE}-")) for each in path.parts):
        raise ValueError(f"the path {file.path!r} is none of a store's")
    if not _SHA256.fullmatch(file.sha256):
        raise ValueError(f"the file {file.path!r} has no SHA-256")
    return file


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    value.encode()  # Raises ValueError for a lone surrogate.
    return value


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
        raise TypeError(f"{value!r} is not a count")
    return value
