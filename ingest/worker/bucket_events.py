"""Which objects a message is about. Pure. What happened to them is not believed: events come twice, late, in any order.

S3's own format, alone or within SNS's, and EventBridge's.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote_plus

from corpus.setting_values import S3_URL
from ingest.sources.files import SIDECARS

TEST = "s3:TestEvent"  # S3 sends it when notifications are set up.


def objects_in(body: str) -> list[str]:
    """The objects, as s3://bucket/key, each once; of a sidecar the one that it describes.

    Raises ValueError, saying why, for what is not an event of S3.
    """
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        raise ValueError("The message is not JSON.") from None
    if isinstance(event, dict) and event.get("Type") == "Notification" and isinstance(event.get("Message"), str):
        return objects_in(event["Message"])
    if not isinstance(event, dict):
        raise ValueError("The message is not an event of S3.")  # noqa: TRY004 - as all here
    if event.get("Event") == TEST:
        return []
    try:
        named = list(_named(event))
    except (KeyError, TypeError) as error:
        raise ValueError(f"The message is not an event of S3: {error} is missing or of another kind.") from None
    places = [f"s3://{bucket}/{_described(key)}" for bucket, key in named if not key.endswith("/")]
    if wrong := [place for place in places if not S3_URL.fullmatch(place) or not _is_sendable(place)]:
        raise ValueError(f"The message names no object of S3: {wrong[0][:200]!r}.")
    return list(dict.fromkeys(places))


def _named(event: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if event.get("source") == "aws.s3":
        yield _text(event["detail"]["bucket"], "name"), _text(event["detail"]["object"], "key")
        return
    for record in event["Records"]:
        yield _text(record["s3"]["bucket"], "name"), unquote_plus(_text(record["s3"]["object"], "key"))


def _text(part: Mapping[str, Any], name: str) -> str:
    value = part[name]
    if not isinstance(value, str):
        raise TypeError(name)
    return value


def _is_sendable(place: str) -> bool:
    """A lone surrogate, which JSON can express, occurs in no object's key."""
    try:
        return bool(place.encode())
    except UnicodeEncodeError:
        return False


def _described(key: str) -> str:
    return next((key.removesuffix(end) for end in SIDECARS if key.endswith(end) and key != end), key)
