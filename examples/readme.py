"""`python -m examples.readme`: write the answer that README.md shows anew, after whatever changes it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from examples.demo import bring_in

README = Path(__file__).parents[1] / "README.md"
BLOCK = re.compile(r"^```json\n(\{\"results\".*?)^```", flags=re.S | re.M)
QUESTION = re.compile(r'"query": "(.*?)", "top_k": 1')
# What is shown of a long text: whole sentences, with … in place of others.
SHOWN_CHARS = 90


def shown_question() -> str:
    """The question of README's curl, as the shell passes it."""
    (question,) = QUESTION.findall(README.read_text("utf-8"))
    return str(question).replace("'\\''", "'")


def shown_answer() -> dict[str, Any]:
    """The answer that README shows."""
    (block,) = BLOCK.findall(README.read_text("utf-8"))
    found: dict[str, Any] = json.loads(block)
    return found


def real_answer(environment: dict[str, str]) -> dict[str, Any]:
    """What the sample corpus answers."""
    command = [sys.executable, "-m", "ingest", "search", shown_question(), "--top-k", "1", "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def is_shown_rightly(shown: str, text: str) -> bool:
    """Whether the pieces between … stand in the text in that order, the first one at its beginning."""
    pieces = shown.split("…")
    place = len(pieces[0])
    if not text.startswith(pieces[0]):
        return False
    for piece in pieces[1:]:
        found = text.find(piece, place)
        if found < 0:
            return False
        place = found + len(piece)
    return True


def main() -> None:
    """Put the real answer in; of its text the pieces that README shows, where they still stand in it."""
    answer = real_answer(bring_in())
    for result, old in zip(answer["results"], shown_answer()["results"], strict=True):
        text = result["text"]
        result["text"] = old["text"] if is_shown_rightly(old["text"], text) else f"{text[:SHOWN_CHARS]}…"
    fields = ",\n".join(
        f"  {json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in answer["results"][0].items()
    )
    block = f'{{"results": [{{\n{fields}\n}}], "truncated": {json.dumps(answer["truncated"])}}}\n'
    text = README.read_text("utf-8")
    README.write_text(BLOCK.sub(lambda _: f"```json\n{block}```", text), "utf-8")


if __name__ == "__main__":
    main()
