"""A short run of tests/handler/fuzz.py, with a key; FUZZ_EXAMPLES makes it longer."""

from __future__ import annotations

import os

import pytest

from tests.handler.conftest import API_KEY, Configure
from tests.handler.fuzz import fuzz


@pytest.mark.slow
def test_every_answer_keeps_to_the_document(configure: Configure, capfd: pytest.CaptureFixture[str]) -> None:
    examples = int(os.environ.get("FUZZ_EXAMPLES", "100"))
    assert fuzz(configure(), API_KEY, examples=examples, seed=1, phases=["examples", "fuzzing"]), capfd.readouterr().out
