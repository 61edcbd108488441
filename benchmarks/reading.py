"""How fast files are read: python -m benchmarks.reading [FILE_OR_FOLDER ...]

Large PDFs are compared with what lies beneath and beside: `bare pdfium` gives the bare text of each page, and `asked
for places` is the floor, what has to be asked of each line; all on one processor, in processor seconds. pypdf and
markitdown are slow: they read a few pages, spread over the file, and the rest is reckoned from these. What a second
process of bare pdfium adds tells what the machine has to give to a second worker. All files then go through worker
processes as `ingest add` does it, by the clock.
"""

from __future__ import annotations

import importlib.util
import io
import logging
import multiprocessing
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import pypdf
import pypdfium2

from benchmarks.turns import Comparison, Goal, Outcome, arguments, finish, take_turns, turns_of
from corpus.errors import DocumentError
from ingest.reading.pool import ReaderPool
from ingest.reading.readers import is_readable, read
from ingest.reading.readers.pdf.bulk import Buffers, fonts_of
from ingest.reading.readers.pdf.characters import stretches_of
from tests.shared import SHARED

DOCUMENTS = SHARED / "data/docs"
HANDBOOK = Path(__file__).parents[1] / "examples" / "handbook"
LARGE = ("DA-619p.pdf", "TAMReview.pdf", "freeculture.pdf")
BARE = "bare pdfium"
PAGES = 20  # That the slow ones read.
SMALL_PAGES = 1
SMALL_BYTES = 50_000


def bare_pdfium(paths: Sequence[Path]) -> int:
    """Read the text of each page, and nothing else; the number of pages."""
    count = 0
    for path in paths:
        document = pypdfium2.PdfDocument(path)
        for number in range(len(document)):
            page = document[number]
            text_page = page.get_textpage()
            text_page.get_text_range()
            text_page.close()
            page.close()
        count += len(document)
        document.close()
    return count


def asked_pdfium(paths: Sequence[Path]) -> None:
    """Ask what ours asks of every page and line (text, places of its ends, font, runs), and make nothing of it: sooner
    no reader in Python comes to its lines."""
    room = Buffers()
    for path in paths:
        document = pypdfium2.PdfDocument(path)
        for number in range(len(document)):
            page = document[number]
            text_page = page.get_textpage()
            lines = stretches_of(text_page.raw, text_page.get_text_range(), has_pairs=False, is_even=True)
            for ends in (lines.firsts, lines.lasts):
                room.boxes(text_page.raw, ends)
            fonts_of(text_page.raw, lines.firsts)
            room.runs(text_page.raw)
            text_page.close()
            page.close()
        document.close()


