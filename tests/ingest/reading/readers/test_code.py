from __future__ import annotations

from pathlib import Path

from tests.ingest.reading.readers.files import outline, read_bytes

SOURCE = '''"""A module."""

import os


def one() -> int:
    a = 1

    return a


class Two:
    pass
'''


def test_source_is_kept_as_it_is_in_blocks_that_begin_at_the_margin(tmp_path: Path) -> None:
    document = read_bytes(tmp_path, "a.py", SOURCE.encode())
    assert document.text == SOURCE
    assert outline(document) == [
        ("code", '"""A module."""'),
        ("code", "import os"),
        ("code", "def one() -> int:\n    a = 1\n\n    return a"),
        ("code", "class Two:\n    pass"),
    ]


def test_a_closing_bracket_stays_with_what_it_closes(tmp_path: Path) -> None:
    document = read_bytes(tmp_path, "a.js", b"f({\n  a: 1,\n\n});\n\ng();\n")
    assert outline(document) == [("code", "f({\n  a: 1,\n\n});"), ("code", "g();")]


def test_known_files_without_a_suffix_are_read(tmp_path: Path) -> None:
    assert read_bytes(tmp_path, "Makefile", b"all:\n\techo\n").text == "all:\n\techo\n"
    assert read_bytes(tmp_path, "LICENSE", b"Free.\n").text == "Free.\n"
