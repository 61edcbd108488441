"""Sources beyond paths as a user brings them in: the real command line, a real store."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ingest.command_line import Ingest, result_of
from tests.openai_server import EmbeddingsServer
from tests.web_server import Reply, WebServer


@pytest.fixture(autouse=True)
def loopback_may_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOW_PRIVATE_ADDRESSES", "true")


COUNTS = ("added", "updated", "unchanged", "removed")


def counts(report: dict[str, int]) -> tuple[int, ...]:
    return tuple(report[name] for name in COUNTS)


def test_a_sitemap_is_kept_night_after_night(site: WebServer, ingest: Ingest, server: EmbeddingsServer) -> None:
    one, two, three = (site.page(f"/{name}", f"The {name} hums.", tagged=True) for name in ("pump", "fan", "belt"))
    other = site.page("/other", "Named itself.", tagged=True)
    url = site.sitemap("/sitemap.xml", one, two, three, lastmod="2024-05-01")
    first = result_of(ingest("add", url, other, "--metadata", "team=docs", "--json", server=server))
    assert counts(first) == (4, 0, 0, 0)
    listed = {each["source"]: each for each in result_of(ingest("list", "--json"))["documents"]}
    assert (listed[one]["url"], listed[one]["updated_at"]) == (one, "2024-05-01T00:00:00+00:00")
    assert listed[one]["metadata"] == {"team": "docs"}

    asked, sent = len(site.asked), len(server.requests)
    second = result_of(ingest("add", url, "--metadata", "team=docs", "--prune", "--json", server=server))
    assert (counts(second), len(server.requests)) == ((0, 0, 3, 0), sent)
    assert all("if-none-match" in headers for path, headers in site.asked[asked:] if path != "/sitemap.xml")

    site.page("/fan", "The fan is silent.", tagged=True)
    site.sitemap("/sitemap.xml", two, three, site.url + "/nowhere")
    third = ingest("add", url, "--metadata", "team=docs", "--prune", "--json", server=server)
    report = json.loads(third.stdout)
    assert (third.returncode, counts(report)) == (1, (0, 1, 1, 1))
    assert [failure["source"] for failure in report["failed"]] == [site.url + "/nowhere"]
    assert {each["source"] for each in result_of(ingest("list", "--json"))["documents"]} == {two, three, other}

    del site.pages["/sitemap.xml"]
    assert counts(json.loads(ingest("add", url, "--prune", "--json", server=server).stdout)) == (0, 0, 0, 0)


def test_a_page_without_validators_is_not_embedded_again(
    site: WebServer, ingest: Ingest, server: EmbeddingsServer
) -> None:
    page = "<title>Pump</title><main><h1>Pump</h1><p>Das Gerät brummt.</p></main>"
    canonical = '<link rel="canonical" href="https://elsewhere.example/">'
    headers = {"Content-Type": "text/html; charset=iso-8859-1"}
    # What the header says of the charset goes before what the page says.
    site.pages["/a"] = Reply(f'<meta charset="utf-8">{canonical}{page}'.encode("latin-1"), headers=headers)
    url = site.url + "/a"
    dry = result_of(ingest("add", url, "--dry-run", "--json", server=server))
    assert (dry["added"], server.inputs) == (1, [])
    assert counts(result_of(ingest("add", url, "--json", server=server))) == (1, 0, 0, 0)
    again = result_of(ingest("add", url + "#part", url, "--json", server=server))
    assert (counts(again), again["embedded"]) == ((0, 0, 1, 0), 0)
    (hit,) = result_of(ingest("search", "Gerät", "--json", server=server))["results"]
    assert "Gerät brummt" in hit["text"]
    assert (hit["source"], hit["url"]) == (url, url)


def test_what_cannot_be_a_source_is_told_and_the_rest_is_stored(ingest: Ingest, server: EmbeddingsServer) -> None:
    wrong = ("ftp://h/a", "file:///etc/passwd", "https://me:secret@h/a", "http://[::1", "http://169.254.169.254/")
    run = ingest("add", *wrong, "docs", "--json", server=server)
    report = json.loads(run.stdout)
    assert (run.returncode, report["added"], len(report["failed"])) == (1, 3, len(wrong))
    assert "secret" not in run.stdout + run.stderr


def test_standard_input_is_a_document_under_its_name(folder: Path, server: EmbeddingsServer) -> None:
    def add(*arguments: str, text: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "ingest", "add", "-", *arguments],
            cwd=folder,
            env={**os.environ, **server.environment, "PYTHONPATH": str(Path(__file__).parents[3])},
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )

    named = ("--name", "wiki/pump.md", "--title", "The pump", "--json")
    assert counts(json.loads(add(*named, text="# Noise\n\nIt hums.").stdout)) == (1, 0, 0, 0)
    assert counts(json.loads(add(*named, text="# Noise\n\nIt hums.").stdout)) == (0, 0, 1, 0)
    nameless = add(text="It hums.")
    assert nameless.returncode == 2
    assert "--name report.pdf" in nameless.stderr


def test_a_name_without_standard_input_is_wrong_usage(ingest: Ingest, server: EmbeddingsServer) -> None:
    run = ingest("add", "docs", "--name", "a.md", server=server)
    assert run.returncode == 2
    assert "--name" in run.stderr
