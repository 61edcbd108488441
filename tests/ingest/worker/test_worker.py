"""What S3 tells of a bucket by SQS, in the collection of a real Chroma server: twice, late, or in another order too."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from pydantic import SecretStr

from corpus.errors import SettingsError
from corpus.store import open_store
from ingest.command.add import add_documents
from ingest.report import Report
from ingest.settings import IngestSettings
from ingest.worker.dead_letters import REASON, DeadLetterQueue
from ingest.worker.first_fill import filling_of
from ingest.worker.main import handler, worked
from tests.openai_server import KEY, EmbeddingsServer, embeddings_server, failure
from tests.s3_server import S3Server


class Wired:
    """A bucket that tells a queue of its changes, and the worker's settings."""

    def __init__(self, s3: S3Server, chroma_url: str, model: EmbeddingsServer) -> None:
        self.bucket = s3.bucket()
        self.s3 = s3.client()
        self.sqs = boto3.client("sqs", endpoint_url=s3.url, region_name="eu-west-1")
        self.queue = self._made("changes")
        self.letters = self._made("dead")
        arn = self.sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        told = {"QueueArn": arn, "Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]}
        self.s3.put_bucket_notification_configuration(
            Bucket=self.bucket, NotificationConfiguration={"QueueConfigurations": [told]}
        )
        self.model = model
        self.settings = IngestSettings(
            chroma_url=chroma_url,
            chroma_collection=f"test-{uuid.uuid4().hex}",
            openai_api_key=SecretStr(KEY),
            openai_base_url=model.url,
            workers=1,
            worker_attempts=2,
        )

    def _made(self, name: str) -> str:
        return str(self.sqs.create_queue(QueueName=f"{name}-{uuid.uuid4().hex}")["QueueUrl"])

    def put(self, key: str, text: str | bytes) -> None:
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=text)

    def delete(self, key: str) -> None:
        self.s3.delete_object(Bucket=self.bucket, Key=key)

    def received(self) -> list[dict[str, Any]]:
        """The messages, as Lambda is given them; those of the set-up, S3's tests, among them."""
        found = []
        while got := self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages"):
            for each in got:
                self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=each["ReceiptHandle"])
                found.append({"messageId": each["MessageId"], "body": each["Body"], "attributes": {}})
        return found

    def work(self, messages: list[dict[str, Any]]) -> list[str]:
        """The ids of those that are to come again."""
        answer = worked(messages, self.settings, DeadLetterQueue(self.letters))
        return [each["itemIdentifier"] for each in answer["batchItemFailures"]]

    def dead(self) -> list[tuple[str, str]]:
        """Bodies and reasons of the dead letters."""
        got = self.sqs.receive_message(QueueUrl=self.letters, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
        return [(each["Body"], each["MessageAttributes"][REASON]["StringValue"]) for each in got.get("Messages", ())]

    def texts(self) -> dict[str, str]:
        """What is stored, by key."""
        with open_store(self.settings) as store:
            start = f"s3://{self.bucket}/"
            return {
                record.source.removeprefix(start): "".join(chunk.text for chunk in store.chunks(record.chunk_ids()))
                for record in store.documents()
            }


@pytest.fixture
def wired(s3: S3Server, chroma_url: str) -> Iterator[Wired]:
    with embeddings_server() as model:
        yield Wired(s3, chroma_url, model)


def test_what_is_put_changed_and_deleted_is_so_in_the_collection_whatever_the_order(wired: Wired) -> None:
    wired.put("a b/ü.md", "The pump hums.")
    wired.put("gone.md", "The lamp glows.")
    wired.put("logo.xyz", b"\x00")
    first = wired.received()
    assert wired.work(first) == []
    assert wired.texts() == {"a b/ü.md": "The pump hums.", "gone.md": "The lamp glows."}
    wired.put("a b/ü.md", "The pump is silent.")
    wired.put("new.md", "The door is blue.")
    wired.delete("gone.md")
    then = wired.received()
    late = [*first, *then, *then]
    late = late[::-1] + late[::2]
    numbered = [{**message, "messageId": str(number)} for number, message in enumerate(late)]
    assert wired.work(numbered) == []
    assert wired.texts() == {"a b/ü.md": "The pump is silent.", "new.md": "The door is blue."}
    asked = len(wired.model.requests)
    # The same once more embeds nothing.
    assert wired.work(numbered) == []
    assert len(wired.model.requests) == asked
    wired.delete("a b/ü.md")
    wired.delete("new.md")
    assert wired.work(wired.received()) == []
    assert wired.texts() == {}


def test_a_message_that_fails_comes_again_alone_and_then_is_a_dead_letter_with_the_reason(wired: Wired) -> None:
    wired.put("good.md", "The pump hums.")
    wired.put("poison.pdf", b"%PDF-1.7 and nothing else")
    messages = wired.received()
    (poison,) = [each for each in messages if "poison.pdf" in each["body"]]
    assert wired.work(messages) == [poison["messageId"]]
    assert wired.texts() == {"good.md": "The pump hums."}
    assert wired.dead() == []
    assert wired.work([{**poison, "attributes": {"ApproximateReceiveCount": "2"}}]) == []
    ((body, reason),) = wired.dead()
    assert body == poison["body"]
    assert f"s3://{wired.bucket}/poison.pdf" in reason


def test_what_is_no_event_of_s3_is_a_dead_letter_at_once_and_holds_nothing_up(wired: Wired) -> None:
    wired.put("good.md", "The pump hums.")
    strange = [{"messageId": str(number), "body": body} for number, body in enumerate(STRANGE)]
    assert wired.work([*strange, *wired.received()]) == []
    assert wired.texts() == {"good.md": "The pump hums."}
    assert sorted(body for body, _ in wired.dead()) == sorted(each["body"] for each in strange)


def test_an_object_that_s3_does_not_tell_of_costs_its_own_message_alone(wired: Wired) -> None:
    wired.put("good.md", "The pump hums.")
    elsewhere = {"messageId": "1", "body": told(f"absent-{uuid.uuid4().hex}", "a.md")}
    assert wired.work([elsewhere, *wired.received()]) == ["1"]
    assert wired.texts() == {"good.md": "The pump hums."}
    assert wired.work([{**elsewhere, "attributes": {"ApproximateReceiveCount": "2"}}]) == []
    ((_, reason),) = wired.dead()
    assert "There is no bucket" in reason


def test_a_message_that_the_dead_letters_refuse_comes_again_alone(wired: Wired) -> None:
    wired.put("good.md", "The pump hums.")
    wired.letters = wired.letters.replace("dead-", "absent-")
    assert wired.work([{"messageId": "1", "body": "{"}, *wired.received()]) == ["1"]
    assert wired.texts() == {"good.md": "The pump hums."}


def test_what_is_left_out_of_a_bucket_is_left_out_of_its_events_and_keys_are_taken_as_they_are(wired: Wired) -> None:
    for key in (".git/notes.md", "node_modules/x/readme.md", "a/~$draft.docx", "/top.md", "a.md", "a.md/b.md"):
        wired.put(key, f"The pump is called {key.replace('/', ' ')}.")
    assert wired.work(wired.received()) == []
    assert sorted(wired.texts()) == ["/top.md", "a.md", "a.md/b.md"]
    wired.delete("a.md")
    assert wired.work(wired.received()) == []
    assert sorted(wired.texts()) == ["/top.md", "a.md/b.md"]


def test_who_may_see_what_follows_a_folders_rules_as_they_come_change_and_go(wired: Wired) -> None:
    def seen_by() -> dict[str, tuple[str, ...]]:
        with open_store(wired.settings) as store:
            return {record.source.rpartition("/")[2]: record.access for record in store.documents()}

    wired.put("hr/.access.yaml", '"**": [group:hr]')  # Before there is a document.
    assert wired.work(wired.received()) == []
    wired.put("hr/pay.md", "The pump hums.")
    wired.put("menu.md", "The lamp glows.")
    assert wired.work(wired.received()) == []
    assert seen_by() == {"pay.md": ("group:hr",), "menu.md": ()}
    asked = len(wired.model.requests)
    wired.put("hr/.access.yaml", '"**": [user:1234]')
    assert wired.work(wired.received()) == []
    assert seen_by() == {"pay.md": ("user:1234",), "menu.md": ()}
    wired.put("hr/.access.yaml", "no rules")
    assert len(wired.work(wired.received())) == 1
    assert seen_by()["pay.md"] == ()
    wired.delete("hr/.access.yaml")
    wired.put(".access.yaml", '"hr/": [group:all]')
    assert wired.work(wired.received()) == []
    assert seen_by() == {"pay.md": ("group:all",), "menu.md": ()}
    assert len(wired.model.requests) == asked


def test_what_a_first_fill_said_of_objects_the_worker_says_too_and_neither_undoes_the_other(wired: Wired) -> None:
    place = f"s3://{wired.bucket}/hr"
    said = f"{place}/ --metadata team=hr --access group:hr --url-template 'https://hr/{{name}}' --exclude /drafts/"
    wired.settings = wired.settings.model_copy(update={"worker_add": said})
    wired.put("hr/pay.md", "The pump hums.")
    wired.put("hr/drafts/pay.md", "The pump is loud.")
    wired.put("sales/pay.md", "The lamp glows.")
    told_of = wired.received()

    def fill() -> Report:
        return add_documents([place], wired.settings, replace(filling_of(said).options, prune=False, may_empty=False))

    def records() -> list[tuple[Any, ...]]:
        with open_store(wired.settings) as store:
            return [(each.source, each.metadata, each.access, each.url) for each in store.documents()]

    assert fill().added == 1
    filled = records()
    assert filled == [(f"{place}/pay.md", {"team": "hr"}, ("group:hr",), "https://hr/pay.md")]
    asked = len(wired.model.requests)
    assert wired.work(told_of) == []
    assert (records(), len(wired.model.requests)) == (filled, asked)
    wired.put("hr/pay.md", "The pump is silent.")
    wired.put("hr/drafts/more.md", "The door is blue.")
    wired.put(".access.yaml", '"**": [group:all]')
    assert wired.work(wired.received()) == []
    assert (records(), wired.texts()) == (filled, {"hr/pay.md": "The pump is silent."})
    again = fill()
    assert (again.unchanged, again.added, again.updated) == (1, 0, 0)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("s3://docs --nope", "No such option: --nope"),
        ("s3://docs --on ray", "--on says nothing of objects"),
        ("docs", "'docs' is not s3://bucket/prefix"),
        ("--metadata team=hr", "Missing argument 'PATH...'"),
        ("s3://docs --metadata team", "key=value"),
        ("s3://docs 'unclosed", "No closing quotation"),
    ],
)
def test_words_that_no_first_fill_of_a_bucket_says_are_refused(words: str, why: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(why)):
        filling_of(words)


