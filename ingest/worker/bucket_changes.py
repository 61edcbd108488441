"""Bring what is stored of some objects, or of all below a folder, to what they are now: there, changed, or gone.

Each is looked at anew, and its ETag compared with what is stored of it: how often it is asked for, and in which order,
does not matter.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Iterator

from corpus.errors import CollectionMissing, CorpusError, StoreUnavailable
from corpus.records import composed
from corpus.s3 import s3_client, s3_errors
from corpus.setting_values import S3_URL
from corpus.store import open_store
from ingest.command.add import AddOptions, add_documents
from ingest.command.removal import Removal, carry_out
from ingest.settings import IngestSettings
from ingest.sources.folder_access import ACCESS_FILE
from ingest.sync.lock import exclusive


def bring_up_to_date(places: Collection[str], settings: IngestSettings) -> dict[str, str]:
    """By place, s3://bucket/key or s3://bucket/folder/, why it could not be done; of all others it is done."""
    wanted = list(dict.fromkeys(places))
    try:
        return _done(wanted, settings)
    except CorpusError as error:
        if error.retryable or len(wanted) < 2:
            return dict.fromkeys(wanted, str(error))
    # One of them is at fault: it alone is to pay for it.
    return {place: reason for each in wanted for place, reason in bring_up_to_date([each], settings).items()}


def _done(places: Collection[str], settings: IngestSettings) -> dict[str, str]:
    there = set(_there(places))
    folders = tuple(place for place in there if place.endswith("/"))
    # What lies below a folder comes with it.
    named = [place for place in there if not place.startswith(tuple(each for each in folders if each != place))]
    failed: dict[str, str] = {}
    if there:
        # With `prune`, because of the records in a file some may be gone.
        report = add_documents(sorted(named), settings, AddOptions(prune=True, may_empty=True))
        failed = {
            place: reason for source, reason in report.failed for place in there if _is_of(source, composed(place))
        }
    if gone := {composed(place) for place in places if place not in there}:
        _remove(gone, settings)
    return failed


def _is_of(source: str, place: str) -> bool:
    """Whether it is the place's own, or for a folder its rules of access: each other object has messages of its own."""
    own = place + ACCESS_FILE if place.endswith("/") else place
    return source == own or source.startswith(f"{own}#")


def _there(places: Iterable[str]) -> Iterator[str]:
    """Those of the places where an object lies, or below which one does. Raises StoreUnavailable."""
    with contextlib.closing(s3_client()) as client:
        for place in places:
            found = S3_URL.fullmatch(place)
            bucket, key = (found[1], found[2] or "") if found is not None else ("", "")
            with s3_errors(place, bucket=bucket, unavailable=StoreUnavailable):
                # Not by asking for the object: that is refused alike where it is not there and where nobody may.
                answer = client.list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1)
            if any(each["Key"] == key or place.endswith("/") for each in answer.get("Contents", ())):
                yield place


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
