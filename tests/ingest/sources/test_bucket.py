"""Objects of a real S3 server, through the command line."""

from __future__ import annotations

import contextlib
import json
import time
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

import pytest

from ingest.sources.bucket import BucketSource
from ingest.sources.found import Found
from ingest.sources.patterns import Selection
from ingest.sources.retry_after_gate import RetryAfterGate
from ingest.sources.spool import Spool
from tests.ingest.command_line import Ingest, result_of
from tests.loopback import listening
from tests.openai_server import EmbeddingsServer
from tests.s3_server import S3Server


def test_a_prefix_is_kept_like_a_folder(s3: S3Server, ingest: Ingest, server: EmbeddingsServer) -> None:
    bucket = s3.bucket()
    client = s3.client()

    def put(key: str, text: str) -> None:
        client.put_object(Bucket=bucket, Key=key, Body=text.encode())

    put("team/docs/a.md", "# Pump\n\nIt hums.")
    put("team/docs/a.md.meta.yaml", "title: All about the pump\n")
    put("team/docs/deep/b.txt", "It leaks.")
    put("team/docs/photo.png", "no text")
    put("team/docs-old/c.md", "Not asked for.")
    url = f"s3://{bucket}/team/docs/"
    first = result_of(ingest("add", url, "--json", server=server))
    assert (first["added"], len(first["skipped"])) == (2, 1)
    listed = {each["source"]: each for each in result_of(ingest("list", "--json"))["documents"]}
    assert listed.keys() == {f"{url}a.md", f"{url}deep/b.txt"}
    assert listed[f"{url}a.md"]["title"] == "All about the pump"
    put("team/docs/deep/b.txt", "It leaks no more.")
    client.delete_object(Bucket=bucket, Key="team/docs/a.md")
    second = result_of(ingest("add", url, "--prune", "--json", server=server))
    assert (second["added"], second["updated"], second["unchanged"], second["removed"]) == (0, 1, 0, 1)
    gone = ingest("add", f"s3://{bucket}/team/nowhere", "--prune", "--json", server=server)
    assert gone.returncode == 1
    assert "Nothing lies at or below it" in gone.stdout
    client.close()


def test_the_nearest_access_file_of_a_bucket_says_who_sees_an_object(
    s3: S3Server, ingest: Ingest, server: EmbeddingsServer, spool: Spool
) -> None:
    bucket = s3.bucket()
    with contextlib.closing(s3.client()) as client:

        def put(key: str, text: str) -> None:
            client.put_object(Bucket=bucket, Key=key, Body=text.encode())

        put(".access.yaml", '"**": [everyone]\n')
        put("team/.access.yaml", '"**": [group:team]\n"pay/forms/": [everyone]\n')
        put("team/pay/.access.yaml", '"*.md": [group:hr]\n')
        for key in (
            "a.md",
            "team/b.md",
            "team/pay/c.md",
            "team/pay/d.txt",
            "team/pay/forms/e.txt",
            "team/payroll/f.md",
        ):
            put(key, f"The text of {key}.")
        put("team/g.md", "---\naccess: everyone\n---\nText.")
        put("team/g.md.meta.yaml", "access: [group:board]\n")
        wanted = {
            "a.md": ("everyone",),
            "team/b.md": ("group:team",),
            "team/pay/c.md": ("group:hr",),
            "team/pay/d.txt": ("group:team",),
            "team/pay/forms/e.txt": ("everyone",),
            "team/payroll/f.md": ("group:team",),
        }
        # However much of the bucket was named: what lies above has its say, and what lies beside has not.
        for named in ("", "team", "team/pay", "team/pay/c.md"):
            said = {
                item.source.partition(bucket)[2][1:]: item.access
                for item in look(f"s3://{bucket}/{named}", spool).items
            }
            assert said.items() - {("team/g.md", ("group:team",))} <= wanted.items()
        result_of(ingest("add", f"s3://{bucket}/team/g.md", "--json", server=server))
        first = result_of(ingest("add", f"s3://{bucket}", "--json", server=server))
        assert (first["added"], first["unchanged"]) == (6, 1)
        assert visible(ingest, "group:board") - visible(ingest, "everyone") == {"team/g.md"}
        assert visible(ingest, "everyone") == {"a.md", "team/pay/forms/e.txt"}
        put("team/pay/.access.yaml", '"*.md": [everyone]\n')
        second = result_of(ingest("add", f"s3://{bucket}", "--json", server=server))
        assert (second["updated"], second["embedded"]) == (1, 0)
        assert visible(ingest, "everyone") == {"a.md", "team/pay/c.md", "team/pay/forms/e.txt"}
        assert result_of(ingest("add", f"s3://{bucket}", "--json", server=server))["unchanged"] == 7
        put("team/.access.yaml", '"**": everyone: no\n')
        told = ingest("add", f"s3://{bucket}", "--json", server=server)
        (failed,) = json.loads(told.stdout)["failed"]
        assert (told.returncode, failed["source"]) == (1, f"s3://{bucket}/team/.access.yaml")
        assert visible(ingest, "group:team") == visible(ingest, "everyone") == {"a.md", "team/pay/c.md"}


