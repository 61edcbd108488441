"""`ingest search`: a question to the corpus, as the handler answers it."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from corpus.answer import answer_of, to_json
from corpus.command_line import examples
from corpus.corpus_opening import open_corpus
from corpus.filters import Filter
from corpus.loading import load
from corpus.searching.excerpts import excerpts_of, joining_distance
from ingest.command import console
from ingest.command.app import AsJson, Collection, app
from ingest.settings import IngestSettings

SEARCH_SECONDS = 60.0
MAX_ANSWER_CHARS = 10_000_000
WILDCARDS = frozenset("*?[")


@app.command(
    epilog=examples(
        'ingest search "how long is the warranty?"', 'ingest search "seal" --source manuals --tag pumps --full'
    )
)
def search(
    query: Annotated[str, typer.Argument(metavar="QUESTION", help="A question in plain text.")],
    top_k: Annotated[int, typer.Option("-k", "--top-k", min=1, max=50, help="How many passages.")] = 5,
    mode: Annotated[
        Literal["dense", "lexical", "hybrid"] | None, typer.Option(help="How to find chunks.  [default: SEARCH_MODE]")
    ] = None,
    min_score: Annotated[float, typer.Option(min=0, max=1, help="Leave out what scores below.")] = 0.0,
    source: Annotated[str | None, typer.Option(help="Only this source, or what lies below this folder.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Only documents with this tag, or one of several.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Print the whole passages.")] = False,
    collection: Collection = None,
    as_json: AsJson = False,
) -> None:
    """Search as the handler does: chunks that touch come as one passage."""
    if not query.strip():
        raise typer.BadParameter("The question is empty.")
    if query != query.encode("utf-8", "replace").decode():
        raise typer.BadParameter("The question is not UTF-8.")
    within = Filter(source_folder=source, tags=tuple(tag or ()))
    with open_corpus(load(IngestSettings, chroma_collection=collection, search_mode=mode)) as corpus:
        (hits,) = corpus.search_each(
            [query.strip()],
            top_k=top_k,
            within=within,
            min_score=min_score,
            join=joining_distance(0),
            timeout_seconds=SEARCH_SECONDS,
        )
    excerpts = excerpts_of([("", hits)])
    if as_json:
        typer.echo(to_json(answer_of(excerpts, max_chars=MAX_ANSWER_CHARS)))
    else:
        if not excerpts and source and not WILDCARDS.isdisjoint(source):
            console.say("--source takes a source as `ingest list` shows it, or a folder, without wildcards.")
        console.show_excerpts(excerpts, full=full)
