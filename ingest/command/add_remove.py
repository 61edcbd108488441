"""What changes the corpus: add and remove."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from corpus.answer import to_json
from corpus.command_line import examples
from corpus.loading import load
from corpus.store import open_store
from ingest.command import console
from ingest.command.add import AddOptions, add_documents
from ingest.command.app import AsJson, Collection, OcrCommand, app
from ingest.command.removal import Removal, carry_out, plan_removal
from ingest.report import check_report, write_report
from ingest.settings import IngestSettings
from ingest.sources.descriptions import description_from
from ingest.sources.gather import Input
from ingest.sync.lock import exclusive


@app.command(
    epilog=examples(
        "ingest add path/to/folder",
        "ingest add path/to/folder --prune --dry-run",
        "ingest add https://docs.example.com/sitemap.xml",
        "ingest add report.pdf --metadata department=sales",
    )
)
def add(
    named: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...",
            help="Files and folders, https:// pages and sitemaps, s3://bucket/prefix, or - for standard input.",
            show_default=False,
        ),
    ],
    collection: Collection = None,
    root: Annotated[
        Path | None, typer.Option(help="Name sources relative to this folder.  [default: SOURCE_ROOT]")
    ] = None,
    include: Annotated[list[str] | None, typer.Option(help="Only files that match, as in .gitignore.")] = None,
    exclude: Annotated[list[str] | None, typer.Option(help="No files that match, as in .gitignore.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that read files.  [default: WORKERS]")] = None,
    on: Annotated[
        str | None, typer.Option(help="Where to read and embed: ray (this machine), or ray://host:10001.")
    ] = None,
    metadata: Annotated[
        list[str] | None, typer.Option(metavar="KEY=VALUE", help="What to note of every document; tags take commas.")
    ] = None,
    url_template: Annotated[
        str | None, typer.Option(help="The citation link, made of {source}, {folder}, {name} and {stem}.")
    ] = None,
    access: Annotated[
        list[str] | None,
        typer.Option(metavar="PRINCIPAL", help="Who may see every document, such as group:sales; may be repeated."),
    ] = None,
    password: Annotated[str | None, typer.Option(help="Opens encrypted files; the empty one is tried first.")] = None,
    ocr_command: OcrCommand = None,
    name: Annotated[str | None, typer.Option(help="What `-` is called and cited as, such as report.pdf.")] = None,
    title: Annotated[str | None, typer.Option(help="The title of what `-` reads.")] = None,
    report_file: Annotated[
        Path | None, typer.Option("--report", metavar="FILE.json", help="Write the JSON report here too.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done; write nothing.")] = False,
    prune: Annotated[bool, typer.Option("--prune", help="Remove documents whose file has gone from PATH.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Let --prune empty the collection.")] = False,
    follow_links: Annotated[
        bool, typer.Option("--follow-links", help="Follow links that lead out of the folders named.")
    ] = False,
    no_default_ignores: Annotated[
        bool, typer.Option("--no-default-ignores", help="Take node_modules, *.min.js, lock files and their like too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring documents in; unchanged ones cost nothing."""
    settings = load(
        IngestSettings, chroma_collection=collection, source_root=root, workers=workers, ocr_command=ocr_command
    )
    options = AddOptions(
        include=tuple(include or ()),
        exclude=tuple(exclude or ()),
        description=description_from(metadata or (), url_template, access or None),
        password=password,
        dry_run=dry_run,
        prune=prune,
        may_empty=yes,
        on=_checked(on),
        follow_links=follow_links,
        default_ignores=not no_default_ignores,
        stdin=Input(name=name, title=title),
    )
    if report_file:
        check_report(report_file)
    report = add_documents(named, settings, options)
    if report_file:
        write_report(report, report_file)
    if as_json:
        typer.echo(to_json(report.to_json()))
    else:
        console.show_report(report, dry_run=dry_run)
        if report.chunks and not dry_run:
            console.say('Next: ingest search "a question", or handler serve.', style="dim")
    if report.stopped:
        console.say("Stopped early; run the same command again to go on.", style="yellow")
    sys.exit(1 if report.failed or report.stopped else 0)


def _checked(on: str | None) -> str | None:
    if on is not None and on != "ray" and not on.startswith("ray://"):
        raise typer.BadParameter(f"--on takes ray or ray://host:10001, not {on!r}.")
    return on


@app.command(
    epilog=examples(
        "ingest remove manuals/x200.pdf", "ingest remove 9f86d081884c7d65", 'ingest remove --source "old/**" --dry-run'
    )
)
def remove(
    documents: Annotated[
        list[str] | None, typer.Argument(metavar="DOCUMENT", help="Ids or sources.", show_default=False)
    ] = None,
    source: Annotated[str | None, typer.Option(help="Remove what matches, as in .gitignore.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be removed; remove nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask; and let the collection become empty.")] = False,
    collection: Collection = None,
    as_json: AsJson = False,
) -> None:
    """Remove documents, by id, by source, or by a pattern over their sources."""
    if not documents and source is None:
        raise typer.BadParameter("Name a DOCUMENT or --source GLOB; `ingest list` shows both.")
    settings = load(IngestSettings, chroma_collection=collection)
    console.say(f"{'Would remove' if dry_run else 'Removing'} from {settings.target}")
    with open_store(settings) as store, exclusive(store, settings, on_wait=console.say):
        removal = plan_removal(store, documents or [], source)
        if removal.records and not dry_run:
            _agree(removal, by_pattern=source is not None, yes=yes)
            carry_out(removal, store)
    for document in removal.missing:
        console.say(f"{document}: No such document. `ingest list` shows what is there.", style="red")
    if as_json:
        typer.echo(to_json(removal.to_json()))
    else:
        console.show_changes([("removed", record.source) for record in removal.records], dry_run=dry_run)
        console.out.print(f"{len(removal.records)} {'would be ' if dry_run else ''}removed")
    if not removal.records and not removal.missing:
        console.say(f"No stored source matches {source!r}. `ingest list` shows them.", style="red")
        sys.exit(2)
    sys.exit(1 if removal.missing else 0)


def _agree(removal: Removal, *, by_pattern: bool, yes: bool) -> None:
    """Ask on a terminal before a pattern removes; elsewhere --yes is needed where nothing would be left."""
    if yes or not by_pattern:
        return
    count = f"{len(removal.records):,} of {removal.stored:,} documents"
    if sys.stdin.isatty() and console.err.is_terminal:
        console.show_changes([("removed", record.source) for record in removal.records], dry_run=True)
        typer.confirm(f"Remove {count}?", abort=True, err=True)
    elif len(removal.records) == removal.stored:
        raise typer.BadParameter(f"That removes {count}, all that is stored. Look with --dry-run; add --yes if so.")
