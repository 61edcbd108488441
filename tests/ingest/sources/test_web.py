"""Fetching, from a real server that means ill."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from corpus.errors import DocumentError, DocumentMissing, DocumentUnsupported
from ingest.sources.inflate import Writer
from ingest.sources.retry_after_gate import RetryAfterGate
from ingest.sources.web import Web
from tests.ingest.sources.conftest import Connect
from tests.web_server import Reply, WebServer

PACKED = gzip.compress(bytes(64 << 20), 1)
BOMB = gzip.compress(PACKED)
HTML = {"Content-Type": "text/html"}


def refusal(web: Web, url: str) -> DocumentError:
    with pytest.raises(DocumentError) as refused:
        web.fetch(url, "")
    return refused.value


def fetched(web: Web, url: str) -> Path:
    got = web.fetch(url, "")
    assert got is not None
    return got.path


def test_a_page_comes_whole_with_a_name_that_tells_its_type(site: WebServer, connect: Connect) -> None:
    path = fetched(connect(), site.page("/a", "The pump hums."))
    assert path.suffix == ".html"
    assert "The pump hums." in path.read_text()
    assert site.asked[0][1]["user-agent"].startswith("retrieval-action/")


def test_an_unchanged_page_is_not_sent_again(site: WebServer, connect: Connect) -> None:
    web = connect()
    url = site.page("/a", "Old.", tagged=True)
    first = web.fetch(url, "")
    assert first is not None
    assert web.fetch(url, first.validator) is None
    site.page("/a", "New.", tagged=True)
    assert web.fetch(url, first.validator) is not None


def test_redirects_are_followed_and_end(site: WebServer, connect: Connect) -> None:
    page = site.page("/page", "Here.")
    assert fetched(connect(), site.redirect("/old", page)).suffix == ".html"
    assert "more than 5 times" in str(refusal(connect(), site.redirect("/loop", "/loop")))
    assert len([path for path in site.paths() if path == "/loop"]) == 6


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://example.com/", "http://me:secret@127.0.0.1/", "http://["]
)
def test_a_redirect_to_no_page_is_refused(site: WebServer, connect: Connect, target: str) -> None:
    error = refusal(connect(), site.redirect("/a", target))
    assert "secret" not in str(error)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(bytes(2 << 20), headers=HTML),
        Reply(gzip.compress(bytes(2 << 20)), headers=HTML | {"Content-Encoding": "gzip"}),
        Reply(BOMB, headers=HTML | {"Content-Encoding": "gzip"}),
        Reply(PACKED, headers={"Content-Type": "application/gzip"}),
    ],
    ids=["plain", "packed", "packed twice", "gzip file"],
)
def test_what_is_or_becomes_too_large_is_refused(site: WebServer, connect: Connect, reply: Reply) -> None:
    site.pages["/a.xml.gz"] = reply
    assert "larger than 1 MB" in str(refusal(connect(), site.url + "/a.xml.gz"))


def test_packings_that_were_not_asked_for_are_refused(site: WebServer, connect: Connect) -> None:
    site.pages["/a"] = Reply(BOMB, headers=HTML | {"Content-Encoding": "gzip, gzip"})
    assert "packs its answer" in str(refusal(connect(), site.url + "/a"))
    site.pages["/b"] = Reply(gzip.compress(b"<p>Half")[:-9], headers=HTML | {"Content-Encoding": "gzip"})
    assert "compression is damaged" in str(refusal(connect(), site.url + "/b"))


def test_a_server_that_drips_is_left(site: WebServer, connect: Connect) -> None:
    site.pages["/a"] = Reply(b"x" * 1000, headers=HTML, drip_seconds=0.05)
    assert "FETCH_TIMEOUT_SECONDS" in str(refusal(connect(timeout_seconds=0.5), site.url + "/a"))


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_what_takes_long_to_unpack_is_left_too(site: WebServer, connect: Connect, encoding: str) -> None:
    """A page that is packed on its way, and a file that is packed itself."""
    packed = gzip.compress(bytes(1 << 20)) * 400
    site.pages["/a"] = Reply(packed, headers={**HTML, "Content-Encoding": encoding})
    said = str(refusal(connect(timeout_seconds=0.1, max_bytes=1 << 30), site.url + "/a"))
    assert "FETCH_TIMEOUT_SECONDS" in said


def test_the_time_is_looked_at_for_every_piece_that_is_unpacked(tmp_path: Path) -> None:
    looked: list[None] = []
    with Writer(tmp_path / "a", packed=True, max_bytes=1 << 20, keep_on=lambda: looked.append(None)) as target:
        target.write(gzip.compress(bytes(1 << 20)))
        target.finish()
    assert len(looked) >= 16


def test_who_asks_for_patience_holds_back_nobody_else_and_not_for_ever() -> None:
    patience = RetryAfterGate()
    assert patience.ask_for("slow.example", 250)
    patience.wait("quick.example")
    assert patience.ask_for("slow.example", 200)  # Within what it has asked for already.
    assert not patience.ask_for("slow.example", 500)
    assert patience.ask_for("quick.example", 60)
    patience.stop.set()


def test_a_page_that_is_not_there_is_missing_at_once(site: WebServer, connect: Connect) -> None:
    assert isinstance(refusal(connect(), site.url + "/nowhere"), DocumentMissing)
    assert len(site.asked) == 1


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (Reply(status=401), "The server shows it to nobody unknown (HTTP 401). Save it as a file."),
        (Reply(status=403), "The server shows it to nobody unknown (HTTP 403). Save it as a file."),
        (Reply(status=407), "HTTP 407"),
        (Reply(status=418), "The server failed (HTTP 418). Try again later."),
        (Reply(status=302), "It redirects without saying where to. Name the page itself."),
        (Reply(status=503, headers={"x-should-retry": "false"}), "The server failed (HTTP 503). Try again later."),
    ],
)
def test_what_asking_again_cannot_mend_is_told_at_once(
    site: WebServer, connect: Connect, reply: Reply, told: str
) -> None:
    site.pages["/a"] = reply
    assert told in str(refusal(connect(), site.url + "/a"))
    assert len(site.asked) == 1


def test_a_server_without_tls_is_not_told_as_one_that_is_not_there(site: WebServer, connect: Connect) -> None:
    secured = site.url.replace("http:", "https:") + "/a"
    assert str(refusal(connect(), secured)).startswith("Its certificate is not trusted, or it speaks no TLS.")


def test_a_server_in_trouble_is_asked_three_times(site: WebServer, connect: Connect) -> None:
    site.pages["/a"] = Reply(status=500)
    assert "HTTP 500" in str(refusal(connect(), site.url + "/a"))
    assert len(site.asked) == 3


def test_retry_after_is_obeyed_within_reason(site: WebServer, connect: Connect) -> None:
    replies = [Reply(status=429, headers={"Retry-After": "1"}), Reply(b"<p>At last.</p>", headers=HTML)]
    site.pages["/a"] = lambda: replies.pop(0)
    assert b"At last." in fetched(connect(), site.url + "/a").read_bytes()
    site.pages["/b"] = Reply(status=503, headers={"Retry-After": "86400"})
    assert "come back in 86400 s" in str(refusal(connect(), site.url + "/b"))
    assert site.paths() == ["/a", "/a", "/b"]


def _package(name: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr(name, "<x/>")
    return made.getvalue()


@pytest.mark.parametrize(
    ("path", "content_type", "body", "suffix"),
    [
        ("/a", "application/pdf", b"%PDF-1.7", ".pdf"),
        ("/a", "text/html", b"%PDF-1.7", ".pdf"),
        ("/a.pdf", "application/octet-stream", b"%PDF-1.7", ".pdf"),
        ("/a", "application/octet-stream", b"%PDF-1.7", ".pdf"),
        ("/a", "", _package("word/document.xml"), ".docx"),
        ("/a", "application/octet-stream", _package("xl/workbook.xml"), ".xlsx"),
        ("/a.md", "text/plain; charset=utf-8", b"# Title", ".md"),
        ("/a", "text/plain", b"Text", ".txt"),
        ("/a.php", "text/html", b"<html>", ".html"),
        ("/a", "", b"<!doctype html><p>x", ".html"),
        ("/a", "", b'{"id": 1}\n{"id": 2}\n', ".jsonl"),
        ("/a", "application/atom+xml", b"<feed/>", ".xml"),
    ],
)
def test_the_type_is_told_by_header_then_content(
    site: WebServer, connect: Connect, path: str, content_type: str, body: bytes, suffix: str
) -> None:
    site.pages[path] = Reply(body, headers={"Content-Type": content_type} if content_type else {})
    assert fetched(connect(), site.url + path).suffix == suffix


def test_a_film_is_refused_before_it_comes(site: WebServer, connect: Connect) -> None:
    site.pages["/a"] = Reply(headers={"Content-Type": "video/mp4", "Content-Length": "999999999999"})
    error = refusal(connect(), site.url + "/a")
    assert isinstance(error, DocumentUnsupported)
    assert ".mp4 files are not supported" in str(error)
