"""corpus.garbage: what pauses the collector switches it on again."""

from __future__ import annotations

import gc

import pytest

from corpus.garbage import no_collecting


def test_garbage_is_looked_for_again_afterwards_whatever_came_of_what_was_done() -> None:
    assert gc.isenabled()
    with no_collecting():
        assert not gc.isenabled()
        with no_collecting():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ModuleNotFoundError), no_collecting():
        raise ModuleNotFoundError
    assert gc.isenabled()
