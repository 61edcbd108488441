"""The command line `ingest`: results on stdout, all else on stderr; exit 0, 1 or 2, never a traceback."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from corpus.answer import answer, document_list, to_json
from corpus.corpus import open_corpus
from corpus.errors import CorpusError
from corpus.settings import load
from corpus.store import open_store
from ingest import console
from ingest.add import AddOptions, add_documents, remove_documents
from ingest.evaluate import MODES, EvalOptions, evaluate
from ingest.settings import IngestSettings

SEARCH_SECONDS = 60.0
MAX_ANSWER_CHARS = 10_000_000

app = typer.Typer(
    name="ingest",
    help="Keep a corpus: bring documents in, look at them, search them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Collection = Annotated[str | None, typer.Option(help="Name of the collection.  [default: CHROMA_COLLECTION]")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


def main() -> None:
    """Run the command line; a known error becomes one line and an exit code."""
    try:
        app()
    except CorpusError as error:
        console.say(f"Error: {error}", style="red")
        sys.exit(console.exit_code_of(error))
    except KeyboardInterrupt:
        console.say("Stopped. What was reported as stored is stored; run the same command again to go on.", style="red")
        # At once: a thread may still wait for an answer, and Python would wait for the thread.
        os._exit(1)
    except BrokenPipeError:
        # Whoever read our output has gone, as `head` does; Python would complain once more while it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


@app.command()
def add(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files and folders.", show_default=False)],
    collection: Collection = None,
    root: Annotated[
        Path | None, typer.Option(help="Name sources relative to this folder.  [default: SOURCE_ROOT]")
    ] = None,
    include: Annotated[list[str] | None, typer.Option(help="Only files that match, as in .gitignore.")] = None,
    exclude: Annotated[list[str] | None, typer.Option(help="No files that match, as in .gitignore.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that read files.  [default: WORKERS]")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done; write nothing.")] = False,
    prune: Annotated[bool, typer.Option("--prune", help="Remove documents whose file has gone from PATH.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Let --prune empty the collection.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring documents in; unchanged ones cost nothing."""
    settings = load(IngestSettings, chroma_collection=collection, source_root=root, workers=workers)
    options = AddOptions(
        include=tuple(include or ()), exclude=tuple(exclude or ()), dry_run=dry_run, prune=prune, may_empty=yes
    )
    report = add_documents(paths, settings, options)
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
    with open_store(load(IngestSettings, chroma_collection=collection)) as store:
        documents = store.documents()
    if as_json:
        typer.echo(to_json(document_list(documents, total=len(documents))))
    else:
        console.show_documents(documents)


@app.command()
def stats(collection: Collection = None, as_json: AsJson = False) -> None:
    """Say what is stored and how the collection was made."""
    settings = load(IngestSettings, chroma_collection=collection)
    with open_store(settings) as store:
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
    with open_store(settings) as store:
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
    collection: Collection = None,
    as_json: AsJson = False,
) -> None:
    """Search as the handler does."""
    if not query.strip():
        raise typer.BadParameter("The question is empty.")
    with open_corpus(load(IngestSettings, chroma_collection=collection)) as corpus:
        hits = corpus.search(query.strip(), top_k=top_k, mode=mode, timeout_seconds=SEARCH_SECONDS)
    if as_json:
        typer.echo(to_json(answer(hits, max_chars=MAX_ANSWER_CHARS)))
    else:
        console.show_hits(hits)


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
        console.show_evaluation(evaluation)