def test_what_is_gone_and_who_may_see_what_wait_for_no_model(wired: Wired) -> None:
    for key in ("hr/pay.md", "menu.md"):
        wired.put(key, f"The pump of {key} hums.")
    assert wired.work(wired.received()) == []
    wired.model.interceptor = lambda _number, _body: failure(401, "invalid_api_key", "No.")
    wired.put("hr/.access.yaml", '"**": [group:hr]')
    wired.put("hr/more.md", "The door is blue.")
    wired.delete("menu.md")
    messages = wired.received()
    assert wired.work(messages) == [each["messageId"] for each in messages]
    with open_store(wired.settings) as store:
        assert [(record.source.rpartition("/")[2], record.access) for record in store.documents()] == [
            ("pay.md", ("group:hr",))
        ]


def test_while_the_store_is_away_every_message_comes_again(wired: Wired) -> None:
    wired.put("good.md", "The pump hums.")
    messages = wired.received()
    wired.settings = wired.settings.model_copy(update={"chroma_url": "http://127.0.0.1:9"})
    failed = wired.work(messages)
    assert failed == [each["messageId"] for each in messages if "good.md" in each["body"]]


def test_the_worker_wants_a_server_or_the_cloud(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHROMA_URL", raising=False)
    with pytest.raises(SettingsError, match="CHROMA_URL"):
        handler({"Records": []}, None)


def told(bucket: str, key: object) -> str:
    """As EventBridge tells of an object."""
    return json.dumps({"source": "aws.s3", "detail": {"bucket": {"name": bucket}, "object": {"key": key}}})


STRANGE = [
    "{",
    "[]",
    "[" * 100_000,
    '{"Records": [{}]}',
    '{"Records": [{"s3": {"bucket": {"name": "docs"}, "object": {"key": null}}}]}',
    told("docs", 5),
    told("docs", "half \ud800.md"),
    told("docs", "two\nlines.md"),
]