def some_pages(paths: Sequence[Path], count: int) -> tuple[list[bytes], float]:
    """Each file with about so many of its pages, and the share of all pages that this is."""
    cut, kept, pages = [], 0, 0
    for path in paths:
        reader = pypdf.PdfReader(io.BytesIO(path.read_bytes()))
        writer = pypdf.PdfWriter()
        for number in range(0, len(reader.pages), max(len(reader.pages) // count, 1)):
            writer.add_page(reader.pages[number])
        kept, pages = kept + len(writer.pages), pages + len(reader.pages)
        content = io.BytesIO()
        writer.write(content)
        cut.append(content.getvalue())
    return cut, kept / pages


def pypdf_text(files: Sequence[bytes]) -> None:
    for content in files:
        for page in pypdf.PdfReader(io.BytesIO(content)).pages:
            page.extract_text()


def markitdown_text(files: Sequence[bytes]) -> None:
    from markitdown import MarkItDown, StreamInfo

    converter = MarkItDown()
    for content in files:
        converter.convert_stream(io.BytesIO(content), stream_info=StreamInfo(extension=".pdf"))


def on_one_processor(paths: Sequence[Path], *, turns: int, pages: int) -> Comparison:
    """Ours beside the others."""
    contenders: dict[str, Callable[[], object]] = {
        BARE: partial(bare_pdfium, paths),
        "pdfium, asked for places": partial(asked_pdfium, paths),
        "ours": lambda: [read(path) for path in paths],
    }
    seconds = take_turns(contenders, turns=turns, clock=time.process_time)
    cut, share = some_pages(paths, pages)
    slow: dict[str, Callable[[], object]] = {"pypdf, reckoned": partial(pypdf_text, cut)}
    if importlib.util.find_spec("markitdown"):
        slow["markitdown, reckoned"] = partial(markitdown_text, cut)
    taken = take_turns(slow, turns=turns, clock=time.process_time, warm_up=False)
    seconds |= {name: [each / share for each in times] for name, times in taken.items()}
    return Comparison("large PDFs, one processor", BARE, seconds, bare_pdfium(paths), "pages")


def read_all(paths: Sequence[Path], workers: int) -> tuple[int, int]:
    """As `ingest add` reads: how many files gave text, and how many did not."""
    failed = 0
    with ReaderPool(workers=workers) as pool:
        for _, result in pool.read_all(paths):
            failed += isinstance(result, DocumentError)
    return len(paths) - failed, failed


def in_processes(paths: Sequence[Path], *, turns: int) -> Comparison:
    """With one worker process and with two, their start included."""
    contenders = {f"{workers} at work": partial(read_all, paths, workers) for workers in (1, 2)}
    seconds = take_turns(contenders, turns=turns, warm_up=False)
    return Comparison("large PDFs, worker processes", "1 at work", seconds, bare_pdfium(paths), "pages")


def machine_gains(paths: Sequence[Path], *, turns: int) -> float:
    """How much more two processes of bare pdfium read in a time than one, when both have started: what there is to
    gain."""
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:

        def read_at_once(times: int) -> None:
            list(pool.map(bare_pdfium, [paths] * times))

        seconds = take_turns({str(times): partial(read_at_once, times) for times in (2, 1)}, turns=turns)
    return 2 / Comparison(BARE, "1", seconds).ratio("2")


def chosen(named: Sequence[Path], *, small: bool) -> tuple[list[Path], list[Path]]:
    """The PDFs to compare, and all files to read."""
    roots = named or [DOCUMENTS if DOCUMENTS.is_dir() and not small else HANDBOOK]
    files = sorted(file for path in roots for file in (path.rglob("*") if path.is_dir() else [path]) if file.is_file())
    pdfs = [path for path in files if path.suffix.lower() == ".pdf"]
    large = [path for path in pdfs if path.name in LARGE] or [
        path for path in pdfs if (path.stat().st_size < SMALL_BYTES) == small
    ]
    return large, [path for path in files if is_readable(path)]


def main(argv: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = arguments(__doc__)
    parser.add_argument("named", nargs="*", type=Path, metavar="FILE_OR_FOLDER")
    given = parser.parse_args(argv)
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # It says a lot.
    large, files = chosen(given.named, small=given.small)
    outcome = Outcome("reading")
    if large:
        one = on_one_processor(large, turns=turns_of(given), pages=SMALL_PAGES if given.small else PAGES)
        two = in_processes(large, turns=turns_of(given))
        outcome.comparisons += [one, two]
        outcome.figures["times the speed of bare pdfium with two processes"] = machine_gains(
            large, turns=turns_of(given)
        )
        if {path.name for path in large} == set(LARGE):
            outcome.goals += [
                Goal("time of bare pdfium, one processor", 1.5, one.ratio("ours"), at_least=False),
                Goal("times the speed with two at work", 1.7, 1 / two.ratio("2 at work")),
                Goal("seconds with two at work", 6.0, two.median("2 at work"), at_least=False),
            ]
    start = time.perf_counter()
    healthy, failed = read_all(files, 2)
    outcome.goals.append(Goal("seconds for all files", 120, time.perf_counter() - start, at_least=False))
    outcome.figures |= {"files that gave text": healthy, "files that could not be read": failed}
    finish(outcome, given)


if __name__ == "__main__":
    main(sys.argv[1:])
