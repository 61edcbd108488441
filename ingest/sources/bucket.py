"""Objects below a prefix of an S3 bucket, as if it were a folder. Nothing is fetched whose ETag is known."""

from __future__ import annotations

import contextlib
import functools
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from corpus.errors import DocumentError, DocumentMissing, DocumentUnreadable, DocumentUnsupported
from corpus.on_demand import OnDemand
from corpus.records import composed
from corpus.s3 import s3_client, s3_errors
from corpus.setting_values import S3_URL
from ingest.reading.readers import is_readable, why_not
from ingest.reading.readers.registry import MAX_FILE_BYTES
from ingest.reading.readers.sidecar import MAX_BYTES
from ingest.sources.files import SIDECARS
from ingest.sources.folder_access import FolderAccess, fault_of, validator_of
from ingest.sources.found import Fetched, Found, Item
from ingest.sources.patience import RetryAfterGate
from ingest.sources.patterns import IGNORED_BY_DEFAULT, Selection
from ingest.sources.spool import Spool

_BLOCK = 1 << 20
NOT_FOR_US = {"NoSuchKey", "404", "AccessDenied", "403"}
SLOWEST = 1 << 20  # Bytes a second, besides FETCH_TIMEOUT_SECONDS: an object may be larger than any page.
TOO_LARGE = f"The object is larger than the {MAX_FILE_BYTES // 2**20} MB that are read. Split it."


class BucketSource:
    """See Source. Close it."""

    def __init__(self, spool: Spool, patience: RetryAfterGate, *, selection: Selection, timeout_seconds: float) -> None:
        self._timeout_seconds = timeout_seconds
        self._spool = spool
        self._patience = patience
        self._selection = selection
        self._opened: OnDemand[Any] = OnDemand(s3_client)

    @property
    def _client(self) -> Any:
        return self._opened.get()

    def look(self, named: str, found: Found) -> None:
        match = S3_URL.fullmatch(named)
        if match is None:
            reason = "An S3 source looks like s3://bucket/prefix, the bucket's name in small letters."
            found.failed.append((named, DocumentUnreadable(reason)))
            return
        bucket, prefix = match.group(1), (match.group(2) or "").rstrip("/")
        scope = composed(f"s3://{bucket}/{prefix}".rstrip("/"))
        try:
            with s3_errors(scope, bucket=bucket, unavailable=DocumentUnreadable):
                objects = {entry["Key"]: entry for entry in self._listed(bucket, prefix)}
        except DocumentError as error:
            found.failed.append((scope, error))
            return
        if not objects:
            reason = "Nothing lies at or below it. Check the name; nothing is pruned by it."
            found.failed.append((scope, DocumentMissing(reason)))
            return
        found.scopes.append(scope)
        access = FolderAccess(functools.partial(self._rules, prefix, objects))
        for key in objects:
            if key == prefix or not key.endswith(SIDECARS):
                self._take(_Bucket(self, bucket, prefix, objects, access), key, found)
        for file, reason in access.faults.items():
            found.failed.append((composed(f"s3://{file}"), DocumentUnreadable(fault_of(reason))))

    def close(self) -> None:
        self._opened.close()

    def bring(self, bucket: str, key: str) -> tuple[Path, dict[str, Any]]:
        """The object's content and its metadata now. Raises DocumentUnreadable."""
        path = self._spool.new()
        with s3_errors(f"s3://{bucket}/{key}", bucket=bucket, unavailable=DocumentUnreadable):
            answer = self._client.get_object(Bucket=bucket, Key=key)
            length = _length_of(answer)
            most = MAX_FILE_BYTES + 1 if length is None else length
            with contextlib.closing(answer["Body"]) as body, path.open("wb") as target:
                if length is not None and length > MAX_FILE_BYTES:
                    raise DocumentUnreadable(TOO_LARGE)
                for block in _blocks(body, length, most=most, seconds=self._timeout_seconds + most / SLOWEST):
                    self._patience.wait(bucket)
                    target.write(block)
                if target.tell() > MAX_FILE_BYTES:
                    raise DocumentUnreadable(TOO_LARGE)
        return self._spool.named(path, PurePosixPath(key).name), answer

    def _listed(self, bucket: str, prefix: str) -> Iterator[dict[str, Any]]:
        """Every object that is named `prefix`, or describes that one, or lies below it as in a folder; the folders' own
        marks left out.
        """
        itself = {prefix, *(prefix + end for end in SIDECARS)}
        for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for entry in page.get("Contents", []):
                key = entry["Key"]
                if not key.endswith("/") and (not prefix or key in itself or key.startswith(f"{prefix}/")):
                    yield entry

    def _rules(self, prefix: str, objects: dict[str, dict[str, Any]], file: str) -> bytes | None:
        """See folder_access.ContentOf. What lies above the prefix was not listed, and is asked for; who may not read it
        there does without, and shows nobody more by that.
        """
        bucket, _, key = file.partition("/")
        is_listed = not prefix or key.startswith(f"{prefix}/")
        if is_listed and key not in objects:
            return None
        with s3_errors(f"s3://{file}", bucket=bucket, unavailable=DocumentUnreadable):
            try:
                answer = self._client.get_object(Bucket=bucket, Key=key)
            except self._client.exceptions.ClientError as error:
                if not is_listed and error.response.get("Error", {}).get("Code") in NOT_FOR_US:
                    return None
                raise
            with contextlib.closing(answer["Body"]) as body:
                length = _length_of(answer)
                return b"".join(_blocks(body, length, most=MAX_BYTES + 1, seconds=self._timeout_seconds))

    def _take(self, bucket: _Bucket, key: str, found: Found) -> None:
        source = composed(f"s3://{bucket.name}/{key}")
        is_named = key == bucket.prefix
        name = key.removeprefix(bucket.prefix).strip("/")
        if not is_named and is_ignored(name, self._selection):
            found.kept_from_prune.append(source)
            found.skipped.append((source, IGNORED_BY_DEFAULT))
        elif not is_named and (is_hidden(name) or not self._selection.takes(name)):
            found.kept_from_prune.append(source)
        elif not is_readable(Path(key)):
            found.kept_from_prune.append(source)
            if is_named:
                found.failed.append((source, DocumentUnsupported(why_not(Path(key)))))
            else:
                found.skipped.append((source, why_not(Path(key))))
        elif bucket.objects[key]["Size"] > MAX_FILE_BYTES:
            found.kept_from_prune.append(source)
            found.failed.append((source, DocumentUnreadable(TOO_LARGE)))
        else:
            found.items.append(bucket.item(source, key))


