"""The demo: bring the sample corpus in, start the handler, ask it three questions over HTTP, stop it.

Everything it makes lies in the folder .demo and stays there, so that the second time nothing is embedded again.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

HERE = Path(__file__).parent
QUESTIONS = 3
TOP_K = 2
ANSWER_SECONDS = 60.0

NEXT = """
What to try next
  CHROMA_PATH=.demo .venv/bin/ingest search "your own question"
  CHROMA_PATH=.demo .venv/bin/handler serve         an API on this machine, with a key and a curl that works
  .venv/bin/ingest add PATH                          your own documents, into .chroma
  README.md says how a GPT gets to use it.
"""


def main() -> None:
    """Run the demo; exits with the first failing step's code."""
    print("1. Bringing in the sample corpus, examples/handbook", flush=True)
    environment = bring_in()
    print("\n2. Starting the handler on a free port of this machine", flush=True)
    with serving(environment) as (url, key):
        print(f"   {url}\n\n3. Asking it", flush=True)
        for question in json.loads((HERE / "questions.json").read_text("utf-8"))[:QUESTIONS]:
            _ask(url, key, question["question"])
    print(NEXT)


def bring_in() -> dict[str, str]:
    """Bring the sample corpus in, and give the environment in which it is the corpus."""
    environment = {name: value for name, value in os.environ.items() if not _is_setting(name)}
    environment |= {"CHROMA_PATH": str(HERE.parent / ".demo"), "EMBEDDING_MODEL": "all-MiniLM-L6-v2"}
    code = subprocess.run(
        [sys.executable, "-m", "ingest", "add", "--root", str(HERE), str(HERE / "handbook")],
        env=environment,
        check=False,
    ).returncode
    if code:
        sys.exit(code)
    return environment


def _is_setting(name: str) -> bool:
    """The demo shows the product as it comes: none of the caller's own settings reach it."""
    return name.startswith(("CHROMA_", "OPENAI_", "EMBEDDING_", "CHUNK_", "API_KEY", "SNAPSHOT_", "AUTH"))


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Run `handler serve`; yields its URL and the key it made for the run."""
    command = [sys.executable, "-m", "handler", "serve", "--port", "0"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        yield _url_and_key(process)
    finally:
        process.terminate()
        process.wait(timeout=30)
        if process.stderr:
            process.stderr.close()


def _url_and_key(process: subprocess.Popen[str]) -> tuple[str, str]:
    said = []
    for line in process.stderr or ():
        said.append(line)
        if line.startswith("Ready"):
            text = "".join(said)
            url = re.search(r"^Serving on (\S+)$", text, flags=re.M)
            key = re.search(r"^API key for this run: (\S+)$", text, flags=re.M)
            if url and key:
                return url[1], key[1]
    sys.exit("The handler did not start:\n" + "".join(said))


def _ask(url: str, key: str, question: str) -> None:
    body = {"query": question, "top_k": TOP_K}
    reply = httpx2.post(f"{url}/search", json=body, headers={"Authorization": f"Bearer {key}"}, timeout=ANSWER_SECONDS)
    print(f"\n   POST /search {json.dumps(body)}", flush=True)
    print(json.dumps(reply.json(), indent=2, ensure_ascii=False), flush=True)
    if not reply.is_success:
        sys.exit(f"The handler answered {reply.status_code}.")


if __name__ == "__main__":
    main()
