"""corpus.command_line: what both command lines share."""

from __future__ import annotations

import gc

import pytest

from corpus.command_line import quick_imports


def test_garbage_is_looked_for_again_after_the_imports_whatever_came_of_them() -> None:
    assert gc.isenabled()
    with quick_imports():
        assert not gc.isenabled()
        with quick_imports():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ModuleNotFoundError), quick_imports():
        raise ModuleNotFoundError
    assert gc.isenabled()
