"""Read settings once, at an entry point: from the environment, and from the file that --env-file names.

Messages name variables, never their values: a value may be a key.
"""

from __future__ import annotations

from contextvars import ContextVar
from io import StringIO
from pathlib import Path
from typing import TypeVar

from dotenv.parser import parse_stream
from pydantic import ValidationError
from pydantic_settings import BaseSettings

from corpus.errors import SettingsError

# Set by the command line alone, before anything is loaded: --env-file. The Lambda entry has no such thing.
_env_file: ContextVar[Path | None] = ContextVar("env_file", default=None)


def use_env_file(path: Path | None) -> None:
    """Let `load` take what the environment does not say from that file, lines of NAME=value. Raises SettingsError.

    Only settings of ours are taken; other names in it mean nothing to this process. None: from no file.
    """
    try:
        text = "" if path is None else path.read_text("utf-8-sig")
    except OSError as error:
        raise SettingsError(f"--env-file {path} cannot be read: {error.strerror}. Check the path.") from None
    except UnicodeDecodeError:
        raise SettingsError(f"--env-file {path} is not UTF-8. Save it anew.") from None
    for found in parse_stream(StringIO(text)):
        if found.error:
            written = found.original.string
            line = found.original.line + written[: -len(written.lstrip())].count("\n")
            raise SettingsError(f"--env-file {path}, line {line}: Not NAME=value. Correct it, or put # before it.")
    _env_file.set(path)


SettingsT = TypeVar("SettingsT", bound=BaseSettings)


def load(settings_class: type[SettingsT], **overrides: object) -> SettingsT:
    """Read the settings once; `overrides`, where not None, win over the environment, and that over --env-file.

    Raises SettingsError that lists every wrong variable at once, by name and never by value.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return settings_class(_env_file=_env_file.get(), _env_file_encoding="utf-8-sig", **given)  # type: ignore[arg-type]  # Pydantic checks them.
    except ValidationError as error:
        raise SettingsError(_explain(error)) from None


def _explain(error: ValidationError) -> str:
    problems = []
    for problem in error.errors(include_url=False, include_input=False, include_context=False):
        name = ".".join(str(part) for part in problem["loc"][:1]).upper()
        message = problem["msg"].removeprefix("Value error, ")
        problems.append(f"{name}: {message}" if name else message)
    return "Wrong settings: " + "; ".join(problems) + "."
