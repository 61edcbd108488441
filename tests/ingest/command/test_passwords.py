"""A password in an address is in no output, whichever command fails or succeeds with it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.free_port import free_port
from tests.ingest.command_line import Ingest


@pytest.mark.parametrize(
    ("words", "settings"),
    [
        (("stats",), ("CHROMA_URL",)),
        (("add", "docs"), ("CHROMA_URL",)),
        (("add", "docs", "--json"), ("OPENAI_BASE_URL", "OUTBOUND_PROXY")),
        (("search", "pump"), ("RERANK_URL",)),
        (("add", "http://user:s3cret@{host}/a", "http://{host}/b", "--json"), ("HTTP_PROXY",)),
        (("add", "ftp://user:s3cret@{host}/a", "s3://user:s3cret@bucket/a"), ()),
        (("publish", "http://user:s3cret@{host}/a"), ()),
        (("search", "pump"), ("SNAPSHOT_URL",)),
    ],
)
def test_no_output_holds_a_password(ingest: Ingest, words: tuple[str, ...], settings: tuple[str, ...]) -> None:
    host = f"127.0.0.1:{free_port()}"
    if words[0] in {"search", "publish"}:
        ingest("add", "docs")
    given: dict[str, Any] = dict.fromkeys(settings, f"http://user:s3cret@{host}")
    if "OPENAI_BASE_URL" in settings:
        given |= {"EMBEDDING_MODEL": "some-model", "CHROMA_COLLECTION": "another"}
    run = ingest(*(word.format(host=host) for word in words), ALLOW_PRIVATE_ADDRESSES="true", **given)
    assert "s3cret" not in run.stdout + run.stderr
    assert run.returncode or "RERANK_URL" in settings, run.stderr
