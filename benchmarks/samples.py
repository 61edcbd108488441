"""The texts that benchmarks read and split: real ones of the shared data or else of our handbook, and made ones."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path

from tests.shared import SHARED

HANDBOOK = Path(__file__).parents[1] / "examples" / "handbook"
HEADINGS_A_FILE = 6


def markdown_texts(size: int) -> list[str]:
    """Markdown files of about `size` bytes together: real ones, and where there are not enough made ones."""
    folders = [SHARED / "data/docs/md-site-fastapi/en", SHARED / "data/eval/chroma_chunking/corpora"]
    return _filled(_files(folders, "*.md") or _files([HANDBOOK], "*.md"), made_markdown(size, size=20_000), size)


def prose_texts(size: int) -> list[str]:
    """Plain text of about `size` bytes together, in documents as long as books; made ones where real ones end."""
    return _filled(_books(), made_prose(size), size)


def made_prose(count: int) -> Iterator[str]:
    """Books of about half a megabyte, of real sentences in new order."""
    chance = random.Random(13)
    sentences = _sentences()
    for _ in range(count):
        yield "\n\n".join(" ".join(chance.choices(sentences, k=chance.randint(3, 8))) for _ in range(800))


def made_markdown(count: int, *, size: int) -> Iterator[str]:
    """Markdown files of about `size` bytes each, of real sentences in new order: no two passages are the same."""
    chance = random.Random(11)
    sentences = _sentences()
    for number in range(count):
        lines = [f"# {_title(chance, sentences)} {number}", ""]
        room = size
        while room > 0:
            if len(lines) % max(4, size // 40 // HEADINGS_A_FILE) == 2:
                lines += [f"## {_title(chance, sentences)}", ""]
            made = [chance.choice(sentences) for _ in range(chance.randint(2, 6))]
            lines += ["\n".join(f"- {each}" for each in made) if chance.random() < 0.2 else " ".join(made), ""]
            room -= len(lines[-2].encode())
        yield "\n".join(lines)


def _title(chance: random.Random, sentences: list[str]) -> str:
    return " ".join(chance.choice(sentences).split()[:4]).rstrip(".,;:!?")


@cache
def _sentences() -> list[str]:
    text = " ".join(_books()[0][:1_000_000].split())
    return [each for each in re.split(r"(?<=[.!?]) ", text) if 20 < len(each) < 400]


def _files(folders: list[Path], pattern: str) -> list[str]:
    paths = sorted(path for folder in folders if folder.is_dir() for path in folder.rglob(pattern))
    return [path.read_text("utf-8", errors="replace") for path in paths]


def _books() -> list[str]:
    return _files([SHARED / "data/docs/txt"], "book-*.txt") or ["\n\n".join(_files([HANDBOOK], "*.md"))]


def _filled(texts: list[str], more: Iterator[str], size: int) -> list[str]:
    filled: list[str] = []
    room = size
    # Not the same ones again: whoever remembers what it has counted would be fast at nothing.
    for text in chain(texts, more):
        content = text.encode()[:room]
        filled.append(content.decode(errors="ignore"))
        room -= len(content)
        if not room:
            break
    return filled
