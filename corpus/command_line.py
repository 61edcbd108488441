"""What both command lines share: where --env-file may stand, and how examples look."""

from __future__ import annotations

import importlib
from collections.abc import Sequence

ENV_FILE = "--env-file"
ENV_FILE_HELP = "Take settings from this file too, lines of NAME=value; the environment wins."


def with_env_file_first(words: Sequence[str]) -> list[str]:
    """The command line with --env-file before the command; people may write it anywhere before `--`."""
    end = words.index("--") if "--" in words else len(words)
    first: list[str] = []
    rest: list[str] = []
    place = 0
    while place < end:
        word = words[place]
        width = 2 if word == ENV_FILE else 1
        (first if word == ENV_FILE or word.startswith(f"{ENV_FILE}=") else rest).extend(words[place : place + width])
        place += width
    return [*first, *rest, *words[end:]]


def examples(*lines: str) -> str:
    """What stands at the end of a command's --help, a line each; the first mark keeps them from being run together."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def silence_telemetry() -> None:
    """Call before a library is imported that brings OpenTelemetry, which imports what its variables name and fails, or
    logs a traceback, where that is not there. Nothing of it is used: it looks for variables that nobody can set.
    """
    names = importlib.import_module("opentelemetry.environment_variables")
    for name in vars(names):
        if "OTEL_" in name:
            setattr(names, name, f"{name}=")
