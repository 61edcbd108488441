"""The `handler` command. Results go to stdout, everything else to stderr; the Lambda package does not hold this module.

Exit codes: 0 it worked; 1 it failed; 2 wrong usage or settings.
"""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from corpus import __version__
from corpus.command_line import ENV_FILE_HELP, examples, silence_telemetry, with_env_file_first
from corpus.errors import CorpusError, SettingsError
from corpus.loading import load, use_env_file
from corpus.urls import without_passwords
from handler.access.keys import make_key
from handler.contract.functions import FunctionFormat
from handler.corpora.entries import names_of
from handler.settings import HandlerSettings

FAILED = 1
WRONG_USAGE = 2

app = typer.Typer(
    name="handler",
    help="Serve a corpus as an action that a GPT can call.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"handler {__version__}")
        raise typer.Exit


@app.callback(epilog=examples("handler serve", "handler key my-gpt"))
def options(
    *,
    env_file: Annotated[Path | None, typer.Option(help=ENV_FILE_HELP)] = None,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Serve a corpus as an action that a GPT can call."""
    use_env_file(env_file)


class SpecFormat(StrEnum):
    """How the OpenAPI document is written."""

    json = "json"
    yaml = "yaml"


@app.command(
    epilog=examples(
        "handler serve", "API_KEYS=… handler serve --host 0.0.0.0 --port 8080", "handler serve --env-file .env"
    )
)
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = 8000,
) -> None:
    """Serve the action over HTTP. On loopback without API_KEYS it makes a key for the run and prints it."""
    from handler.server import run

    run(host=host, port=port)


@app.command(epilog=examples("handler mcp"))
def mcp() -> None:
    """Serve the corpus over stdin and stdout by the Model Context Protocol, for a client on this machine."""
    from handler.desktop import run

    run()


@app.command(epilog=examples("handler key my-gpt"))
def key(
    *,
    name: Annotated[str, typer.Argument(help="Whose key it is: letters, digits, dots, underscores, dashes.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Make a new API key. It is shown once; API_KEYS takes the hashed entry."""
    try:
        new_key, entry = make_key(name)
    except ValueError as error:
        fail(str(error), code=WRONG_USAGE)
    if as_json:
        typer.echo(json.dumps({"name": entry.name, "key": new_key, "entry": str(entry)}))
        return
    typer.echo("The key is shown once. Give it to the caller; put the entry into API_KEYS.", err=True)
    typer.echo(f"key    {new_key}\nentry  {entry}")


@app.command(epilog=examples("handler openapi --format yaml"))
def openapi(
    form: Annotated[SpecFormat, typer.Option("--format", help="How to write it.")] = SpecFormat.json,
) -> None:
    """Print the OpenAPI document that a GPT reads. PUBLIC_URL is where the GPT is to send its calls."""
    from handler.routes.site import document_of, to_yaml

    settings = load(HandlerSettings)
    document = document_of(
        settings, server_url=settings.public_url or "http://127.0.0.1:8000", corpora=names_of(settings)
    )
    typer.echo(
        to_yaml(document).rstrip() if form is SpecFormat.yaml else json.dumps(document, indent=2, ensure_ascii=False)
    )


@app.command(epilog=examples("handler tools --format openai"))
def tools(
    form: Annotated[FunctionFormat, typer.Option("--format", help="Whose API they are for.")],
) -> None:
    """Print the operations as function definitions, as a model vendor's API takes them under `tools`."""
    from handler.contract.functions import written
    from handler.routes.site import document_of

    settings = load(HandlerSettings)
    document = document_of(
        settings, server_url=settings.public_url or "http://127.0.0.1:8000", corpora=names_of(settings)
    )
    typer.echo(json.dumps(written(document, form), indent=2, ensure_ascii=False))


@app.command(epilog=examples("handler pack path/to/folder"))
def pack(
    folder: Annotated[Path, typer.Argument(help="The folder to write into; it is made where it is missing.")],
    questions: Annotated[
        Path | None, typer.Option(help="A JSON list of your own test questions: question, answer or null, source.")
    ] = None,
) -> None:
    """Write what an administrator or a directory asks for: texts, URLs, hints with reasons, test questions, images."""
    from corpus.corpus_opening import open_corpus
    from corpus.principals import EVERYONE
    from corpus.searching.view import View
    from handler.pack.cases import read_cases
    from handler.pack.write import write_pack

    settings = load(HandlerSettings)
    if settings.several:
        raise SettingsError(
            "A pack is of one corpus: set SNAPSHOT_URL, CHROMA_URL or CHROMA_PATH to it, and unset CORPORA."
        )
    given = read_cases(questions) if questions is not None else []
    with open_corpus(settings) as corpus:
        # It goes to people who are not callers.
        view = View(corpus, frozenset([EVERYONE]) if settings.access == "documents" else None)
        for path in write_pack(folder, settings, view, given):
            typer.echo(path)


@app.command(epilog=examples("ACTION_KEY=… handler check https://api.example.com"))
def check(
    *,
    url: Annotated[str, typer.Argument(help="Where the action is reached, or where its OpenAPI document lies.")],
    key: Annotated[str | None, typer.Option(help="The key; better in the environment variable ACTION_KEY.")] = None,
    no_rate_limit: Annotated[
        bool, typer.Option("--no-rate-limit", help="Leave the row about the rate limit out.")
    ] = False,
    is_open: Annotated[bool, typer.Option("--open", help="It serves everybody without a key, on purpose.")] = False,
    privacy_url: Annotated[str | None, typer.Option(help="The privacy page, where it is not at /privacy.")] = None,
    calls: Annotated[int, typer.Option(min=1, max=5000, help="Most rapid calls to see the rate limit.")] = 200,
    gate: Annotated[
        Path | None, typer.Option(metavar="QUESTIONS.jsonl", help="Ask these too, as `ingest publish --gate` does.")
    ] = None,
    least: Annotated[
        float, typer.Option(min=0, max=1, help="With --gate: the share whose answer must be among ten results.")
    ] = 0.9,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Ask a live deployment, ours or not, all that a GPT will ask of it. Exit code 0 only when all hold."""
    from corpus.quality.questions import read_questions
    from handler.check.deployment import CannotCheck
    from handler.check.gate_rows import Gate
    from handler.check.matrix import CheckOptions
    from handler.check.run import check as run_check

    wishes = CheckOptions(
        no_rate_limit=no_rate_limit,
        is_open=is_open,
        privacy_url=privacy_url,
        most_calls=calls,
        gate=Gate(asked=read_questions(gate), least=least) if gate is not None else None,
    )
    try:
        code = run_check(url, key=key, wishes=wishes, as_json=as_json)
    except CannotCheck as error:
        fail(str(error), code=FAILED)
    raise typer.Exit(code)


def fail(message: str, *, code: int) -> NoReturn:
    """End with one line on stderr."""
    typer.echo(f"Error: {message}", err=True)
    raise typer.Exit(code)


def main() -> None:
    """The `handler` command."""
    silence_telemetry()
    try:
        app(args=with_env_file_first(sys.argv[1:]))
    except SettingsError as error:
        typer.echo(without_passwords(f"Error: {error}"), err=True)
        sys.exit(WRONG_USAGE)
    except CorpusError as error:
        typer.echo(without_passwords(f"Error: {error}"), err=True)
        sys.exit(FAILED)
    except KeyboardInterrupt:
        sys.exit(130)
