"""What the command line says to people: progress, tables, one-line errors. Results go elsewhere."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Protocol

from rich.columns import Columns
from rich.console import Console, RenderableType
from rich.progress import Progress, ProgressColumn, Task
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from corpus.errors import CollectionMismatch, CollectionMissing, CorpusError, SettingsError
from corpus.records import DocumentRecord, context_of
from corpus.searching.excerpts import Excerpt
from corpus.subject import subject_of
from corpus.urls import without_passwords
from ingest.report import Report
from ingest.work import in_words

# Results on stdout; everything else on stderr.
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

SECONDS_BETWEEN_LINES = 5.0
LISTED_PER_CAUSE = 20
SHOWN_CHARS = 300


# What a terminal would obey instead of showing: a file's name may hold anything.
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))}


def shown(text: str) -> str:
    """The text in one line, with control characters made visible."""
    return text.translate(_CONTROL)


def say(message: str, *, style: str = "") -> None:
    """Print one line to stderr unchanged, except for passwords in URLs: brackets in it are not markup."""
    err.print(Text(shown(without_passwords(message)), style=style))


def exit_code_of(error: CorpusError) -> int:
    """2 if the settings or the call must change first, 1 if something failed."""
    return 2 if isinstance(error, SettingsError | CollectionMismatch | CollectionMissing) else 1


class OnProgress(Protocol):
    def __call__(self) -> None: ...


class _Done(ProgressColumn):
    """The bar and the text beside it, as they are whenever the terminal is redrawn."""

    def __init__(self, report: Report, files: int, started: float) -> None:
        super().__init__()
        self._report, self._files, self._started = report, files, started

    def render(self, task: Task) -> RenderableType:  # noqa: ARG002 - rich's own name
        bar = ProgressBar(total=1, completed=self._report.work.share, width=30)
        line = _progress_line(self._report, self._files, time.monotonic() - self._started)
        return Columns([bar, Text(shown(line))])


@contextmanager
def progress(report: Report, *, files: int) -> Iterator[OnProgress]:
    """Show how far the report has come, whenever the function is called: a bar on a terminal, else a line at times."""
    started = time.monotonic()
    if not err.is_terminal:
        yield _lines(report, files, started)
        return
    with Progress(_Done(report, files, started), console=err, transient=True) as bar:
        bar.add_task("")
        yield lambda: None


def _lines(report: Report, files: int, started: float) -> OnProgress:
    said = started

    def update() -> None:
        nonlocal said
        now = time.monotonic()
        if now - said >= SECONDS_BETWEEN_LINES:
            said = now
            say(_progress_line(report, files, now - started))

    return update


def _progress_line(report: Report, files: int, seconds: float) -> str:
    work = report.work
    left = work.seconds_left(seconds)
    parts = [
        f"{work.share:.0%}: {report.files:,} of {files:,} files read",
        f"{work.cut:,} chunks cut",
        f"{work.embedded:,} embedded",
        f"{work.written:,} written",
    ]
    if left is not None:
        parts.append(f"{in_words(left)} left")
    return f"{', '.join(parts)}{f' ({work.reading})' if work.reading and report.files < files else ''}"


def show_report(report: Report, *, dry_run: bool = False) -> None:
    """The final table on stdout; failures, by cause, on stderr."""
    for cause, sources in _by_cause(report.failed).items():
        _list(cause, sources, style="red")
    for cause, sources in _by_cause(report.notes).items():
        _list(cause, sources, style="yellow")
    for cause, sources in _by_cause(report.skipped).items():
        say(f"Skipped {_files(len(sources))}: {cause} ({', '.join(sources[:3])}{', …' if len(sources) > 3 else ''})")
    show_changes(report.changes, dry_run=dry_run)
    table = Table("", "documents", title="Would be done" if dry_run else "Done", title_justify="left")
    table.columns[1].justify = "right"
    for name in ("added", "updated", "unchanged", "removed"):
        table.add_row(name, f"{getattr(report, name):,}")
    table.add_row("failed", f"{len(report.failed):,}", style="red" if report.failed else "")
    table.add_row("skipped", f"{len(report.skipped):,}")
    out.print(table)
    out.print(
        f"{report.chunks:,} chunks, {report.tokens:,} tokens, {report.embedded:,} embedded, {report.seconds:.1f} s"
    )
    if report.index_seconds is not None:
        out.print(
            f"The vector index was made anew in {report.index_seconds:.1f} s: {report.dead_share:.0%} of its places "
            "were of deleted chunks"
        )
    if report.without_access:
        say(
            f"{report.without_access:,} stored document{'' if report.without_access == 1 else 's'} without access: "
            "nobody sees them under ACCESS=documents (docs/access.md)",
            style="yellow",
        )
    if report.price_usd == 0:
        out.print("Embedding costs nothing")
    elif report.price_usd is not None:
        out.print(
            f"Embedding would cost about ${report.price_usd:,.4f} (EMBEDDING_PRICE corrects the model's list price)"
        )
    elif dry_run:
        out.print("The model's price is not known: set EMBEDDING_PRICE, in US dollars for a million tokens")


def show_documents(documents: Sequence[DocumentRecord]) -> None:
    """A line each on stdout."""
    show_rows(
        ("document_id", "source", "title", "chunks", "updated", "about"),
        [
            (
                record.document_id,
                record.source,
                record.title or "",
                str(record.chunks),
                record.updated_at[:10],
                subject_of(None, record.metadata),
            )
            for record in documents
        ],
    )


def show_rows(names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """On stdout: a table on a terminal, else a line each with tabs between. The first column is what to type again."""
    if not out.is_terminal:
        for row in rows:
            # Not by print, which turns tabs into spaces.
            out.file.write("\t".join(map(shown, row)) + "\n")
        return
    table = Table(*names)
    table.columns[0].no_wrap = True
    table.columns[1].overflow = "fold"
    for row in rows:
        table.add_row(*(Text(shown(cell)) for cell in row))
    out.print(table)


def show_fields(fields: Mapping[str, object]) -> None:
    """Names and values, one a line, on stdout."""
    table = Table.grid(padding=(0, 2))
    for name, value in fields.items():
        table.add_row(name, Text(f"{value:,}" if type(value) is int else str(value)))
    out.print(table)


def show_changes(changes: Sequence[tuple[str, str]], *, dry_run: bool = False) -> None:
    """A line on stdout for each document that was, or would be, added, updated or removed."""
    marks = {"added": ("+", "green"), "updated": ("~", "yellow"), "removed": ("-", "red")}
    for change, source in changes:
        mark, style = marks[change]
        out.print(Text(f"{mark} {'would be ' if dry_run else ''}{change}  {shown(source)}", style=style))


def show_excerpts(excerpts: Sequence[Excerpt], *, full: bool = False) -> None:
    """The passages found, best first, on stdout; only their beginnings unless `full`."""
    if not excerpts:
        say("Nothing found. Try other words, or `--mode lexical` for a name or a number.")
    for number, excerpt in enumerate(excerpts, start=1):
        chunk = excerpt.best
        page = f", page {excerpt.chunks[0].page}" if excerpt.chunks[0].page else ""
        out.print(Text.assemble(f"{number}. ", (f"{excerpt.score:.3f}", "green"), f"  {shown(chunk.source)}{page}"))
        if context := context_of(chunk.title, excerpt.heading):
            out.print(Text(f"   {shown(context)}", style="dim"))
        if full:
            for line in excerpt.text.splitlines():
                out.print(Text(f"   {shown(line)}"))
            out.print()
            continue
        lines = shown(" ".join(excerpt.text.split()))
        out.print(Text(f"   {lines[:SHOWN_CHARS]}{'…' if len(lines) > SHOWN_CHARS else ''}\n"))


def _list(cause: str, sources: Sequence[str], *, style: str) -> None:
    if len(sources) == 1:
        say(f"{sources[0]}: {cause}", style=style)
        return
    say(f"{_files(len(sources))}: {cause}", style=style)
    for source in sources[:LISTED_PER_CAUSE]:
        say(f"  {source}")
    if len(sources) > LISTED_PER_CAUSE:
        say(f"  … and {len(sources) - LISTED_PER_CAUSE} more; --json or --report lists all")


def _by_cause(entries: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    causes: dict[str, list[str]] = defaultdict(list)
    for source, cause in entries:
        causes[cause].append(source)
    return causes


def _files(count: int) -> str:
    return f"{count:,} file{'' if count == 1 else 's'}"
