from __future__ import annotations

import json

import pytest

from ingest.worker.bucket_events import objects_in

S3_EVENT = {"Records": [{"s3": {"bucket": {"name": "docs"}, "object": {"key": "a+b/%C3%BC.md.meta.yaml"}}}]}


@pytest.mark.parametrize(
    ("event", "objects"),
    [
        (S3_EVENT, ["s3://docs/a b/ü.md"]),
        ({"Type": "Notification", "Message": json.dumps(S3_EVENT)}, ["s3://docs/a b/ü.md"]),
        (
            {"source": "aws.s3", "detail": {"bucket": {"name": "docs"}, "object": {"key": "a+b.md"}}},
            ["s3://docs/a+b.md"],
        ),
        ({"Service": "Amazon S3", "Event": "s3:TestEvent"}, []),
        ({"Records": [{"s3": {"bucket": {"name": "docs"}, "object": {"key": "folder/"}}}]}, []),
    ],
)
def test_every_way_in_which_s3_tells_of_an_object_is_understood(event: object, objects: list[str]) -> None:
    assert objects_in(json.dumps(event)) == objects
