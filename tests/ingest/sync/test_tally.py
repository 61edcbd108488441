"""What is to be done is reckoned by the text in the files, so that the time left is true whatever formats they have."""

from __future__ import annotations

from pathlib import Path

import pytest

from examples.build import EXAMPLES
from ingest.reading.readers.registry import read
from ingest.sources.found import Item
from ingest.sync.tally import weight_of

HANDBOOK = EXAMPLES / "handbook"
FILES = {path.suffix: path for path in sorted(HANDBOOK.rglob("*")) if path.suffix in (".docx", ".html", ".md", ".pdf")}


@pytest.mark.parametrize("path", FILES.values(), ids=FILES)
def test_a_file_counts_for_about_the_text_that_is_in_it(path: Path) -> None:
    (document,) = read(path)
    weight = weight_of(Item(source=path.name, place=str(path), path=path))
    assert 1 / 3 < weight / len(document.text.encode()) < 3


def test_what_must_be_fetched_first_counts_alike() -> None:
    assert weight_of(Item(source="https://example.com/a.pdf", place="https://example.com/a.pdf")) == 1
