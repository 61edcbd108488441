"""The command `ingest` itself: what its commands share, and what stands before them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from corpus import __version__
from corpus.command_line import ENV_FILE_HELP, examples
from corpus.loading import use_env_file

app = typer.Typer(
    name="ingest",
    help="Keep a corpus: bring documents in, look at them, search them.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Collection = Annotated[str | None, typer.Option(help="Name of the collection.  [default: CHROMA_COLLECTION]")]
OcrCommand = Annotated[
    str | None,
    typer.Option(
        metavar="COMMAND", help="Reads scans, {in}, and writes {out} with their text.  [default: OCR_COMMAND]"
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"ingest {__version__}")
        raise typer.Exit


@app.callback(epilog=examples("ingest add path/to/folder", 'ingest search "a question"', "ingest --env-file .env list"))
def options(
    *,
    env_file: Annotated[Path | None, typer.Option(help=ENV_FILE_HELP)] = None,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Keep a corpus: bring documents in, look at them, search them."""
    use_env_file(env_file)
