"""Words that a reader can see are read: every format, each word in a place of its own. What is left out is told."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ingest.reading.readers import read
from tests.ingest.reading.readers.files import check
from tests.ingest.reading.readers.wordy import FILES, Wordy
from tests.ingest.reading.readers.wordy_binary import BINARY
from tests.ingest.reading.readers.wordy_markup import MARKUP

MAX_LOST_SHARE = 0.02
ALL = FILES | MARKUP | BINARY


@pytest.mark.parametrize("name", sorted(ALL))
def test_words_that_can_be_seen_are_read_and_others_are_told(tmp_path: Path, name: str) -> None:
    wordy = Wordy()
    path = tmp_path / name
    content = ALL[name](wordy)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    documents = read(path)
    for document in documents:
        check(document)
    text = " ".join(document.text[block.start : block.end] for document in documents for block in document.blocks)
    about = " ".join(f"{document.title} {dict(document.metadata)}" for document in documents)
    found = set(re.findall(r"word\d+", text))
    lost = [word for word in wordy.seen if word not in found and word not in about]
    assert len(lost) <= MAX_LOST_SHARE * len(wordy.seen), lost
    notes = json.dumps([document.notes for document in documents])
    for word, remark in wordy.left_out.items():
        assert word not in found, f"{word}, {remark}"
        assert remark in notes
