"""A version that is to replace another is opened in a process of its own first."""

from __future__ import annotations

import logging

import pytest

from corpus.corpus_opening import open_published
from corpus.errors import SnapshotInvalid
from corpus.snapshot.live import LiveSnapshot
from corpus.snapshot.trial_open import check_opens
from tests.corpus.snapshot.keeper import Keeper, answer

# As an engine that meets a hostile file ends.
CRASHES = ("-c", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
OLD = "The warranty lasts 12 months."
NEW = "The warranty lasts 24 months."


def test_a_version_that_crashes_its_reader_costs_a_line_in_the_log(
    in_folder: Keeper, caplog: pytest.LogCaptureFixture
) -> None:
    in_folder.begins(OLD)
    live = LiveSnapshot(in_folder.reader_settings(), open_published, trial=CRASHES)
    assert answer(live.current()) == OLD
    in_folder.publishes(NEW)
    with caplog.at_level(logging.WARNING, "corpus"):
        assert answer(live.current()) == OLD
    (record,) = [record for record in caplog.records if record.message == "snapshot_refused"]
    assert "crashes the engine" in record.fields["detail"]  # type: ignore[attr-defined] # As our formatter reads it.
    assert len(list(in_folder.cache.glob("*/*/*/chroma.sqlite3"))) == 1


def test_the_trial_asks_the_store_and_says_why_it_refuses(in_folder: Keeper) -> None:
    in_folder.says(OLD)
    check_opens(in_folder.settings, name="It")
    with pytest.raises(SnapshotInvalid, match=r"It cannot be opened: Nothing is stored in .*'other'"):
        check_opens(in_folder.settings.model_copy(update={"chroma_collection": "other"}), name="It")
