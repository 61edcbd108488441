"""The program `ingest`: results on stdout, all else on stderr; exit 0, 1 or 2, never a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module

from corpus.command_line import ENV_FILE, with_env_file_first
from corpus.errors import CorpusError
from corpus.garbage import no_collecting
from ingest.command import console
from ingest.command.app import app

# The most used commands import only their own module: importing all of them takes longer than a search.
HOMES = {"search": "search", "list": "inspection", "show": "inspection", "stats": "inspection", "add": "add_remove"}
ALL = "cli"


def run() -> None:
    """Run the command line; a known error becomes one line and an exit code."""
    try:
        args = with_env_file_first(sys.argv[1:])
        with no_collecting():
            import_module(f"ingest.command.{home_of(args)}")
        app(args=args)
        sys.stdout.flush()
    except CorpusError as error:
        console.say(f"Error: {error}", style="red")
        sys.exit(console.exit_code_of(error))
    except (OSError, UnicodeEncodeError) as error:
        console.say(f"Error: the output cannot be written: {getattr(error, 'strerror', None) or error}", style="red")
        # At once: Python would try to write the rest again.
        os._exit(1)
    except SystemExit as ended:
        # Typer's exception for Ctrl-C.
        if ended.code == 130:
            raise KeyboardInterrupt from None
        raise


def home_of(args: Sequence[str]) -> str:
    """The module of the requested command; the one that imports all of them if a quick look cannot tell."""
    words = list(args)
    while words and words[0].startswith(ENV_FILE):
        del words[: 1 if "=" in words[0] else 2]
    return HOMES.get(words[0], ALL) if words else ALL
