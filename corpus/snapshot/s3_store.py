"""Snapshots in a bucket of S3. Connects at the first call, not before."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from corpus.errors import SnapshotConflict, SnapshotInvalid, SnapshotUnavailable
from corpus.on_demand import OnDemand
from corpus.s3 import s3_client, s3_errors
from corpus.snapshot.snapshot_store import PART, OnBytes
from corpus.snapshot.store_layout import longer

KEYS_PER_DELETE = 1000
# A manifest or pointer has a few kilobytes.
MAX_READ_BYTES = 8 << 20
# A sender of a byte now and then would meet the timeout of each read.
MIN_SECONDS = 60.0
SLOWEST_BYTES_PER_SECOND = 256 << 10


class S3Store:
    """See SnapshotStore. Keys lie below `prefix`, which has no slash at either end."""

    def __init__(self, *, bucket: str, prefix: str) -> None:
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self._opened: OnDemand[Any] = OnDemand(s3_client)

    @property
    def name(self) -> str:
        return f"s3://{self._bucket}/{self._prefix}".rstrip("/")

    @property
    def _client(self) -> Any:
        return self._opened.get()

    def read(self, key: str) -> tuple[bytes, str] | None:
        with self._translated():
            try:
                found = self._client.get_object(Bucket=self._bucket, Key=self._prefix + key)
            except self._client.exceptions.NoSuchKey:
                return None
            with contextlib.closing(found["Body"]) as body:
                content = body.read(MAX_READ_BYTES + 1)
                if len(content) > MAX_READ_BYTES:
                    raise longer(f"{self.name}/{key}")
                return content, found.get("ETag", "")

    def replace(self, key: str, content: bytes, *, tag: str | None) -> None:
        condition = {"IfNoneMatch": "*"} if tag is None else {"IfMatch": tag}
        with self._translated():
            self._client.put_object(
                Bucket=self._bucket,
                Key=self._prefix + key,
                Body=content,
                ContentType="application/json",
                CacheControl="no-cache",
                **condition,
            )

    def sizes(self, prefix: str) -> dict[str, int]:
        with self._translated():
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._prefix + prefix
            )
            return {
                entry["Key"].removeprefix(self._prefix): entry["Size"]
                for page in pages
                for entry in page.get("Contents", [])
            }

    def upload(self, path: Path, key: str, on_bytes: OnBytes) -> None:
        with self._translated():
            self._client.upload_file(
                str(path),
                self._bucket,
                self._prefix + key,
                Callback=on_bytes,
                # S3 itself then refuses an upload that was damaged on the way.
                ExtraArgs={"ChecksumAlgorithm": "SHA256"},
            )

    def download(self, key: str, path: Path, *, max_bytes: int) -> str:
        digest = hashlib.sha256()
        with self._translated():
            try:
                found = self._client.get_object(Bucket=self._bucket, Key=self._prefix + key)
            except self._client.exceptions.NoSuchKey:
                raise SnapshotInvalid(f"{self.name}/{key} is missing. Publish again, or roll back.") from None
            seconds = MIN_SECONDS + max_bytes / SLOWEST_BYTES_PER_SECOND
            with contextlib.closing(found["Body"]) as body, path.open("wb") as target, _ended(body, seconds):
                for block in body.iter_chunks(PART):
                    max_bytes -= len(block)
                    if max_bytes < 0:
                        raise longer(f"{self.name}/{key}")
                    digest.update(block)
                    target.write(block)
        return digest.hexdigest()

    def sha256(self, key: str) -> str | None:
        digest = hashlib.sha256()
        with self._translated():
            try:
                found = self._client.get_object(Bucket=self._bucket, Key=self._prefix + key)
            except self._client.exceptions.NoSuchKey:
                return None
            with contextlib.closing(found["Body"]) as body:
                for block in body.iter_chunks(PART):
                    digest.update(block)
        return digest.hexdigest()

    def local(self, key: str) -> Path | None:  # noqa: ARG002 - the answer is the same for all
        return None

    def delete(self, keys: Iterable[str]) -> None:
        doomed = [{"Key": self._prefix + key} for key in keys]
        with self._translated():
            for start in range(0, len(doomed), KEYS_PER_DELETE):
                part = {"Objects": doomed[start : start + KEYS_PER_DELETE], "Quiet": True}
                refused = self._client.delete_objects(Bucket=self._bucket, Delete=part).get("Errors", [])
                if refused:
                    raise SnapshotUnavailable(
                        f"S3 did not delete {len(refused)} objects of {self.name} ({refused[0].get('Code')}). "
                        "Check that you may use s3:DeleteObject there."
                    )

    def close(self) -> None:
        self._opened.close()

    def _translated(self) -> AbstractContextManager[None]:
        return s3_errors(self.name, bucket=self._bucket, unavailable=SnapshotUnavailable, conflict=SnapshotConflict)


@contextlib.contextmanager
def _ended(body: Any, seconds: float) -> Iterator[None]:
    """Close the connection after so many seconds; the reader then gets one of botocore's errors."""
    timer = threading.Timer(seconds, body.close)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
