"""The package that LOCAL_MODEL=1 builds: it fits, and answers without a network."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from corpus.settings import LOCAL_MODEL, CorpusSettings
from infra import package
from infra.build_lambda import assemble
from tests.handler.corpora import MANUALS, WARRANTY, write_corpus
from tests.handler.events import http_api
from tests.lambda_.environment import environment

SPARE_BYTES = 20_000_000
# Before anything of ours is imported. On loopback is the runtime itself.
GUARDED = """
import sys

def refuse(event, arguments):
    if event in {"socket.connect", "socket.getaddrinfo"} and "127.0.0.1" not in str(arguments):
        raise RuntimeError(f"{event} {arguments}")

sys.addaudithook(refuse)
from handler.main import handler
"""


@pytest.mark.slow
def test_with_the_local_model_it_fits_and_answers_offline(tmp_path: Path) -> None:
    task = tmp_path / "task"
    assemble(task, local_model=LOCAL_MODEL)
    assert package.unpacked_bytes(task) <= package.AWS_UNPACKED_BYTES - SPARE_BYTES
    settings = CorpusSettings(chroma_path=tmp_path / "store", embedding_model=LOCAL_MODEL)
    write_corpus(settings, MANUALS)
    (task / "guarded.py").write_text(GUARDED)
    given = {"AUTH": "none", "CHROMA_PATH": str(settings.chroma_path)}
    with environment(task, tmp_path, given, handler="guarded.handler") as function:
        status, body = function.invoke(http_api("POST", "/search", json.dumps({"query": "How long is the warranty?"})))
    assert status == 200, body
    assert body["results"][0]["text"] == WARRANTY.text
