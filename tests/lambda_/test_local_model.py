"""The package that LOCAL_MODEL=1 builds: it fits, and answers without a network."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.settings import LOCAL_MODEL
from tests.lambda_.offline import answered_offline, check


@pytest.mark.slow
def test_with_the_local_model_it_fits_and_answers_offline(tmp_path: Path) -> None:
    check(LOCAL_MODEL, answered_offline(LOCAL_MODEL, tmp_path))
