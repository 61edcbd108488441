"""The whole of `ingest add`: find, compare, then carry out or only count."""

from __future__ import annotations

import contextlib
import functools
import signal
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from corpus import __version__
from corpus.collection import SUBJECTS
from corpus.errors import NothingFound, SettingsError, StoreError
from corpus.records import DocumentRecord
from corpus.store import MAX_DEAD, Store, most_text_bytes, remake_index, write_index_out
from corpus.tokens import Tokenizer
from ingest.command import console
from ingest.command.automatic import settled
from ingest.command.estimate import Estimate
from ingest.command.target_collection import Target, existing_target, new_target, say_new_rules
from ingest.reading.pool import pool_of
from ingest.report import Report
from ingest.settings import IngestSettings
from ingest.sources.descriptions import Description
from ingest.sources.fingerprints import known_validator
from ingest.sources.found import Found, Item
from ingest.sources.gather import Input, sources
from ingest.sources.patterns import Selection
from ingest.sources.spool import Spool
from ingest.sync.diff import Job, gone
from ingest.sync.intake import read_items
from ingest.sync.machines import Course, Cutting, Here, Machines
from ingest.sync.outcome import Change
from ingest.sync.run import IngestRun
from ingest.sync.tally import weight_of
from ingest.sync.writer import Writing

LISTED_SKIPPED = 3


BROKEN = "Some of its chunks are missing from the store. Bring its file in again, or remove it: `ingest repair`."


