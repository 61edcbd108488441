"""The snapshot store that a URL names. A bucket needs boto3, which is imported only then."""

from __future__ import annotations

from pathlib import Path

from corpus.errors import SettingsError
from corpus.setting_values import S3_URL, is_bucket_or_folder
from corpus.snapshot.folder_store import FolderStore
from corpus.snapshot.s3_store import S3Store
from corpus.snapshot.snapshot_store import SnapshotStore


def snapshot_store_of(url: str) -> SnapshotStore:
    """The store at s3://bucket/prefix, or in a folder. Raises SettingsError for any other URL."""
    if found := S3_URL.fullmatch(url):
        return S3Store(bucket=found[1], prefix=(found[2] or "").strip("/"))
    if not is_bucket_or_folder(url):
        raise SettingsError(f"{url} is not a place for snapshots. Name a folder, or s3://bucket/prefix.")
    return FolderStore(Path(url))