def visible(ingest: Ingest, principal: str) -> set[str]:
    listed = result_of(ingest("list", "--visible-to", principal, "--json"))["documents"]
    return {each["source"].split("/", 3)[3] for each in listed}


def look(url: str, spool: Spool) -> Found:
    found = Found()
    source = BucketSource(spool, RetryAfterGate(), selection=Selection(), timeout_seconds=60)
    source.look(url, found)
    source.close()
    return found


def test_more_than_a_thousand_objects_are_listed_and_their_etag_tells(s3: S3Server, spool: Spool) -> None:
    bucket = s3.bucket()
    client = s3.client()
    for number in range(1001):
        client.put_object(Bucket=bucket, Key=f"{number}.txt", Body=b"x")
    client.close()
    found = look(f"s3://{bucket}", spool)
    assert len(found.items) == 1001
    assert len({item.validator for item in found.items}) == 1
    remote = found.items[0].remote
    assert remote is not None
    brought = remote.fetch("")
    assert brought is not None
    assert (brought.path.read_bytes(), brought.validator) == (b"x", found.items[0].validator)


@pytest.mark.usefixtures("s3")
def test_a_bucket_that_is_not_there_or_has_no_name_is_told(spool: Spool) -> None:
    assert "There is no bucket" in str(look("s3://not-there-at-all/x", spool).failed[0][1])
    assert "looks like s3://bucket/prefix" in str(look("s3:///x", spool).failed[0][1])


LISTING = """<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>docs</Name>
<IsTruncated>false</IsTruncated><KeyCount>1</KeyCount><Contents><Key>{key}</Key><Size>9</Size><ETag>"1"</ETag>
<LastModified>2026-01-01T00:00:00Z</LastModified></Contents></ListBucketResult>"""


class Dripping(BaseHTTPRequestHandler):
    """A bucket that lists one small object, and gives it byte by byte, or says that it is endless, or breaks off."""

    def do_GET(self) -> None:
        key = parse_qs(urlsplit(self.path).query).get("prefix", [""])[0]
        if "list-type" in self.path:
            self._begin(len(LISTING.format(key=key)))
            self.wfile.write(LISTING.format(key=key).encode())
            return
        if self.path.endswith("/.access.yaml"):
            self.send_error(404)
            return
        self._begin(2**40 if "endless" in self.path else 1000)
        with contextlib.suppress(ConnectionError):
            for _ in range(10 if "broken" in self.path else 1000):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.01)

    def _begin(self, length: int) -> None:
        self.send_response(200)
        self.send_header("content-length", str(length))
        self.send_header("etag", "1")
        self.send_header("last-modified", "Thu, 01 Jan 2026 00:00:00 GMT")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize(
    ("key", "why"),
    [("slow.txt", "longer than 0 s"), ("endless.txt", "larger than the 512 MB"), ("broken.txt", "broke")],
)
def test_an_object_gets_its_time_and_its_bytes(ingest: Ingest, server: EmbeddingsServer, key: str, why: str) -> None:
    with listening(Dripping) as url:
        environment = S3Server(url).environment | {"FETCH_TIMEOUT_SECONDS": "0.2"}
        run = ingest("add", f"s3://docs/{key}", "docs/returns.txt", "--json", server=server, **environment)
    assert run.returncode == 1
    report = json.loads(run.stdout)
    assert (report["added"], [each["source"] for each in report["failed"]]) == (1, [f"s3://docs/{key}"])
    assert why in report["failed"][0]["error"]


class Curt(Dripping):
    """A bucket that says nothing of what it gives: no length, no ETag, no time; it hangs up where that ends."""

    def do_GET(self) -> None:
        if "list-type" in self.path:
            super().do_GET()
            return
        if self.path == "/docs/.access.yaml":
            self.send_error(404)
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'"*": [group:hr]' if self.path.endswith(".yaml") else b"The pump hums.")


def test_what_a_bucket_gives_without_a_word_on_it_is_read_to_its_end(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening(Curt) as url:
        for name, value in S3Server(url).environment.items():
            monkeypatch.setenv(name, value)
        (item,) = look("s3://docs/hr/pump.txt", spool).items
        assert item.remote is not None
        brought = item.remote.fetch("")
    assert brought is not None
    assert brought.path.read_bytes() == b"The pump hums."
    assert brought.modified_ns == item.modified_ns > 0
    assert item.access == ("group:hr",)
