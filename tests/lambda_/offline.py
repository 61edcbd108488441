"""The package with a local model fits, and answers without a network: python -m tests.lambda_.offline [MODEL ...]

Puts each together, prints its size and what it answers in AWS's emulator. One model is part of `make test`; the other
brings 92 MB from the package index.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.settings import LOCAL_MODEL, MULTILINGUAL_MODEL, CorpusSettings
from infra import package
from infra.build_lambda import assemble
from tests.handler.corpora import MANUALS, WARRANTY, Text, write_corpus
from tests.handler.events import http_api
from tests.lambda_.environment import environment

QUESTION = "How long is the warranty?"
GARANTIE = Text(source="handbuch/x200.md", text="Die Garantie gilt 24 Monate ab dem Tag des Kaufs.")
VERSAND = Text(source="handbuch/versand.md", text="Der Versand innerhalb Europas dauert drei bis fünf Werktage.")
# What each is asked about, and the answer. No word of the second's is in the question.
ASKED = {LOCAL_MODEL: (MANUALS, WARRANTY), MULTILINGUAL_MODEL: ((VERSAND, GARANTIE), GARANTIE)}
# What must be left of AWS's limit: a package of the other model is nearly as large as may be.
SPARE_BYTES = {LOCAL_MODEL: 20_000_000, MULTILINGUAL_MODEL: 4_000_000}
# Before anything of ours is imported. On loopback is the runtime itself.
GUARDED = """
import sys

def refuse(event, arguments):
    if event in {"socket.connect", "socket.getaddrinfo"} and "127.0.0.1" not in str(arguments):
        raise RuntimeError(f"{event} {arguments}")

sys.addaudithook(refuse)
from handler.main import handler
"""


@dataclass(frozen=True, slots=True)
class Answered:
    """`unpacked` in bytes; `status` and `body` of the first answer; milliseconds of each start."""

    unpacked: int
    status: int
    body: dict[str, list[dict[str, str]]]
    init_ms: Sequence[float]

    @property
    def left(self) -> int:
        return package.AWS_UNPACKED_BYTES - self.unpacked


def answered_offline(model: str, folder: Path) -> Answered:
    """Build the package with the model, and ask it in the emulator with every way out shut."""
    task = folder / "task"
    assemble(task, local_model=model)
    unpacked = package.unpacked_bytes(task)
    settings = CorpusSettings(chroma_path=folder / "store", embedding_model=model)
    write_corpus(settings, ASKED[model][0])
    (task / "guarded.py").write_text(GUARDED)
    given = {"AUTH": "none", "CHROMA_PATH": str(settings.chroma_path)}
    with environment(task, folder, given, handler="guarded.handler") as function:
        status, body = function.invoke(http_api("POST", "/search", json.dumps({"query": QUESTION})))
        return Answered(unpacked, status, body, function.init_ms)


def check(model: str, found: Answered) -> None:
    """It fits with room to spare, and the answer comes first."""
    assert found.left >= SPARE_BYTES[model], found.left
    assert found.status == 200, found.body
    assert found.body["results"][0]["text"] == ASKED[model][1].text


def main() -> None:
    for model in sys.argv[1:] or ASKED:
        with tempfile.TemporaryDirectory() as folder:
            found = answered_offline(model, Path(folder))
        print(
            f"{model}: {found.unpacked:,} bytes of {package.AWS_UNPACKED_BYTES:,}, {found.left:,} left; answered"
            f" {found.body['results'][0]} after a start of {found.init_ms} ms",
            flush=True,
        )
        check(model, found)


if __name__ == "__main__":
    main()
