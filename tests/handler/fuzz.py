"""Ask the real app what its own document allows, and what it does not: python -m tests.handler.fuzz [--examples N]

The sample corpus, embedded by the loopback server, is asked by schemathesis three times: with a key, without one, and
where no key is needed. Exits with 1 when an answer breaks what the document promises.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pydantic import SecretStr

from corpus.corpus_opening import open_corpus
from examples.build import EXAMPLES, HANDBOOK
from handler.access.keys import make_key
from handler.app import create_app
from handler.settings import HandlerSettings
from tests.handler.running import running
from tests.openai_server import KEY, EmbeddingsServer, embeddings_server

ROOT = Path(__file__).parents[2]
HOOKS = "tests.handler.trimmed"
PHASES = ("examples", "coverage", "fuzzing", "stateful")


def fuzz_all(settings: HandlerSettings, *, examples: int, seed: int) -> bool:
    """Run all passes; whether every answer of each kept to the document."""
    key, keyed = with_key(settings)
    kept = []
    for name, own, presented in (
        ("with a key", keyed, key),
        ("without a key", keyed, None),
        ("where no key is needed", settings.model_copy(update={"auth": "none"}), None),
    ):
        print(f"\n{name}", flush=True)
        kept.append(fuzz(own, presented, examples=examples, seed=seed))
    return all(kept)


def with_key(settings: HandlerSettings) -> tuple[str, HandlerSettings]:
    """A new key, and the settings in which it is the only one."""
    key, entry = make_key("fuzz")
    return key, settings.model_copy(update={"auth": "keys", "api_keys": SecretStr(str(entry))})


def fuzz(
    settings: HandlerSettings, key: str | None, *, examples: int, seed: int, phases: Sequence[str] = PHASES
) -> bool:
    """Ask an app with these settings; whether every answer kept to its document."""
    app = create_app(settings, open_corpus)
    command = [str(Path(sys.executable).parent / "schemathesis"), "run", "--no-color", "--checks", "all"]
    command += ["--max-examples", str(examples), "--seed", str(seed), "--phases", ",".join(phases)]
    command += ["--generation-database", "none", "--suppress-health-check", "all"]
    if key is not None:
        command += ["--header", f"Authorization:Bearer {key}"]
    # Before the clock runs: on a busy machine the first opening takes long.
    with app.state.library.only().corpus():
        pass
    with running(app) as url, tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": HOOKS}
        command.append(f"{url}/openapi.json")
        kept = subprocess.run(command, cwd=folder, env=environment, check=False).returncode == 0
    app.state.library.close()
    return kept


def ingest(folder: Path, server: EmbeddingsServer, documents: Path = HANDBOOK) -> HandlerSettings:
    """Bring the sample corpus in, or a part of it."""
    environment = {
        "CHROMA_PATH": str(folder),
        "OPENAI_API_KEY": KEY,
        "OPENAI_BASE_URL": server.url,
        "EMBEDDING_DIMENSIONS": "256",
    }
    command = [sys.executable, "-m", "ingest", "add", "--root", str(EXAMPLES), str(documents)]
    subprocess.run(command, env=environment, check=True)
    return HandlerSettings.model_validate(
        {
            "chroma_path": folder,
            "openai_api_key": SecretStr(KEY),
            "openai_base_url": server.url,
            "filterable": "owner,number",
        }
    )


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Ask the real app what its document allows, and what it does not.")
    parser.add_argument("--examples", type=int, default=2000, help="for each operation, in each of three passes")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder, embeddings_server() as server:
        kept = fuzz_all(ingest(Path(folder), server), examples=given.examples, seed=given.seed)
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
