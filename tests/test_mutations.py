"""The list of mutations fits the code: each edit's text stands there, and its tests exist."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.guards import GUARDS
from tests.mutations import MUTATIONS

ROOT = Path(__file__).parents[1]
ALL = [*MUTATIONS, *GUARDS]


def test_each_edit_stands_in_its_file() -> None:
    lost = [each for each in ALL if each.old not in (ROOT / each.path).read_text("utf-8")]
    assert lost == []


def test_each_edit_is_tried_by_tests_that_exist_and_only_once() -> None:
    assert all((ROOT / path).exists() for each in ALL for path in each.tests.split())
    assert max(Counter((each.path, each.old, each.new) for each in ALL).values()) == 1
