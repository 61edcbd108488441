"""`ingest publish`, `ingest versions`, `ingest rollback`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from corpus.answer import to_json
from corpus.loading import load
from corpus.program import examples
from corpus.snapshot.publish import publish as publish_store
from corpus.snapshot.signing import signer
from corpus.snapshot.versions import list_versions
from corpus.snapshot.versions import rollback as go_back
from ingest.command import console, snapshot_report
from ingest.command.app import AsJson, Collection, app
from ingest.settings import IngestSettings

SignKey = Annotated[
    Path | None, typer.Option("--sign", metavar="KEY.pem", help="Sign it, for handlers with SNAPSHOT_PUBLIC_KEY.")
]
Dest = Annotated[str, typer.Argument(metavar="DEST", help="A folder, or s3://bucket/prefix.", show_default=False)]


@app.command(epilog=examples("ingest publish s3://bucket/prefix", "ingest publish path/to/published --keep 5"))
def publish(
    dest: Dest,
    keep: Annotated[
        int | None, typer.Option(min=1, help="Remove all but the newest versions, and what only they had.")
    ] = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Read what is published, and put anew what is damaged there.")
    ] = False,
    sign: SignKey = None,
    collection: Collection = None,
    as_json: AsJson = False,
) -> None:
    """Publish the corpus as a new version for handlers to serve."""
    settings = load(IngestSettings, chroma_collection=collection)
    key = signer(sign) if sign else None
    console.say(f"Publishing {settings.target} to {dest}")
    with snapshot_report.upload_progress() as on_progress:
        published = publish_store(settings, dest, keep=keep, repair=repair, sign=key, on_progress=on_progress)
    snapshot_report.warn_of_size(published.manifest)
    if as_json:
        typer.echo(to_json(snapshot_report.published_to_json(published)))
    else:
        snapshot_report.show_published(published)


@app.command(epilog=examples("ingest versions s3://bucket/prefix"))
def versions(dest: Dest, as_json: AsJson = False) -> None:
    """List the versions that are published, newest first."""
    listed = list_versions(dest)
    if as_json:
        typer.echo(to_json(snapshot_report.versions_to_json(listed)))
    else:
        snapshot_report.show_versions(listed)


@app.command(epilog=examples("ingest rollback s3://bucket/prefix"))
def rollback(
    dest: Dest,
    version: Annotated[
        str | None, typer.Argument(metavar="[VERSION]", help="From `ingest versions`; by default the one before.")
    ] = None,
    sign: SignKey = None,
    as_json: AsJson = False,
) -> None:
    """Serve an earlier version again."""
    key = signer(sign) if sign else None
    console.say(f"Rolling back {dest}")
    manifest = go_back(dest, version, sign=key)
    if as_json:
        typer.echo(to_json(snapshot_report.manifest_to_json(manifest)))
    else:
        console.out.print(f"Serving {manifest.version}: {manifest.documents:,} documents, {manifest.chunks:,} chunks")
