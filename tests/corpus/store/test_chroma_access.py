"""What stands before a Chroma server, and what is not there: each is named, and no password is."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import chromadb
import pytest

from corpus.errors import CollectionMismatch, CollectionMissing, SettingsError, StoreError, StoreUnavailable
from corpus.loading import load
from corpus.settings import CorpusSettings
from corpus.store import create_store, open_store
from tests.corpus.store.test_store import RECORD
from tests.free_port import free_port
from tests.loopback import listening

ROOT = Path(__file__).parents[3]


@contextmanager
def proxy(target: str, authorization: str) -> Iterator[str]:
    """Lets only requests through to the target that have the header."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            if self.headers["authorization"] != authorization:
                self._answer(401, b'{"error": "Unauthorized", "message": "who are you?"}')
                return
            there = http.client.HTTPConnection(urlsplit(target).netloc, timeout=30)
            kept = {name: value for name, value in self.headers.items() if name.lower() in {"content-type", "accept"}}
            there.request(self.command, self.path, body, kept)
            came = there.getresponse()
            self._answer(came.status, came.read())
            there.close()

        def _answer(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = _pass_on  # noqa: N815 - the library's names

        def log_message(self, *_: object) -> None:
            pass

    with listening(Handler) as url:
        yield url


@pytest.mark.parametrize("given", ["widget", "Bearer widget", " Bearer widget\n"])
def test_a_proxy_that_wants_an_authorization_header_is_passed(chroma_url: str, given: str, tmp_path: Path) -> None:
    with proxy(chroma_url, "Bearer widget") as url:
        settings = load(
            CorpusSettings, chroma_url=url, chroma_authorization=given, chroma_collection=f"p-{abs(hash(tmp_path))}"
        )
        with create_store(settings, RECORD) as store:
            assert store.count() == 0


def test_a_proxys_refusal_names_the_settings_that_help(chroma_url: str) -> None:
    with proxy(chroma_url, "Bearer widget") as url, pytest.raises(StoreError, match=r"401.*CHROMA_AUTHORIZATION"):
        open_store(load(CorpusSettings, chroma_url=url, chroma_api_key="widget"))


@pytest.mark.parametrize("names", [{"chroma_database": "nodb"}, {"chroma_tenant": "acme"}])
def test_a_database_or_tenant_that_is_not_there_is_named(
    chroma_url: str, names: dict[str, Any], tmp_path: Path
) -> None:
    (name,) = names.values()
    setting = next(iter(names)).upper()
    for settings in (
        load(CorpusSettings, chroma_url=chroma_url, **names),
        load(CorpusSettings, chroma_path=tmp_path, **names),
    ):
        with pytest.raises(CollectionMissing, match=rf"no database.*{name}.*{setting}|{setting}") as caught:
            create_store(settings, RECORD)
        assert name in str(caught.value)


def test_an_answer_that_is_not_chromas_is_told_with_its_status() -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(502)

        def log_message(self, *_: object) -> None:
            pass

    with listening(Handler) as url, pytest.raises(StoreUnavailable, match=r"the answer is 502.*CHROMA_URL"):
        open_store(load(CorpusSettings, chroma_url=url))


def test_a_password_in_the_address_is_in_no_message() -> None:
    settings = load(CorpusSettings, chroma_url=f"http://user:s3cret@127.0.0.1:{free_port()}")
    with pytest.raises(StoreUnavailable, match="cannot be reached") as caught:
        open_store(settings)
    assert "s3cret" not in str(caught.value) + settings.target + settings.read_target
    with pytest.raises(SettingsError) as told:
        load(CorpusSettings, chroma_url="ftp://user:s3cret@host")
    assert "s3cret" not in str(told.value)


def test_a_collection_that_another_program_made_is_named_as_such(tmp_path: Path) -> None:
    client: Any = chromadb.PersistentClient(tmp_path)
    client.create_collection("langchain", metadata={"source": "notes"}, embedding_function=None)
    client.close()
    with pytest.raises(CollectionMismatch, match=r"'langchain' was made by another program.*ingest add"):
        open_store(load(CorpusSettings, chroma_path=tmp_path, chroma_collection="langchain"))


READ = """
import os, sys
from pathlib import Path
from corpus.errors import StoreError
from corpus.settings import CorpusSettings
from corpus.store import read_store
import chromadb_rust_bindings
if os.geteuid() == 0:
    os.setuid(65534)
try:
    read_store(CorpusSettings(chroma_path=Path(sys.argv[1])))
except StoreError as error:
    print(error.retryable, error)
"""


def test_a_store_that_may_not_be_written_to_is_told_with_the_way_out() -> None:
    with tempfile.TemporaryDirectory() as name:  # Not below pytest's own folder, which is its user's alone.
        folder = Path(name, "store")
        create_store(CorpusSettings(chroma_path=folder), RECORD).close()
        paths = [Path(name), folder, *folder.iterdir()]
        for path in paths:
            path.chmod(0o555 if path.is_dir() else 0o444)
        try:
            told = subprocess.run(
                [sys.executable, "-c", READ, str(folder)],
                cwd=ROOT,
                env={"PATH": os.defpath, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
                capture_output=True,
                text=True,
                check=False,
            )
        finally:
            for path in paths:
                path.chmod(0o755)
    assert told.stdout.startswith("False "), told
    assert "serve what `ingest publish` makes of it, by SNAPSHOT_URL" in told.stdout
