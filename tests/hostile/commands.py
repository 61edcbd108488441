"""Every command of ours, in a folder full of traps and with every variable of a library's, and in one without."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import typer.main

from handler.cli import app as handler_app
from ingest.command.cli import app as ingest_app
from tests.loopback import listening
from tests.openai_server import embeddings_server
from tests.traps import Stranger, fill

QUESTION = '{"question": "pump", "document": "docs/warranty.md", "words": "five years"}\n'
CANNOT = "http://127.0.0.1:9"
# In an order in which each finds what it wants.
COMMANDS = (
    "ingest add docs", "ingest list", "ingest formats", "ingest stats", "ingest show docs/warranty.md",
    "ingest read docs/warranty.md", "ingest search pump", "ingest questions", "ingest eval questions.jsonl",
    "ingest publish published --canary", "ingest promote published", "ingest publish published",
    "ingest versions published", "ingest rollback published", "ingest model list", "ingest adopt elsewhere",
    "ingest repair", "handler openapi", "handler tools", "handler pack packed", "handler key anna",
    f"handler check {CANNOT}", "handler mcp", "handler serve --port 0", "ingest remove --source docs/warranty.md",
)  # fmt: skip
UNTIL = "Ctrl-C stops it."
STOPPED = 130


def commands(folder: Path) -> Iterator[str]:
    """Runs each twice; yields where the trapped one ended otherwise, asked elsewhere, or said what it should not."""
    apps = {"ingest": ingest_app, "handler": handler_app}
    tried = {tuple(each.split()[:2]) for each in COMMANDS}
    for program, app in apps.items():
        there = getattr(typer.main.get_command(app), "commands")  # noqa: B009 - of a group, which it is
        yield from (f"{program} {name} is not tried" for name in there if (program, name) not in tried)
    asked: list[str] = []
    ended: dict[str, list[int]] = {}
    sent: list[list[object]] = []
    with listening(type("Handler", (Stranger,), {"asked": asked})) as url:
        for name in ("calm", "trapped"):
            (folder / name / "docs").mkdir(parents=True)
            (folder / name / "docs/warranty.md").write_text("# Warranty\n\nThe pump is covered for five years.\n")
            (folder / name / "questions.jsonl").write_text(QUESTION)
            traps = fill(folder / name, url) if name == "trapped" else {}
            with embeddings_server() as server:
                for command in COMMANDS:
                    code, said = _run(folder / name, command.split(), traps | server.environment)
                    ended.setdefault(command, []).append(code)
                    if "stranger" in said or "Traceback" in said:
                        yield f"{command}: {said[-400:]!r}"
                sent.append(list(server.requests))
    yield from (f"{command} ended with {codes}" for command, codes in ended.items() if codes[0] != codes[1])
    yield from (f"a stranger was asked: {each}" for each in asked)
    yield from (f"{each} is there" for each in ("imported", "written") if (folder / "trapped" / each).exists())
    if sent[0] != sent[1]:
        yield "the model was asked something else"


def _run(folder: Path, command: list[str], environment: dict[str, str]) -> tuple[int, str]:
    everything = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONDONTWRITEBYTECODE": "1", **environment}
    words = [sys.executable, "-m", *command]
    with subprocess.Popen(
        words, cwd=folder, env=everything, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    ) as run:  # fmt: skip
        said = []
        for line in run.stderr or ():
            said.append(line)
            if UNTIL in line:
                run.send_signal(signal.SIGINT)
    # Stopped before it serves, it ends with 130, and after that with 0.
    return 0 if run.returncode == STOPPED and UNTIL in "".join(said) else run.returncode, "".join(said)
