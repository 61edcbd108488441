"""The entry point for AWS Lambda behind SQS: `ingest.worker.main.handler`. Only messages that failed come again.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from corpus.errors import SettingsError, StoreUnavailable
from corpus.loading import load
from corpus.settings import target_kind
from ingest.settings import IngestSettings
from ingest.worker.bucket_changes import bring_up_to_date
from ingest.worker.bucket_events import objects_in
from ingest.worker.dead_letters import DeadLetterQueue, DeadLetters
from ingest.worker.first_fill import Filling, filling_of


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Process a batch of messages. Raises SettingsError, so that all of them come again."""
    settings = load(IngestSettings)
    if target_kind(settings) == "embedded":
        raise SettingsError("The worker writes to a Chroma server or Cloud: set CHROMA_URL.")
    letters = DeadLetterQueue(settings.worker_dead_letters) if settings.worker_dead_letters else None
    return worked(event["Records"], settings, letters)


def worked(
    messages: Sequence[Mapping[str, Any]], settings: IngestSettings, letters: DeadLetters | None
) -> dict[str, Any]:
    """What Lambda is to tell SQS: the messages that are to come again. One that came WORKER_ATTEMPTS times, or that
    nobody can understand, goes to the dead letters with the reason instead, where there is a place for them.
    """
    filling = filling_of(settings.worker_add)
    objects: dict[str, list[str]] = {}
    reasons: dict[str, str] = {}
    hopeless: set[str] = set()
    for message in messages:
        try:
            objects[message["messageId"]] = objects_in(message["body"])
        except ValueError as error:
            reasons[message["messageId"]] = str(error)
            hopeless.add(message["messageId"])
    wanted = [place for places in objects.values() for place in places if _is_read(place, filling)]
    failed = bring_up_to_date(wanted, settings, filling)
    for name, places in objects.items():
        if why := [f"{place}: {failed[place]}" for place in places if place in failed]:
            reasons[name] = " ".join(why)
    again = []
    for message in messages:
        name = message["messageId"]
        if name not in reasons:
            continue
        attempts = int(message.get("attributes", {}).get("ApproximateReceiveCount", 1))
        is_last = name in hopeless or attempts >= settings.worker_attempts
        _say("message_failed", reason=reasons[name], attempts=attempts, is_last=is_last)
        if not (is_last and letters is not None and _is_kept(letters, message["body"], reasons[name])):
            again.append({"itemIdentifier": name})
    return {"batchItemFailures": again}


def _is_kept(letters: DeadLetters, body: str, reason: str) -> bool:
    """False if it could not be kept: then this message comes again, but no other because of it."""
    try:
        letters.keep(body, reason)
    except StoreUnavailable as error:
        _say("dead_letter_refused", reason=str(error))
        return False
    return True


def _is_read(place: str, filling: Filling) -> bool:
    if (reason := filling.why_not(place)) is not None:
        _say("object_passed_over", place=place, reason=reason)
    return reason is None


def _say(event: str, **fields: object) -> None:
    sys.stderr.write(json.dumps({"event": event, **fields}, ensure_ascii=False) + "\n")
    sys.stderr.flush()
