from __future__ import annotations

from pathlib import Path

import pytest

from corpus.errors import DocumentUnsupported
from tests.ingest.reading.readers.files import outline, read_bytes


def test_an_empty_line_ends_a_paragraph(tmp_path: Path) -> None:
    document = read_bytes(tmp_path, "a.txt", b"  One\ntwo\r\n\r\n \nthree  \n")
    assert outline(document) == [("paragraph", "One\ntwo"), ("paragraph", "three")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_unicode_is_read_with_and_without_mark(tmp_path: Path, encoding: str) -> None:
    text = "Grüße aus Köln, said the man. " * 3
    assert read_bytes(tmp_path, "a.txt", text.encode(encoding)).text == text


def test_a_legacy_code_page_is_told_by_its_look(tmp_path: Path) -> None:
    text = "Широкая электрификация южных губерний даст мощный толчок подъёму сельского хозяйства. "
    assert read_bytes(tmp_path, "a.txt", text.encode("cp1251")).text == text


def test_binary_noise_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentUnsupported, match="binary"):
        read_bytes(tmp_path, "a.txt", bytes(range(256)) * 8)
