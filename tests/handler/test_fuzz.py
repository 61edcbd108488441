"""A short run of tests/handler/fuzz.py, with a key; FUZZ_EXAMPLES makes it longer."""

from __future__ import annotations

import os

import pytest

from tests.handler.conftest import API_KEY, Configure
from tests.handler.fuzz import fuzz


def test_only_what_the_document_cannot_say_is_left_out() -> None:
    from schemathesis import HookContext

    from tests.handler.trimmed import filter_body

    for body, sent in (
        ({"query": " warranty "}, True),
        ({"query": "x" * 4_001}, True),
        ({"query": " " + "x" * 4_000}, False),
        ({"queries": ["warranty", "x" * 4_000 + "\t"]}, False),
        ({"query": "warranty", "year_from": 2020, "year_to": 2020}, True),
        ({"query": "warranty", "year_from": 2021, "year_to": 2020}, False),
        (["not", {"an": 1}, None], True),
    ):
        assert filter_body(HookContext(operation=None), body) is sent


@pytest.mark.slow
def test_every_answer_keeps_to_the_document(configure: Configure, capfd: pytest.CaptureFixture[str]) -> None:
    examples = int(os.environ.get("FUZZ_EXAMPLES", "100"))
    assert fuzz(configure(), API_KEY, examples=examples, seed=1, phases=["examples", "fuzzing"]), capfd.readouterr().out
