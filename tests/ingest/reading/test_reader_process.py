"""Processes that read wait for the next run of this process, as long as they live and have nothing to do."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.errors import DocumentError
from ingest.reading.pool import ReaderPool
from ingest.reading.reader_process import IdleProcesses


@pytest.fixture
def spares() -> Iterator[IdleProcesses]:
    with contextlib.closing(IdleProcesses()) as made:
        yield made


def read(spares: IdleProcesses, *paths: Path, seconds: float = 60.0) -> tuple[list[int], list[str]]:
    """The processes that read, and what the files say."""
    with ReaderPool(workers=1, timeout_seconds=seconds, spares=spares) as pool:
        texts = []
        for _, documents in pool.read_all(paths):
            assert not isinstance(documents, DocumentError)
            texts += [document.text for document in documents]
        return [worker.pid for worker in pool._workers], texts


def is_there(pid: int) -> bool:
    """Whether it has not ended, or nobody has asked yet how."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_next_run_reads_with_the_process_of_the_last_in_whatever_folder(
    spares: IdleProcesses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "a.txt").write_text(name)
        monkeypatch.chdir(folder)
        found.append(read(spares, Path("a.txt")))
    assert [texts for _, texts in found] == [["one"], ["two"]]
    assert found[0][0] == found[1][0]


def test_one_that_died_meanwhile_costs_no_file(spares: IdleProcesses, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("text")
    ((first,), _) = read(spares, tmp_path / "a.txt")
    os.kill(first, signal.SIGKILL)
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
    ((second,), texts) = read(spares, tmp_path / "a.txt")
    assert second != first
    assert texts == ["text"]


def test_those_with_other_limits_end_and_so_do_all_in_the_end(spares: IdleProcesses, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("text")
    ((first,), _) = read(spares, tmp_path / "a.txt")
    ((second,), _) = read(spares, tmp_path / "a.txt", seconds=30.0)
    assert second != first
    assert not is_there(first)
    spares.close()
    assert not is_there(second)


def test_one_that_is_at_work_does_not_wait_for_anybody(spares: IdleProcesses, tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.txt" for number in range(3)]
    for path in paths:
        path.write_text("text")
    with ReaderPool(workers=1, spares=spares) as pool:
        reading = pool.read_all(paths)
        next(reading)
        (worker,) = pool._workers
        assert worker.pending
    assert not is_there(worker.pid)


def test_a_fork_leaves_those_of_its_parent_alone(spares: IdleProcesses, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("text")
    ((first,), _) = read(spares, tmp_path / "a.txt")
    pid = os.fork()
    if not pid:
        spares.close()
        os._exit(0)
    os.waitpid(pid, 0)
    assert read(spares, tmp_path / "a.txt")[0] == [first]
