"""Commands that only look: list, stats, show, read. Nothing here writes."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from corpus.answer import document_list, document_page, to_json
from corpus.command_line import examples
from corpus.filterable import passed_over
from corpus.loading import load
from corpus.principals import EVERYONE, principals_of
from corpus.records import DocumentRecord, composed, document_id_of
from corpus.searching.excerpts import pieces
from corpus.store import Survey, holds_only, read_store
from corpus.subject import KIND, ORGANISATION, YEAR
from ingest.command import console
from ingest.command.app import AsJson, Collection, OcrCommand, app
from ingest.command.preview import Preview, preview
from ingest.command.repair import named, summary, survey_to_json
from ingest.reading.readers.catalogue import COLUMNS, rows
from ingest.settings import IngestSettings

MAX_ANSWER_CHARS = 10_000_000
LISTED_VALUES = 8


@app.command("list", epilog=examples("ingest list", "ingest list --visible-to group:sales", "ingest list --json"))
def list_documents(
    visible_to: Annotated[
        list[str] | None,
        typer.Option(metavar="PRINCIPAL", help="Only what he would see under ACCESS=documents; may be repeated."),
    ] = None,
    collection: Collection = None,
    as_json: AsJson = False,
) -> None:
    """List the documents that are stored."""
    somebody = _principals(visible_to)
    with read_store(load(IngestSettings, chroma_collection=collection)) as store:
        documents = store.documents()
    if somebody is not None:
        documents = [record for record in documents if not somebody.isdisjoint(record.access)]
    if as_json:
        listed = document_list(documents, total=len(documents))
        access = [{"access": list(record.access)} if record.access else {} for record in documents]
        described = [each | more for each, more in zip(listed["documents"], access, strict=True)]
        typer.echo(to_json({**listed, "documents": described}))
    else:
        console.show_documents(documents)


def _principals(named: list[str] | None) -> frozenset[str] | None:
    try:
        return frozenset([EVERYONE, *principals_of(named)]) if named else None
    except ValueError as error:
        raise typer.BadParameter(f"--visible-to: {error}.") from None


@app.command("formats", epilog=examples("ingest formats", "ingest formats --json"))
def list_formats(as_json: AsJson = False) -> None:
    """Say what is read of each format, and what is left out."""
    if as_json:
        typer.echo(to_json({"formats": [dict(zip(COLUMNS, row, strict=True)) for row in rows()]}))
    else:
        console.show_rows(COLUMNS, rows())


@app.command(epilog=examples("ingest stats", "ingest stats --json"))
def stats(collection: Collection = None, as_json: AsJson = False) -> None:
    """Say what is stored and how the collection was made."""
    settings = load(IngestSettings, chroma_collection=collection)
    with read_store(settings) as store:
        documents = store.documents()
        found = Survey() if holds_only(store.rows, documents) else store.survey()
        numbers = {
            "target": settings.target,
            "documents": len(documents),
            "chunks": store.count(),
            "tokens": sum(record.tokens for record in documents),
            **store.record.to_metadata(),
        }
        about = {name: _counted(documents, name) for name in (ORGANISATION, YEAR, KIND)}
        if (dead := store.dead_share()) is not None:
            numbers["dead_places"] = f"{dead:.1%}"
    missed = passed_over(documents, settings.filter_fields)
    if as_json:
        told = [{"sources": list(each.sources), "why": each.why} for each in missed]
        typer.echo(to_json({**numbers, **about, **survey_to_json(found), "passed_over": told}))
    else:
        console.show_fields({**numbers, **_in_words(about), **summary(found)})
        for each in missed:
            console.say(f"{named(each.sources)}: {each.why}", style="yellow")


def _counted(documents: Sequence[DocumentRecord], name: str) -> dict[str, int]:
    """How many documents have each value of a field, the most frequent first."""
    return dict(Counter(str(value) for each in documents if (value := each.metadata.get(name))).most_common())


def _in_words(about: Mapping[str, Mapping[str, int]]) -> dict[str, str]:
    """The same for people; only the first of many."""
    told = {name: [f"{value} ({count:,})" for value, count in counts.items()] for name, counts in about.items()}
    return {
        name: ", ".join(values[:LISTED_VALUES])
        + (f" and {len(values) - LISTED_VALUES:,} more" * (len(values) > LISTED_VALUES))
        for name, values in told.items()
        if values
    }


@app.command(epilog=examples("ingest show manuals/x200.pdf", "ingest show 9f86d081884c7d65 --json"))
def show(
    document: Annotated[str, typer.Argument(metavar="DOCUMENT", help="Its id, or its source.", show_default=False)],
    collection: Collection = None,
    as_json: AsJson = False,
) -> None:
    """Print a stored document: what is known of it, and the whole text that was read."""
    with read_store(load(IngestSettings, chroma_collection=collection)) as store:
        found = store.document(document) or store.document(document_id_of(composed(document)))
    if found is None:
        console.say(f"{document}: No such document. `ingest list` shows what is there.", style="red")
        sys.exit(1)
    record, chunks = found
    if as_json:
        total = chunks[-1].end if chunks else 0
        page = document_page(record, chunks, offset=0, total_chars=total, max_chars=MAX_ANSWER_CHARS)
        typer.echo(to_json(page))
        return
    _say_of(record)
    typer.echo("".join(text for _, text in pieces(chunks)))


def _say_of(record: DocumentRecord) -> None:
    lines = {
        "document_id": record.document_id,
        "source": record.source,
        "title": record.title,
        "url": record.url,
        "updated": record.updated_at,
        "chunks": record.chunks,
        "access": ", ".join(record.access),
        **record.metadata,
    }
    for name, value in lines.items():
        if value:
            console.say(f"{name}: {value}", style="dim")


@app.command(epilog=examples("ingest read report.pdf", "ingest read scan.pdf --json"))
def read(
    named: Annotated[
        list[str], typer.Argument(metavar="FILE", help="Files, folders, pages or objects.", show_default=False)
    ],
    password: Annotated[str | None, typer.Option(help="Opens encrypted files; the empty one is tried first.")] = None,
    ocr_command: OcrCommand = None,
    collection: Collection = None,
    as_json: AsJson = False,
) -> None:
    """Print what `add` would store of a file, chunk by chunk. Nothing is embedded, and nothing is stored."""
    failed = False
    shown: list[Preview] = []
    settings = load(IngestSettings, chroma_collection=collection, ocr_command=ocr_command)
    for each in preview(named, settings, password=password):
        failed = failed or each.error is not None
        shown.append(each)
        if not as_json:
            _show_preview(each)
    if as_json:
        typer.echo(to_json({"documents": [each.to_json() for each in shown]}))
    sys.exit(1 if failed else 0)


def _show_preview(each: Preview) -> None:
    if each.error is not None:
        console.say(f"{each.source}: {each.error}", style="red")
        return
    console.say(f"{each.source}: {each.title or 'no title'}, {len(each.chunks):,} chunks", style="bold")
    for note in each.notes:
        console.say(f"  {note}", style="yellow")
    for chunk in each.chunks:
        pages = dict.fromkeys(page for page in (chunk.page, chunk.page_end) if page is not None)
        where = [f"chunk {chunk.index + 1}", f"{chunk.tokens:,} tokens", *(f"page {page}" for page in pages)]
        console.say(f"--- {', '.join(where)}{f': {chunk.heading}' if chunk.heading else ''}", style="dim")
        typer.echo(chunk.text)
