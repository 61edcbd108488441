"""Snapshots in a bucket of S3, and the only module that imports boto3. Connects at the first call, not before.

Credentials, region and endpoint are found as every AWS tool finds them.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from corpus.errors import SnapshotConflict, SnapshotInvalid, SnapshotUnavailable
from corpus.snapshot.place import PART, OnBytes

CONNECTIONS = 16
CONNECT_SECONDS = 3
READ_SECONDS = 20
ATTEMPTS = 4
KEYS_PER_DELETE = 1000

_ABSENT = {"404", "NoSuchKey", "NotFound"}
# The second is what S3 answers where two conditional writes meet.
_CHANGED = {"412", "PreconditionFailed", "409", "ConditionalRequestConflict"}


class S3Place:
    """See Place. Keys lie below `prefix`, which has no slash at its ends."""

    def __init__(self, *, bucket: str, prefix: str) -> None:
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""

    @property
    def name(self) -> str:
        return f"s3://{self._bucket}/{self._prefix}".rstrip("/")

    @functools.cached_property
    def _client(self) -> Any:
        # Here, because it takes as long to import as all the rest of a search.
        import boto3
        from botocore.config import Config

        config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
            max_pool_connections=CONNECTIONS,
        )
        return boto3.session.Session().client("s3", config=config)

    def read(self, key: str) -> tuple[bytes, str] | None:
        with self._translated():
            try:
                found = self._client.get_object(Bucket=self._bucket, Key=self._prefix + key)
            except self._client.exceptions.NoSuchKey:
                return None
            with contextlib.closing(found["Body"]) as body:
                return body.read(), found["ETag"]

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
                # S3 itself then refuses what was damaged on the way.
                ExtraArgs={"ChecksumAlgorithm": "SHA256"},
            )

    def download(self, key: str, path: Path) -> str:
        digest = hashlib.sha256()
        with self._translated():
            try:
                found = self._client.get_object(Bucket=self._bucket, Key=self._prefix + key)
            except self._client.exceptions.NoSuchKey:
                raise SnapshotInvalid(f"{self.name}/{key} is missing. Publish again, or roll back.") from None
            with contextlib.closing(found["Body"]) as body, path.open("wb") as target:
                for block in body.iter_chunks(PART):
                    digest.update(block)
                    target.write(block)
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
        if "_client" in self.__dict__:
            self._client.close()

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        from boto3.exceptions import Boto3Error
        from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError

        try:
            yield
        except ClientError as error:
            raise self._explained(error.response) from error
        except NoCredentialsError as error:
            raise SnapshotUnavailable(
                f"There are no AWS credentials to use {self.name} with. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and "
                "AWS_SECRET_ACCESS_KEY, or run `aws configure`."
            ) from error
        except NoRegionError as error:
            raise SnapshotUnavailable(f"No region for {self.name}. Set AWS_REGION.") from error
        except (BotoCoreError, Boto3Error) as error:
            raise SnapshotUnavailable(f"{self.name} cannot be used: {type(error).__name__}. {error}") from error
        except OSError as error:
            raise SnapshotUnavailable(f"{error.filename or self.name}: {error.strerror or error}.") from error

    def _explained(self, response: Any) -> SnapshotUnavailable | SnapshotConflict:
        code = str(response.get("Error", {}).get("Code", ""))
        if code in _CHANGED:
            return SnapshotConflict(
                f"Somebody else changed {self.name} at the same time. See `ingest versions`, then repeat."
            )
        if code == "NoSuchBucket":
            return SnapshotUnavailable(f"There is no bucket {self._bucket!r}. Deploy first, or check the name.")
        if code in {"AccessDenied", "403", *_ABSENT}:
            return SnapshotUnavailable(
                f"S3 refused {self.name} ({code}). Check that these credentials may use the bucket: s3:ListBucket on "
                "it, s3:GetObject and s3:PutObject on its objects."
            )
        return SnapshotUnavailable(f"S3 failed for {self.name} ({code}). Try again later.")
