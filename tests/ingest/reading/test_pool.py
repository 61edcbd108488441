from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption

from corpus.errors import DocumentError, DocumentUnreadable
from ingest.reading.pool import ReaderPool, Result
from ingest.reading.readers.registry import read, read_share
from tests.ingest.reading.readers.files import pdf
from tests.ingest.reading.readers.pdfpages import Sheet
from tests.shared import SHARED

PDFS = SHARED / "data" / "docs" / "pdf"
SLOW = ("# A heading that takes its time\n\n- item\n\n" * 1_000_000).encode()


def _written(folder: Path, **files: bytes) -> list[Path]:
    paths = []
    for name, data in files.items():
        paths.append(folder / name.replace("_", "."))
        paths[-1].write_bytes(data)
    return paths


def _read(paths: Sequence[Path], **limits: float) -> dict[str, Result]:
    with ReaderPool(workers=2, **limits) as pool:  # type: ignore[arg-type] # limits are int or float by name
        return {path.name: result for path, result in pool.read_all(paths)}


def _children(pid: int, *, but: Sequence[int] = ()) -> list[int]:
    """The process's children, where the system tells (Linux), without those that others of the session started."""
    try:
        children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        pytest.skip("This system does not list a process's children.")
    return [child for child in children if child not in but]


@contextlib.contextmanager
def _new_children() -> Iterator[Callable[[], list[int]]]:
    """Gives the children that this process has got since: other tests may have left some of theirs."""
    before = set(_children(os.getpid()))
    yield lambda: [child for child in _children(os.getpid()) if child not in before]


def _wait_until_gone(pid: int) -> bool:
    for _ in range(200):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def test_every_path_comes_back_once_with_its_documents_or_its_error(tmp_path: Path) -> None:
    paths = _written(tmp_path, **{f"n{number}_txt": f"Text {number}.".encode() for number in range(50)})
    results = _read([*paths, tmp_path / "missing.txt"])
    assert len(results) == 51
    assert isinstance(results.pop("missing.txt"), DocumentError)
    for path in paths:
        documents = results[path.name]
        assert not isinstance(documents, DocumentError)
        assert documents[0].text == path.read_text()


def test_a_file_that_takes_too_long_costs_only_itself(tmp_path: Path) -> None:
    results = _read(_written(tmp_path, slow_md=SLOW, a_txt=b"a", b_txt=b"b", c_txt=b"c"), timeout_seconds=1.5)
    slow = results.pop("slow.md")
    assert isinstance(slow, DocumentUnreadable)
    assert "1.5 s" in str(slow)
    assert not any(isinstance(result, DocumentError) for result in results.values())
    assert len(results) == 3


def test_a_file_that_needs_too_much_memory_costs_only_itself(tmp_path: Path) -> None:
    results = _read(_written(tmp_path, a_txt=b"a", big_txt=SLOW * 2, b_txt=b"b"), memory_bytes=128 * 1024 * 1024)
    assert "128 MB of memory" in str(results.pop("big.txt"))
    assert not any(isinstance(result, DocumentError) for result in results.values())
    assert len(results) == 2


def test_a_reader_that_dies_costs_only_the_file_it_was_at(tmp_path: Path) -> None:
    before = _children(os.getpid())
    paths = _written(tmp_path, a_txt=b"a", slow_md=SLOW, b_txt=b"b")
    results: dict[str, Result] = {}
    with ReaderPool(workers=1) as pool:
        for path, result in pool.read_all(paths):
            if path.name == "a.txt":
                (child,) = _children(os.getpid(), but=before)
                os.kill(child, signal.SIGSEGV)
            results[path.name] = result
    assert "crash" in str(results["slow.md"])
    assert not isinstance(results["b.txt"], DocumentError)


def test_no_reader_outlives_its_pool_or_an_abandoned_loop(tmp_path: Path) -> None:
    before = _children(os.getpid())
    paths = _written(tmp_path, a_txt=b"a", slow_md=SLOW)
    with ReaderPool(workers=2) as pool:
        results = pool.read_all(paths)
        next(results)
        children = _children(os.getpid(), but=before)
        assert children
        results.close()  # type: ignore[attr-defined] # it is a generator
        assert all(_wait_until_gone(child) for child in children)
        assert len(list(pool.read_all(paths[:1]))) == 1
        children = _children(os.getpid(), but=before)
    assert all(_wait_until_gone(child) for child in children)


