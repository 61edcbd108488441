"""What is imported for a command, and what for all of them."""

from __future__ import annotations

import pytest
import typer.main

from ingest.command import cli
from ingest.command.main import ALL, HOMES, home_of


def test_each_command_is_in_the_module_that_is_imported_for_it() -> None:
    registered = {
        typer.main.get_command_name(each.name or each.callback.__name__): each.callback.__module__
        for each in cli.app.registered_commands
        if each.callback is not None
    }
    assert {name: f"ingest.command.{home}" for name, home in HOMES.items()}.items() <= registered.items()


@pytest.mark.parametrize(
    ("args", "home"),
    [
        (["search", "--help"], "search"),
        (["--env-file", "search", "list"], "inspection"),
        (["--env-file=x", "add", "docs"], "add_remove"),
        (["serach"], ALL),
        (["--help"], ALL),
        (["--version", "search"], ALL),
        (["model", "install"], ALL),
        (["--env-file", "x"], ALL),
        (["--env-file"], ALL),
        ([], ALL),
    ],
)
def test_the_command_is_told_by_the_first_word(args: list[str], home: str) -> None:
    assert home_of(args) == home
