"""How fast files are read. `python -m benchmarks.reading FILE_OR_FOLDER...`, on an idle machine.

PDFs are compared with the libraries beneath: `of pdfium` is processor time over that of pdfium giving the bare text
of each page, taken in turns in one run. All files then go through the worker processes as `ingest add` does it.
"""

from __future__ import annotations

import io
import logging
import os
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pypdf
import pypdfium2

from corpus.errors import DocumentError
from ingest.readers import is_readable, read
from ingest.reading import ReaderPool

TURNS = 5
LARGE_BYTES = 500_000
PYPDF_PAGES = 20  # pypdf is slow: it reads so many pages, spread over the file, and the rest is reckoned from them.


def processor_seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def bare_pdfium(path: Path) -> int:
    """Read the text of each page, and nothing else; the number of pages."""
    document = pypdfium2.PdfDocument(path)
    for number in range(len(document)):
        page = document[number]
        text_page = page.get_textpage()
        text_page.get_text_range()
        text_page.close()
        page.close()
    count = len(document)
    document.close()
    return count


def bare_pypdf(path: Path) -> float:
    """The processor seconds that pypdf would take for all pages."""
    reader = pypdf.PdfReader(io.BytesIO(path.read_bytes()))
    chosen = range(0, len(reader.pages), max(len(reader.pages) // PYPDF_PAGES, 1))
    taken = processor_seconds(lambda: [reader.pages[number].extract_text() for number in chosen])
    return taken * len(reader.pages) / len(chosen)


def compare(path: Path) -> tuple[float, float]:
    """Print the file's line; our processor seconds and pdfium's, the least of several turns each."""
    ours, bare = [], []
    for _ in range(TURNS):
        bare.append(processor_seconds(lambda: bare_pdfium(path)))
        ours.append(processor_seconds(lambda: read(path)))
    pages = bare_pdfium(path)
    ratio = statistics.median(one / other for one, other in zip(ours, bare, strict=True))
    print(
        f"{path.name:42} {pages:5} pages  {min(ours):6.2f} s  {ratio:5.2f} of pdfium {min(bare):6.2f} s"
        f"  {min(ours) / bare_pypdf(path):5.2f} of pypdf"
    )
    return min(ours), min(bare)


def read_all(paths: list[Path], *, title: str) -> None:
    """Print how long the worker processes take for all files."""
    failed: Counter[str] = Counter()
    characters = 0
    start = time.perf_counter()
    with ReaderPool(workers=2) as pool:
        for _, result in pool.read_all(paths):
            if isinstance(result, DocumentError):
                failed[type(result).__name__] += 1
            else:
                characters += sum(len(document.text) for document in result)
    taken = time.perf_counter() - start
    size = sum(path.stat().st_size for path in paths) / 1e6
    kinds = ", ".join(f"{count} {name}" for name, count in failed.items()) or "none"
    print(f"{title:42} {len(paths):5} files  {taken:6.2f} s  {size / taken:7.1f} MB/s  failed: {kinds}")


def main() -> None:
    if len(sys.argv) < 2:
        sys.exit("Name files or folders to read: python -m benchmarks.reading FILE_OR_FOLDER...")
    named = [Path(argument) for argument in sys.argv[1:]]
    files = sorted(file for path in named for file in (path.rglob("*") if path.is_dir() else [path]) if file.is_file())
    logging.disable()  # pypdf says a lot.
    print(f"load average {os.getloadavg()[0]:.2f}, processors {os.cpu_count()}")
    large: list[Path] = []
    ours = bare = 0.0
    for path in files:
        if path.suffix.lower() == ".pdf" and path.stat().st_size > LARGE_BYTES:
            try:
                read(path)
            except DocumentError:
                continue
            seconds = compare(path)
            large.append(path)
            ours, bare = ours + seconds[0], bare + seconds[1]
    if large:
        print(f"{'large PDFs, one processor':42} {len(large):5} files  {ours:6.2f} s  {ours / bare:5.2f} of pdfium")
        read_all(large, title="large PDFs, two workers")
    read_all([path for path in files if is_readable(path)], title="all that is supported, two workers")


if __name__ == "__main__":
    main()
