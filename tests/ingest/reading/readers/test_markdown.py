from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingest.reading.readers.files import outline, read_bytes

PAGE = """---
title: Warranty terms
url: https://example.org/warranty
tags: [pumps, legal]
date: 2026-03-01
draft: false
---
# Warranty of the *X200* { #warranty }

The pump is covered
for two years.

- Parts
    - Seals
- Labour

| Part | Years |
| --- | --- |
| Seal | 2 |

```python
# not a heading
```

Duration
--------

<!-- nothing here -->
See `terms()`.[^1]

[link]: https://example.org
[^1]: Footnote.
"""


def test_front_matter_becomes_fields_and_is_no_part_of_the_text(tmp_path: Path) -> None:
    document = read_bytes(tmp_path, "page.md", PAGE.encode())
    assert document.title == "Warranty terms"
    assert document.url == "https://example.org/warranty"
    assert document.updated_at == "2026-03-01T00:00:00+00:00"
    assert document.metadata == {"tags": ["pumps", "legal"], "draft": False}
    assert document.text.startswith("# Warranty")


def test_blocks_are_the_file_s_own_text_but_tables_name_their_columns_in_each_row(tmp_path: Path) -> None:
    assert outline(read_bytes(tmp_path, "page.md", PAGE.encode())) == [
        ("heading1", "# Warranty of the *X200* { #warranty }"),
        ("paragraph", "The pump is covered\nfor two years."),
        ("list_item", "- Parts"),
        ("list_item", "- Seals"),
        ("list_item", "- Labour"),
        ("table", "Part: Seal; Years: 2"),
        ("code", "```python\n# not a heading\n```"),
        ("heading2", "Duration\n--------"),
        ("paragraph", "See `terms()`.[^1]"),
        ("paragraph", "[^1]: Footnote."),
    ]


def test_headings_are_named_without_markup_and_anchors(tmp_path: Path) -> None:
    document = read_bytes(tmp_path, "page.md", PAGE.encode())
    assert [block.name for block in document.blocks if block.name] == ["Warranty of the X200", "Duration"]


def test_a_long_paragraph_above_a_line_of_equals_signs_is_no_heading(tmp_path: Path) -> None:
    paragraph = "The concentration of the protein is then\n" * 10
    document = read_bytes(tmp_path, "a.md", f"{paragraph}x\n=\n1\n\nShort\n=====\n".encode())
    assert [block.kind for block in document.blocks] == ["paragraph", "paragraph", "heading"]
    assert document.title == "Short"


def test_title_is_the_first_heading_where_no_front_matter_says_otherwise(tmp_path: Path) -> None:
    assert read_bytes(tmp_path, "page.md", b"text\n\n# One\n\n# Two\n").title == "One"
    assert read_bytes(tmp_path, "page.md", b"just text\n").title is None


def test_front_matter_that_cannot_be_read_is_kept_as_text_and_remarked(tmp_path: Path) -> None:
    document = read_bytes(tmp_path, "page.md", b"---\ntitle: [unclosed\n---\n# Body\n")
    assert "unclosed" in document.text
    assert "front matter" in document.notes[0]


def test_a_rule_at_the_top_is_no_front_matter(tmp_path: Path) -> None:
    assert "first" in read_bytes(tmp_path, "page.md", b"---\nfirst\n\n---\nsecond\n").text


@pytest.mark.parametrize(
    "text",
    ["---\nNote: Wear gloves at all times.\n---\nText.\n", "---\n\nIntro: a manual\n\nWarning: hot\n\n---\nText.\n"],
)
def test_text_between_two_rules_at_the_top_is_no_front_matter(tmp_path: Path, text: str) -> None:
    document = read_bytes(tmp_path, "page.md", text.encode())
    assert document.text == text
    assert document.metadata == {}


def test_lists_and_quotes_are_read_however_deep_and_so_is_what_follows(tmp_path: Path) -> None:
    levels = "".join("  " * depth + f"- level {depth}\n" for depth in range(100))
    document = read_bytes(tmp_path, "a.md", f"{levels}\n# Safety\n\n{'> ' * 10_000}Vent it.\n\nCall 4711.\n".encode())
    shown = [text for _, text in outline(document)]
    assert [text.lstrip("> ") for text in shown[:100]] == [f"- level {depth}" for depth in range(100)]
    assert shown[100:] == ["# Safety", shown[101], "Call 4711."]
    assert shown[101].endswith("Vent it.")


def test_each_row_of_a_table_names_its_columns_wherever_the_table_stands(tmp_path: Path) -> None:
    rows = "".join(f"| P{number} | {number} |\n" for number in range(3))
    document = read_bytes(
        tmp_path,
        "a.md",
        f"Text.\n\n> | part | max |\n> |---|---|\n> | X | `1` |\n\n| part | max |\n|---|---|\n{rows}\nEnd.\n".encode(),
    )
    assert outline(document) == [
        ("paragraph", "Text."),
        ("table", "part: X; max: `1`"),
        ("table", "part: P0; max: 0\npart: P1; max: 1\npart: P2; max: 2"),
        ("paragraph", "End."),
    ]


def test_windows_newlines_give_the_same_document(tmp_path: Path) -> None:
    windows = read_bytes(tmp_path, "page.md", PAGE.replace("\n", "\r\n").encode())
    assert windows == read_bytes(tmp_path, "page.md", PAGE.encode())


def test_headings_and_tables_written_in_html_are_such(tmp_path: Path) -> None:
    source = (
        '<h1 align="center">\n<img src="l.png" alt="Logo"> Pumps\n</h1>\n\n'
        "<table>\n<tr><th>Part</th><th>Years</th></tr>\n"
        "<tr><td>Seal</td><td>2</td></tr>\n</table>\n\n<table><tr><td>alone</td></tr></table>\n"
    )
    document = read_bytes(tmp_path, "a.md", source.encode())
    assert document.title == "Pumps"
    assert "\n\nPart: Seal; Years: 2\n\n<table><tr><td>alone" in document.text
    assert [(block.kind, block.name) for block in document.blocks] == [
        ("heading", "Pumps"),
        ("table", ""),
        ("paragraph", ""),
    ]
