"""What a call of the command line gives, for tests of all its sides."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Protocol

from tests.openai_server import EmbeddingsServer

TEXTS = {
    "warranty.md": "# Warranty\n\nThe pump is covered for five years.\n\n## Claims\n\nWrite to the service desk.\n",
    "returns.txt": "Unused goods may be returned within thirty days.\n\nPostage is paid by the buyer.\n",
    "deep/faq.html": "<html><title>FAQ</title><body><h1>Noise</h1><p>A humming pump is normal.</p></body></html>",
}


@dataclass(frozen=True)
class Run:
    """What a call of the command line left behind."""

    returncode: int
    stdout: str
    stderr: str


class Ingest(Protocol):
    def __call__(self, *arguments: str, server: EmbeddingsServer | None = None, **settings: str) -> Run: ...


def result_of(run: Run) -> Any:
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)
