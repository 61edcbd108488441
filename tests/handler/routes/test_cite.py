"""What an answer cites opens for whoever has the link, until it ends, or a key; and shows text as text."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from handler.access.key_sources import read_keys, signer_of
from tests.handler.conftest import API_KEY, Configure, Connect, client_of
from tests.handler.corpora import RETURNS, UNICODE, Text, corpus_settings, write_corpus
from tests.handler.mcp.asking import call, payload
from tests.openai_server import EmbeddingsServer


def test_a_document_without_a_url_of_its_own_is_cited_by_a_page_that_opens_without_a_key(client: TestClient) -> None:
    found = payload(call(client, "search", query="returns within 30 days"))["results"]
    (url,) = [each["url"] for each in found if each["id"].startswith(RETURNS.document_id)]
    assert url.startswith("http://host/cite/")
    page = client.get(url, headers={"Authorization": ""})
    assert page.status_code == 200
    assert "Returns are accepted within 30 days. Keep the receipt." in page.text
    assert RETURNS.source in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


def test_a_link_that_was_changed_or_has_ended_opens_nothing(client: TestClient) -> None:
    (url,) = [
        each["url"]
        for each in payload(call(client, "search", query="returns"))["results"]
        if each["id"].startswith(RETURNS.document_id)
    ]
    path, query = urlsplit(url).path, urlsplit(url).query
    other = path.replace(RETURNS.document_id, UNICODE.document_id)
    for wrong in (path, f"{other}?{query}", f"{path}?{query}0", f"{path}?{query.replace('until=1', 'until=2')}"):
        refused = client.get(wrong, headers={"Authorization": ""})
        assert refused.status_code == 401, wrong
        assert "Returns are" not in refused.text
    assert client.get(path).status_code == 200, "a key opens it too"


def test_a_link_ends(configure: Configure) -> None:
    # Links end at a full hour: the days that lead to the one before this.
    before = (time.time() % 3600 + 3600) / 86400
    settings = configure()
    signer = dataclasses.replace(signer_of(settings, read_keys(settings)), days=-before)
    with client_of(settings, headers={}) as client:
        refused = client.get(signer.link("", RETURNS.document_id))
        assert (refused.status_code, "has ended" in refused.text) == (403, True)


def test_a_secret_of_its_own_signs_links_in_every_process(connect: Connect) -> None:
    one, same, other = (
        connect(link_secret=SecretStr(secret), public_url="https://api.example.com")
        for secret in ("a secret of ours", "a secret of ours", "another secret of")
    )
    (url,) = {
        each["url"]
        for each in payload(call(one, "search", query="returns"))["results"]
        if each["id"].startswith(RETURNS.document_id)
    }
    assert url.startswith("https://api.example.com/cite/")
    path = url.removeprefix("https://api.example.com")
    assert same.get(path, headers={"Authorization": ""}).status_code == 200
    assert other.get(path, headers={"Authorization": ""}).status_code == 401


def test_where_no_key_is_needed_links_need_no_signature(connect: Connect) -> None:
    client = connect(auth="none", headers={})
    (url,) = [
        each["url"]
        for each in payload(call(client, "search", query="returns"))["results"]
        if each["id"].startswith(RETURNS.document_id)
    ]
    assert "signature" not in url
    assert client.get(url).status_code == 200


@pytest.mark.parametrize("place", ["0" * 16, "nonsense", f"{RETURNS.document_id}-000000000000-1"])
def test_a_place_that_is_not_there_is_a_page_that_says_so(client: TestClient, place: str) -> None:
    page = client.get(f"/cite/{place}")
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert API_KEY not in page.text


def test_text_is_shown_as_text(connect: Connect, server: EmbeddingsServer, tmp_path: Path) -> None:
    evil = Text(source="<b>x</b>.md", title="<script>alert(1)</script>", text="<img src=x onerror=alert(1)> days")
    write_corpus(corpus_settings(tmp_path, server), [evil])
    client = connect(chroma_path=tmp_path)
    (result,) = payload(call(client, "search", query="days"))["results"]
    page = client.get(result["url"]).text
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert not any(markup in page for markup in ("<script", "<img", "<b>"))


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "manuals/x.pdf"])
def test_only_an_address_of_the_web_is_cited_as_it_is(
    connect: Connect, server: EmbeddingsServer, tmp_path: Path, url: str
) -> None:
    write_corpus(corpus_settings(tmp_path, server), [Text(source="x.md", url=url, text="days")])
    (result,) = payload(call(connect(chroma_path=tmp_path), "search", query="days"))["results"]
    assert result["url"].startswith("http://host/cite/")


def test_a_fault_behind_is_a_page_and_the_log_has_the_rest(
    connect: Connect, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    page = connect(chroma_path=tmp_path / "nothing").get(f"/cite/{RETURNS.document_id}")
    assert page.status_code == 503
    assert page.headers["content-type"].startswith("text/html")
    assert str(tmp_path) not in page.text
    assert any(record.getMessage() == "upstream_error" for record in caplog.records)