def test_no_reader_outlives_a_killed_parent(tmp_path: Path) -> None:
    paths = _written(tmp_path, a_txt=b"a", slow_md=SLOW)
    code = (
        "import pathlib, sys; from ingest.reading.pool import ReaderPool\n"
        "for path, _ in ReaderPool().read_all(map(pathlib.Path, sys.argv[1:])): print(path.name, flush=True)"
    )
    with subprocess.Popen([sys.executable, "-c", code, *map(str, paths)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "a.txt\n"
        children = _children(parent.pid)
        parent.kill()
    assert children
    assert all(_wait_until_gone(child) for child in children)


def test_ctrl_c_reaches_the_parent_alone(tmp_path: Path) -> None:
    before = _children(os.getpid())
    paths = _written(tmp_path, a_txt=b"a")
    with ReaderPool(workers=1) as pool:
        assert len(list(pool.read_all(paths))) == 1
        (child,) = _children(os.getpid(), but=before)
        assert os.getpgid(child) != os.getpgid(0)
        os.kill(child, signal.SIGINT)
        assert len(list(pool.read_all(paths))) == 1
        assert _children(os.getpid(), but=before) == [child]


def test_a_large_parent_does_not_make_its_readers_look_large(tmp_path: Path) -> None:
    paths = _written(tmp_path, **{f"number{number}_txt": b"text" for number in range(20)})
    ballast = bytearray(os.urandom(1024)) * (80 * 1024)
    readers = set()
    with ReaderPool(workers=1, memory_bytes=128 * 1024 * 1024) as pool:
        for _ in pool.read_all(paths):
            readers |= {worker.pid for worker in pool._workers}
    assert len(ballast) > 64 * 1024 * 1024
    assert len(readers) == 1


def _said(results: Iterable[tuple[Path, Result]]) -> dict[Path, object]:
    """What can be compared."""
    return {
        path: (type(result), str(result)) if isinstance(result, DocumentError) else list(result)
        for path, result in results
    }


def _pdfs(folder: Path) -> list[Path]:
    """Healthy, damaged, locked, without text, with an outline that leads across shares."""
    book, locked = Sheet(), Sheet(encryption=StandardEncryption("secret", "owner", strength=128))
    for number in range(11):
        book.canvas.bookmarkPage(f"{number}")
        book.canvas.addOutlineEntry(f"Chapter {number}", f"{number}", level=0)
        for sheet in (book, locked):
            sheet.line(f"Chapter {number}", font="Helvetica-Bold", size=16)
            sheet.line("The pump moves water from the well to the house, all day, and")
            sheet.next_page()
    pages = pdf(*[[f"Page {number} is as it should be."] for number in range(9)])
    broken = pages.replace(b"/Type/Page/", b"/Type/Gone/", 3)
    return _written(
        folder,
        book_pdf=book.data(),
        locked_pdf=locked.data(),
        pages_pdf=pages,
        broken_pdf=broken,
        cut_pdf=pages[: len(pages) // 2],
        noise_pdf=b"%PDF-1.7\n" + bytes(range(256)) * 20,
        scan_pdf=pdf([], [], []),
        none_pdf=pdf(),
        one_pdf=pdf(["One page."]),
    )


@pytest.mark.parametrize("password", [None, "secret"])
def test_a_pdf_read_in_shares_gives_what_it_gives_whole(tmp_path: Path, password: str | None) -> None:
    paths = _pdfs(tmp_path)
    if password is None and PDFS.is_dir():
        paths += [path for path in sorted(PDFS.iterdir()) if path.stat().st_size < 500_000]
    with ReaderPool(workers=1, password=password) as pool:
        whole = _said(pool.read_all(paths))
    with ReaderPool(workers=2, password=password, share_bytes=1) as pool:
        assert _said(pool.read_all(paths)) == whole
    assert len(whole) == len(paths)


def test_shares_of_a_file_that_has_changed_meanwhile_are_not_used(tmp_path: Path) -> None:
    (path,) = _written(tmp_path, a_pdf=pdf(["The first version."], ["Its end."]))
    shares = [read_share(path, number, 2) for number in range(2)]
    path.write_bytes(pdf(["The second version."]))
    assert [document.text for document in read(path, shares=shares)] == ["The second version."]


def test_a_worker_that_dies_at_a_share_costs_that_file_alone(tmp_path: Path) -> None:
    lines = ["A line of text that takes its time, as there are so many of them in this file."] * 50
    paths = _written(tmp_path, a_txt=b"a", large_pdf=pdf(*[lines] * 1000), b_txt=b"b")
    results: list[tuple[Path, Result]] = []
    with ReaderPool(workers=2) as pool:
        for path, result in pool.read_all(paths):
            if path.name == "a.txt":  # Its worker is at a share now.
                os.kill(pool._workers[0].pid, signal.SIGSEGV)
            results.append((path, result))
    said = {path.name: str(result) for path, result in results if isinstance(result, DocumentError)}
    assert len(results) == 3
    assert said.keys() == {"large.pdf"}
    assert "makes its reader crash" in said["large.pdf"]