@dataclass(frozen=True, slots=True, kw_only=True)
class AddOptions:
    """What one call asks for beyond the settings."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    description: Description = field(default_factory=Description)
    password: str | None = None
    dry_run: bool = False
    prune: bool = False
    may_empty: bool = False
    on: str | None = None
    follow_links: bool = False
    default_ignores: bool = True
    stdin: Input = field(default_factory=Input)

    @property
    def stamped(self) -> str:
        """Everything but the content that decides what is stored of it."""
        return f"retrieval-action {__version__} subjects {SUBJECTS} {self.description.options}"


def add_documents(named: Sequence[str], settings: IngestSettings, options: AddOptions) -> Report:
    """Bring what is named into the collection and report. Raises CorpusError if the run cannot go on."""
    started = time.monotonic()
    selection = Selection(
        include=options.include,
        exclude=options.exclude,
        follow_links=options.follow_links,
        default_ignores=options.default_ignores,
    )
    with contextlib.ExitStack() as stack:
        spool = stack.enter_context(Spool())
        places = stack.enter_context(sources(settings, selection, spool, options.stdin))
        target = existing_target(settings, stack, dry_run=options.dry_run)
        stored, broken = _stored(target, dry_run=options.dry_run)
        found = places.gather(named, _known(_whole(stored, broken), options))
        report = Report(failed=[(source, str(error)) for source, error in found.failed], skipped=list(found.skipped))
        doomed = gone(stored, found) if options.prune else []
        _check_found(named, found, doomed)
        readers = stack.enter_context(pool_of(settings, options.password))
        if target is None:
            settings = settled(settings, found.items, readers=readers, places=places)
            target = new_target(settings, stack, dry_run=options.dry_run)
            stored = target.store.documents() if target.store else []
            doomed = gone(stored, found) if options.prune else []
        _check_prune(stored, doomed, found, options)
        machines = _machines(settings, target, options, stack)
        job = Job(
            items=found.items,
            read=functools.partial(read_items, readers=readers, sources=places, spool=spool),
            description=options.description,
            options=options.stamped,
        )
        report.work.bytes_all = sum(map(weight_of, found.items))
        _bring_in(job, machines, target, stored, broken, doomed, report, settings, dry_run=options.dry_run)
        if target.store is not None and not options.dry_run and not report.stopped:
            _tend_index(target.store, settings, report)
        if broken and target.store is not None:
            report.notes += [(record.source, BROKEN) for record in target.store.survey().incomplete]
    report.seconds = time.monotonic() - started
    return report


def _stored(target: Target | None, *, dry_run: bool) -> tuple[list[DocumentRecord], frozenset[str]]:
    """The stored documents, and the ids of those that lack chunks; leftovers of killed runs are swept up."""
    store = target.store if target else None
    if store is None:
        return [], frozenset()
    if dry_run:
        return store.documents(), frozenset()
    store.heal()
    stored = store.documents()
    say_new_rules(store, is_empty=not stored)
    return stored, store.sweep(stored)


def _whole(stored: Iterable[DocumentRecord], broken: frozenset[str]) -> list[DocumentRecord]:
    return [record for record in stored if record.document_id not in broken]


def _bring_in(
    job: Job,
    machines: Machines,
    target: Target,
    stored: Sequence[DocumentRecord],
    broken: frozenset[str],
    doomed: Sequence[DocumentRecord],
    report: Report,
    settings: IngestSettings,
    *,
    dry_run: bool,
) -> None:
    def tokenizer() -> Tokenizer:
        return target.embedder().tokenizer

    cutting = Cutting(collection=target.collection, tokenizer=tokenizer, max_bytes=most_text_bytes(settings))
    # A document that lacks chunks is brought in as if it were not there.
    changes = functools.partial(machines.changes, job, stored=_whole(stored, broken), cutting=cutting)
    if target.store is None or dry_run:
        estimate = Estimate(report, store=target.store, tokenizer=tokenizer)
        with console.progress(report, files=len(job.items)) as on_progress:
            estimate.count(changes(course=Course()), on_progress)
        report.note_removed(record.source for record in doomed)
        report.price_usd = estimate.price(target.collection.embedding_model, settings.embedding_price)
    else:
        with contextlib.closing(Writing(target.store, settings, keep_open=target.held)) as writing:
            sync = IngestRun(writing, machines.embedder(target.embedder, cutting=cutting), report)
            course = Course(on_much=writing.begin, is_stopped=sync.stops_here)
            _carry_out(sync, changes(course=course), stored, doomed, report, files=len(job.items))
            report.notes += sync.passed_over(settings.filter_fields)
            report.without_access = sync.without_access(asked=settings.access == "documents")


def _machines(settings: IngestSettings, target: Target, options: AddOptions, stack: contextlib.ExitStack) -> Machines:
    if options.on is None:
        return Here(processes=max(1, settings.workers - 1))
    from ingest.onray.ray_machines import OnRay

    lease = target.store.lease.token if target.store else None
    return OnRay(options.on, settings, stack, password=options.password, lease=lease)


def _tend_index(store: Store, settings: IngestSettings, report: Report) -> None:
    """Rebuild the vector index if too much of it is deleted, and write it to disk for the next reader.

    A failure here loses nothing that was brought in.
    """
    if store.index_folder is None:
        return
    try:
        write_index_out(settings)
        report.dead_share = store.dead_share() or 0.0
        if report.dead_share > MAX_DEAD:
            console.say(f"Making the vector index anew: {report.dead_share:.0%} of its places are of deleted chunks.")
            report.index_seconds = remake_index(settings)
            write_index_out(settings)
    except StoreError as error:
        report.notes.append((settings.target, f"The vector index could not be made anew: {error}"))


def _known(stored: Iterable[DocumentRecord], options: AddOptions) -> Callable[[str], str]:
    by_file: dict[str, list[DocumentRecord]] = defaultdict(list)
    for record in stored:
        by_file[record.file].append(record)
    return lambda url: known_validator(by_file.get(url, []), url, options.stamped)


def _carry_out(
    sync: IngestRun,
    changes: Iterable[tuple[Item, list[Change]]],
    stored: Sequence[DocumentRecord],
    doomed: Sequence[DocumentRecord],
    report: Report,
    *,
    files: int,
) -> None:
    with console.progress(report, files=files) as on_progress, _interrupt_stops(sync):
        sync.carry_out(changes, stored=stored, on_progress=on_progress)
        if not report.stopped:
            sync.remove(doomed)
            report.note_removed(record.source for record in doomed)
        sync.index()


def _check_prune(
    stored: Sequence[DocumentRecord], doomed: Sequence[DocumentRecord], found: Found, options: AddOptions
) -> None:
    kept = {record.document_id for record in stored} - {record.document_id for record in doomed}
    if doomed and not kept and not options.may_empty:
        raise SettingsError(
            f"--prune would remove all {len(stored)} documents that are stored, as none of their files was found among "
            f"the {len(found.items)} of PATH. Check PATH and --root, or add --yes."
        )


def _check_found(named: Sequence[str], found: Found, doomed: Sequence[DocumentRecord]) -> None:
    """Finding nothing is usually a mistyped path or pattern: nobody should take it for success."""
    absent = found.absent
    if found.items or doomed or len(absent) < len(found.failed):
        return
    reasons = "".join(f" {source}: {reason}" for source, reason in (absent + found.skipped)[:LISTED_SKIPPED])
    more = f" And {len(found.skipped) - LISTED_SKIPPED} more." if len(found.skipped) > LISTED_SKIPPED else ""
    raise NothingFound(
        f"No file matched in {', '.join(map(repr, named))}. Check PATH, --include and --exclude; `ingest add --help` "
        f"says what is read.{reasons}{more}"
    )


@contextlib.contextmanager
def _interrupt_stops(sync: IngestRun) -> Iterator[None]:
    """One Ctrl-C finishes what is in flight; a second one stops at once."""

    def stop(*_: object) -> None:
        sync.stop()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        console.say("Stopping: what is in flight is finished. Ctrl-C again stops at once.", style="yellow")

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
