"""Parses the arguments of `ingest add` where a setting contains them."""

from __future__ import annotations

import shlex
from typing import Any

import typer

from ingest.command.add_remove import add
from ingest.command.app import app


def parsed(words: str) -> dict[str, Any]:
    """The values of the command's parameters by name. Raises ValueError for what it does not accept."""
    # Typer only parses a function's options as those of a command.
    group: Any = typer.main.get_command(app)
    try:
        found: dict[str, Any] = group.commands[add.__name__].make_context("add", shlex.split(words)).params
    except typer.TyperException as error:
        raise ValueError(error.format_message()) from None
    except typer.Exit:
        raise ValueError("it asks for help") from None
    return found
