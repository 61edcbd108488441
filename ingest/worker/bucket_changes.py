"""Bring what is stored of some objects to what they are now: there, changed, or gone.

Each is looked at anew, and its ETag compared with what is stored of it: how often it is asked for, and in which order,
does not matter.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable

from corpus.errors import (
    CollectionMissing,
    CorpusError,
    DocumentUnreadable,
    EmbeddingError,
    NothingFound,
    StoreUnavailable,
)
from corpus.records import composed
from corpus.s3 import s3_client, s3_errors
from corpus.setting_values import S3_URL
from corpus.store import open_store
from ingest.command.add import add_documents
from ingest.command.removal import Removal, carry_out
from ingest.settings import IngestSettings
from ingest.sources.folder_access import ACCESS_FILE
from ingest.sync.lock import exclusive
from ingest.worker.first_fill import Filling


def bring_up_to_date(places: Collection[str], settings: IngestSettings, filling: Filling) -> dict[str, str]:
    """By place, s3://bucket/key, why it could not be done; of all others it is done.

    Of an `.access.yaml` all that lies in its folder is looked at, whether it is there or not.
    """
    wanted = list(dict.fromkeys(places))
    try:
        return _done(wanted, settings, filling)
    except CorpusError as error:
        if error.retryable or isinstance(error, EmbeddingError) or len(wanted) < 2:
            return dict.fromkeys(wanted, str(error))
    # One of them is at fault: only that one should fail.
    return {place: reason for each in wanted for place, reason in bring_up_to_date([each], settings, filling).items()}


def _done(places: Collection[str], settings: IngestSettings, filling: Filling) -> dict[str, str]:
    rules = {place for place in places if place.endswith(f"/{ACCESS_FILE}")}
    looked = _looked(place for place in places if place not in rules)
    failed = {place: there for place, there in looked.items() if isinstance(there, str)}
    there = {place for place, there in looked.items() if there is True}
    folders = {folder for place in rules for folder in filling.looked_through(place.rpartition("/")[0])}
    try:
        for each in (folders, there):
            failed |= _brought(each, [*there, *rules], settings, filling)
    finally:
        # Done last, because a renamed object reuses the vectors; and done although no model answers.
        if gone := {composed(place) for place, there in looked.items() if there is False}:
            _remove(gone, settings)
    return failed


def _brought(
    named: Collection[str], places: Iterable[str], settings: IngestSettings, filling: Filling
) -> dict[str, str]:
    """Why it failed, by place."""
    if not named:
        return {}
    try:
        failed = add_documents(sorted(named), settings, filling.options).failed
    except NothingFound:  # A folder of rules may contain no document.
        return {}
    return {
        place: reason
        for source, reason in failed
        for place in places
        if source == composed(place) or source.startswith(f"{composed(place)}#")
    }


def _looked(places: Iterable[str]) -> dict[str, bool | str]:
    """By place whether an object lies there, or why S3 does not say. Raises StoreUnavailable if S3 is away."""
    found: dict[str, bool | str] = {}
    with contextlib.closing(s3_client()) as client:
        for place in places:
            bucket, key = _parts(place)
            try:
                with s3_errors(place, bucket=bucket, unavailable=StoreUnavailable, refused=DocumentUnreadable):
                    # Not by requesting the object: that is refused alike if it is missing and if access is denied.
                    answer = client.list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1)
            except DocumentUnreadable as error:
                found[place] = str(error)
                continue
            found[place] = any(each["Key"] == key for each in answer.get("Contents", ()))
    return found


def _parts(place: str) -> tuple[str, str]:
    found = S3_URL.fullmatch(place)
    return (found[1], found[2]) if found is not None else ("", "")


def _remove(files: Collection[str], settings: IngestSettings) -> None:
    try:
        store = open_store(settings)
    except CollectionMissing:
        return
    with store, exclusive(store, settings):
        stored = store.documents()
        records = [record for record in stored if record.file in files]
        if records:
            carry_out(Removal(records=records, missing=(), stored=len(stored)), store)