def is_ignored(name: str, selection: Selection) -> bool:
    """Whether the object, or a folder with its name, is usually not a document."""
    return selection.ignores(name) or any(selection.ignores(f"{part}/") for part in PurePosixPath(name).parts[:-1])


def is_hidden(name: str) -> bool:
    """Whether its name, or that of a folder around it, begins with a dot."""
    return any(part.startswith(".") for part in name.split("/"))


@dataclass(frozen=True, slots=True)
class _Bucket:
    """The result of a listing."""

    source: BucketSource
    name: str
    prefix: str
    objects: dict[str, dict[str, Any]]
    access: FolderAccess

    def item(self, source: str, key: str) -> Item:
        sidecar = next((key + end for end in SIDECARS if key + end in self.objects), None)
        described = [self.objects[sidecar]] if sidecar else []
        access = self.access.of(f"{self.name}/{key}", top=self.name)
        modified_ns = _modified_ns(self.objects[key], 0)
        return Item(
            source=source,
            place=f"s3://{self.name}/{key}",
            remote=S3Object(self.source, self.name, key, sidecar, modified_ns, validator_of(access)),
            validator=_validator_of(self.objects[key], *described) + validator_of(access),
            modified_ns=modified_ns,
            access=access,
        )


@dataclass(frozen=True, slots=True)
class S3Object:
    """See Remote. Its listing shows whether it changed, and when. `access_validator` stands for its folders' rules."""

    source: BucketSource
    bucket: str
    key: str
    sidecar: str | None
    modified_ns: int = 0
    access_validator: str = ""

    def fetch(self, known: str) -> Fetched:  # noqa: ARG002 - see Remote
        path, answer = self.source.bring(self.bucket, self.key)
        modified_ns = _modified_ns(answer, self.modified_ns)
        if self.sidecar is None:
            return Fetched(path=path, validator=_validator_of(answer) + self.access_validator, modified_ns=modified_ns)
        beside, described = self.source.bring(self.bucket, self.sidecar)
        validator = _validator_of(answer, described) + self.access_validator
        return Fetched(path=path, validator=validator, modified_ns=modified_ns, sidecar=beside)


def _length_of(answer: dict[str, Any]) -> int | None:
    """How many bytes are to come; None if an S3-compatible store does not say."""
    length = answer.get("ContentLength")
    return None if length is None else int(length)


def _blocks(body: Any, length: int | None, *, most: int, seconds: float) -> Iterator[bytes]:
    """The content as it arrives, at most `most` bytes.

    Raises DocumentUnreadable if it is too slow, or shorter than `length`.
    """
    from urllib3.exceptions import HTTPError

    until = time.monotonic() + seconds
    left = most if length is None else min(length, most)
    try:
        # Botocore's own read waits until a block is full, however slowly it fills.
        while left > 0 and (block := body._raw_stream.read1(min(_BLOCK, left))):
            left -= len(block)
            yield block
            if left > 0 and time.monotonic() > until:
                raise DocumentUnreadable(
                    f"It takes longer than {seconds:.0f} s to come. Try again later, or raise FETCH_TIMEOUT_SECONDS."
                )
    except HTTPError as error:
        raise DocumentUnreadable(f"It broke off while it came ({type(error).__name__}). Try again.") from error
    if left > 0 and length is not None:
        raise DocumentUnreadable("It broke off while it came. Try again.")


def _validator_of(*entries: dict[str, Any]) -> str:
    return " ".join(str(entry.get("ETag", "")).strip('"') for entry in entries)


def _modified_ns(entry: dict[str, Any], otherwise: int) -> int:
    when = entry.get("LastModified")
    return otherwise if when is None else int(when.timestamp()) * 10**9
