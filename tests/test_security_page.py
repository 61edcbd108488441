"""docs/security.md names the test behind each guarantee, and each is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "security.md"


def rows() -> list[str]:
    text = PAGE.read_text("utf-8").partition("## What is guaranteed")[2].partition("\n## ")[0]
    return [line for line in text.splitlines() if line.startswith("| ") and not line.startswith("| guarantee")]


def test_every_guarantee_names_a_test_that_is_there() -> None:
    assert len(rows()) >= 20
    for row in rows():
        (named,) = re.findall(r"`(tests/[\w/]+\.py(?:::\w+)?)`", row)
        path, _, function = named.partition("::")
        names = {
            node.name
            for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8")))
            if isinstance(node, ast.FunctionDef)
        }
        assert any(name.startswith("test_") for name in names), path
        assert not function or function in names, named


def test_who_found_a_hole_is_told_where_to_report_it() -> None:
    assert "docs/security.md" in (ROOT / "SECURITY.md").read_text("utf-8")
    assert "(../SECURITY.md)" in PAGE.read_text("utf-8")
