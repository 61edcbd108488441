"""tests.leftovers finds what a test has left running."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid

from tests.leftovers import MARK, left_over


def test_a_process_that_goes_on_is_found_and_one_that_ended_is_not() -> None:
    mark = uuid.uuid4().hex
    command = [sys.executable, "-c", "input()"]
    process = subprocess.Popen(command, env={**os.environ, MARK: mark}, stdin=subprocess.PIPE)
    try:
        (found,) = left_over(mark)
        assert found.startswith(f"{process.pid} ")
    finally:
        process.communicate()
    assert left_over(mark) == []
