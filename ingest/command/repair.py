"""`ingest repair`, which mends a store."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from corpus.answer import to_json
from corpus.command_line import examples
from corpus.loading import load
from corpus.store import Survey, open_store, read_store
from ingest.command import console
from ingest.command.app import AsJson, Collection, app
from ingest.command.removal import Removal, carry_out
from ingest.settings import IngestSettings
from ingest.sync.lock import exclusive


@app.command(epilog=examples("ingest repair", "ingest repair --yes"))
def repair(
    yes: Annotated[bool, typer.Option("--yes", help="Remove what is listed; without, it is only listed.")] = False,
    collection: Collection = None,
    as_json: AsJson = False,
) -> None:
    """List what ingest did not write, or is no longer whole, and remove it with --yes."""
    settings = load(IngestSettings, chroma_collection=collection)
    if not yes:
        with read_store(settings) as store:
            found = store.survey()
    else:
        console.say(f"Repairing {settings.target}")
        with open_store(settings) as store, exclusive(store, settings, on_wait=console.say):
            found = store.survey()
            store.rows.delete([*found.foreign, *found.leftover])
            carry_out(Removal(records=found.incomplete, missing=(), stored=len(store.documents())), store)
    if as_json:
        typer.echo(to_json({**survey_to_json(found), "removed": yes}))
    else:
        _show(found, removed=yes)
    is_left = not yes and bool(found.foreign or found.leftover or found.incomplete)
    sys.exit(1 if is_left else 0)


def survey_to_json(found: Survey) -> dict[str, object]:
    """What the store holds besides whole documents, by kind: how many there are, and which."""
    return {
        "foreign": list(found.foreign),
        "leftover": list(found.leftover),
        "incomplete": [{"document_id": record.document_id, "source": record.source} for record in found.incomplete],
    }


def summary(found: Survey) -> dict[str, object]:
    """The same in words, for `ingest stats`; kinds without any are left out."""
    kinds = {
        "foreign records": found.foreign,
        "leftover chunks": found.leftover,
        "incomplete documents": tuple(record.source for record in found.incomplete),
    }
    return {name: f"{len(each):,}: {named(each)}" for name, each in kinds.items() if each}


def _show(found: Survey, *, removed: bool) -> None:
    rows = [("foreign", each) for each in found.foreign]
    rows += [("leftover", each) for each in found.leftover]
    rows += [("incomplete", record.source) for record in found.incomplete]
    if not rows:
        console.say("Nothing to repair: all that is stored belongs to whole documents.")
        return
    console.show_rows(("kind", "record or document"), rows)
    if removed:
        console.out.print(f"{len(rows):,} removed")
    else:
        console.say("`ingest repair --yes` removes what is listed; bring incomplete documents in again after it.")


def named(names: tuple[str, ...]) -> str:
    """The first of the names, in one line."""
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
