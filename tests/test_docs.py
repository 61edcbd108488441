"""Docs name only what exists: commands, options, make targets, settings, files. And every setting is documented."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from handler import cli as handler_cli
from handler.check.settings import CheckSettings
from handler.settings import HandlerSettings
from ingest.command import cli as ingest_cli
from ingest.settings import IngestSettings
from tests.settings_page import PAGE, settings_page

ROOT = Path(__file__).parents[1]
DOCS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
SETTINGS = {name.upper() for cls in (IngestSettings, HandlerSettings, CheckSettings) for name in cls.model_fields}
# Variables of others that the docs may name.
FOREIGN = re.compile(
    r"^(AWS_|ORT_|LAMBDA_|GITHUB_|PYTHON|SHARED_DIR$|LOCAL_MODEL$|CHROMA_SERVER$|SITE_ADDRESS$|[A-Z]+_ID$|CAPABILITY_|HTTP_|BEIR_DIR$|OTEL_|SSL_CERT_|OPENAI_CUSTOM_HEADERS$|REQUESTS_CA_BUNDLE$)"
)
COMMANDS = {"ingest": ingest_cli.app, "handler": handler_cli.app}


def code_of(path: Path) -> Iterator[str]:
    """Every code span, and every line of every code block, of a Markdown file."""
    text = path.read_text("utf-8")
    for block in re.findall(r"^```[^\n]*\n(.*?)^```", text, flags=re.S | re.M):
        yield from block.replace("\\\n", " ").splitlines()
    yield from re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.S | re.M))


def commands_in(path: Path) -> Iterator[tuple[str, list[str]]]:
    for code in code_of(path):
        line = re.sub(r"\s+#.*$", "", code.strip()).removeprefix("$ ")
        found = re.match(r"(?:[A-Z_]+=\S+ )*(?:\.venv/bin/)?(?:python3? -m )?(ingest|handler|make)(?: (.*))?$", line)
        if found:
            try:
                yield found[1], shlex.split((found[2] or "").replace("…", ""))
            except ValueError:
                continue


@pytest.mark.parametrize("path", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_and_options_exist(path: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.M))
    for program, words in commands_in(path):
        if program == "make":
            named = [word for word in words if not word.startswith("-") and "=" not in word]
            assert set(named) <= targets, f"make {words}"
        elif words and re.fullmatch(r"[a-z-]+", words[0]):
            check_command(program, words)


def check_command(program: str, words: list[str]) -> None:
    group = typer.main.get_command(COMMANDS[program])
    assert hasattr(group, "commands")
    assert words[0] in group.commands, f"{program} {words[0]}"
    command = group.commands[words[0]]
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    options = {word.split("=")[0].strip("[]") for word in words[1:] if word.lstrip("[").startswith("-")}
    assert options - {"-"} <= known | {"--help"}, f"{program} {words[0]}: {options - known}"


@pytest.mark.parametrize("path", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_settings_exist(path: Path) -> None:
    for code in code_of(path):
        for name in re.findall(r"(?<![A-Za-z0-9_/.$-])([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b(?!\()", code):
            assert name in SETTINGS or FOREIGN.match(name), name


@pytest.mark.parametrize("path", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_exist(path: Path) -> None:
    text = path.read_text("utf-8")
    links = [link for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text) if "://" not in link]
    for link in links:
        assert (path.parent / link).exists(), link
    folders = "corpus|ingest|handler|infra|tests|examples|benchmarks|docs|requirements"
    for code in code_of(path):
        for name in re.findall(rf"(?<![\w/.-])((?:{folders})/[\w./-]*\w)", code):
            assert (ROOT / name).exists(), name


def test_the_page_of_settings_is_what_the_classes_tell() -> None:
    assert PAGE.read_text("utf-8") == settings_page()


def test_every_setting_has_a_description() -> None:
    assert "| None |" not in settings_page()


def test_every_command_is_documented() -> None:
    text = " ".join(code for path in DOCS for code in code_of(path))
    for program, app in COMMANDS.items():
        group = typer.main.get_command(app)
        assert hasattr(group, "commands")
        for name in group.commands:
            assert f"{program} {name}" in text, f"{program} {name}"
