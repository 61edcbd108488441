"""What a test needs and this machine lacks: on a user's machine the test is skipped, where CI decides it fails."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def absent(reason: str) -> NoReturn:
    """Skip the test that asks, and say why; fail it where CI is set."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
