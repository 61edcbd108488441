"""`python -m tests.hostile.growth [NAME …]`: what reading costs as a file grows, by format and pattern, in processor
seconds.

Each pattern is written out to three sizes, each twice the one before. What grows by more than its size, or takes too
long, is printed, and is a finding; exit code 1 where there is any.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from io import BytesIO

from corpus.errors import DocumentError
from ingest.reading.readers.registry import read_bytes
from tests.ingest.reading.readers.packages import opendocument, word

TEXTS = (
    "adoc ass bib csv eml html ics json jsonl lrc mbox md org po "
    "rst rtf sbv srt tex textile tsv txt vcf vtt wiki xml yaml"
)
SIGNS = "[(*_<{|$`~#>\"'^+-=:.\\&@!%/,;1aé"
# A line break where there is none makes one line of them all.
PIECES = (
    *SIGNS,
    " ", "\t", "\n", "\n\n", "\\n", "[a", "](", "![", "[[", "]]", "**a", "__a", "*a ", "_a ", "<a ", "</", "<!--", "{{",
    "{%", "${", "\\(", "$$", "```", "```\n", "~~~\n", "> ", ">\n", "- ", "* ", "1. ", "# ", "## a\n", "- a\n", "1. a\n",
    "a\n", "a\n\n", "a b ", "| a ", "|a|b|\n", "[^1]: a\n", "[^1]", "[a]: b\n", "[a][b]", "&amp;", '"a', "'a",
    "a\n==\n", "a::\n\n", ".. a::\n", ":a: b\n", "\\a", "\\a{", "\\begin{a}", "{a", "=a", "@a", "://", "http://a ",
    "a@b.c ", "1.1 ", "www.a", "a::", "::a", "a::b\n", "a;", '""', '","', "<b>", "</b>", "<sup>1</sup>", "a^1", "`a",
    "``a", "^^^", "^a^", "~a~", "((a", "{{{", "{|\n", "|-\n", "|===\n", "----\n", "____\n", "====\n", "'''a", "''a",
    "== a ==\n", "h1. a\n", "\\footnote{", "footnote:[", "<ref>", "<!-- a -->", "%a\n", "\xad", "\u200b", "́", "\x0b",
    "\r", "\r\n", "BEGIN:VEVENT\n", "00:00:01,000 --> 00:00:02,000\na\n\n", "[00:01.00]a\n",
    'msgid "a"\nmsgstr "b"\n\n', "From a\n", "a: b\n", "a,b,c\n", '"a\nb",', "<<a>>", "+a", "+++", "\\\n", "a\\",
    "{\\b ", "\\'e4", "\\u228 ", "\\par ", "{\\*\\a ",
)  # fmt: skip
TAGS = (
    "div", "span", "p", "ul><li", "ol><li", "table><tr><td", "blockquote", "b", "i", "a href=x", "sup",
    "sup><a href=x", "section", "article", "math><mrow", "math><msup", "details", "svg", "svg><g", "font", "code",
    "pre", "button", "footer", "dl><dd", "dl><dt", "aside", "aside class=nav", "form", "label", "h1", "header",
    "main", "figure", "div class=sidebar", "div hidden", "template", "iframe", "ruby><rt", "select", "nav", "li",
    "td", "tr", "mi", "div role=tabpanel", "div id=a", "picture", "noscript", "dialog", "summary", "caption",
    "object", "ul><li><p", "div aria-hidden=true", "span class=katex", "div style='display:none'",
)  # fmt: skip
ELEMENTS = (
    "a",
    "p",
    "section",
    "para",
    "list",
    "item",
    "itemizedlist><listitem",
    "table><row><entry",
    "title",
    "note",
    "body",
    "div",
    "head",
    "info",
    "sup",
    "emphasis",
)
DEADLINE_SECONDS = 20
MAX_GROWTH = 3.0  # Times the seconds for twice the size, where it is more than noise.
NOISE_SECONDS = 0.25
MAX_SECONDS_A_MB = 12.0

Case = tuple[str, str, Callable[[int], bytes]]


def cases() -> Iterator[Case]:
    """A file's name, what it repeats, and its content at a size in bytes."""
    for suffix in TEXTS.split():
        for piece in PIECES:
            yield f"a.{suffix}", repr(piece), partial(_repeated, piece)
        for mark in ("- ", "* ", "1. ", "a: ", "> ", "a::\n", "* a\n"):
            yield f"a.{suffix}", f"deeper {mark!r}", partial(_deeper, mark)
    for tag in TAGS:
        opened, closed = f"<{tag}>", _closed([each.split()[0] for each in tag.split("><")])
        yield "a.html", f"{opened} unclosed", partial(_repeated, opened)
        yield "a.html", f"{opened} nested", partial(_nested, opened, closed)
        yield "a.html", f"{opened} many", partial(_repeated, f"{opened}1{closed} ")
    for element in ELEMENTS:
        opened, closed = f"<{element}>", _closed(element.split("><"))
        for root in ("r", "article", "TEI", "opml", "svg", "FictionBook", "mediawiki"):
            yield "a.xml", f"{root} {opened} nested", partial(_deep_xml, root, opened, closed)
            yield "a.xml", f"{root} {opened} many", partial(_wide_xml, root, opened, closed)
    for piece in (
        "<w:p><w:r><w:t>a</w:t></w:r></w:p>", "<w:sdt>", "<w:tbl><w:tr><w:tc>", "<w:ins>", "<w:p><w:r>",
        "<w:hyperlink>",
    ):  # fmt: skip
        yield "a.docx", piece, partial(_word, piece)
    for piece in (
        "<text:p>a</text:p>", "<text:list><text:list-item>", "<text:section>", "<text:span>",
        "<table:table><table:table-row><table:table-cell>",
    ):  # fmt: skip
        yield "a.odt", piece, partial(_opendocument, piece)
    for text in ("[", "<div>", "*a ", "> "):
        yield "a.ipynb", repr(text), partial(_notebook, text)
    yield "a.json", "one list", partial(_json, '{"a": [%s]}')
    yield "a.json", "one text", partial(_json, '{"text": "%s"}')
    yield "a.zip", "entries", _zip


def _closed(names: Sequence[str]) -> str:
    return "".join(f"</{name}>" for name in reversed(names))


def _repeated(piece: str, size: int) -> bytes:
    return (piece * (size // len(piece.encode()))).encode()


def _deeper(mark: str, size: int) -> bytes:
    """Lines each one blank further to the right."""
    depth = int((2 * size) ** 0.5)
    return "".join(" " * level + mark + ("" if mark.endswith("\n") else "\n") for level in range(depth)).encode()


def _nested(opened: str, closed: str, size: int) -> bytes:
    count = size // len(opened + closed)
    return f"{opened * count}a{closed * count}".encode()


def _deep_xml(root: str, opened: str, closed: str, size: int) -> bytes:
    count = min(size // len(opened + closed), 250 // opened.count("<"))  # libxml2 refuses more.
    inside = f"<p>{opened * count}a{closed * count}</p>" * max(size // (count * len(opened + closed) + 12), 1)
    return f"<{root}><body>{inside}</body></{root}>".encode()


def _wide_xml(root: str, opened: str, closed: str, size: int) -> bytes:
    inside = f"{opened}a b{closed}" * (size // len(opened + closed))
    return f"<{root}><body>{inside}</body></{root}>".encode()


def _word(piece: str, size: int) -> bytes:
    return word(_balanced(piece, size))


def _opendocument(piece: str, size: int) -> bytes:
    return opendocument(f"<office:text>{_balanced(piece, size)}</office:text>")


def _json(shape: str, size: int) -> bytes:
    return (shape % ",".join("1" * (size // 2))).encode()


def _balanced(piece: str, size: int) -> str:
    """The elements one after another, each closed; nested 80 deep where it is not closed itself."""
    if "</" in piece:
        return piece * (size // len(piece))
    closed = _closed(piece.strip("<>").split("><"))
    return (piece * 80 + closed * 80) * max(size // (80 * len(piece + closed)), 1)


def _notebook(piece: str, size: int) -> bytes:
    cell = {"cell_type": "markdown", "metadata": {}, "source": piece * (size // len(piece))}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def _zip(size: int) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(min(size // 120, 9000)):
            archive.writestr(f"{number}.txt", "a")
    return out.getvalue()


def seconds(name: str, content: bytes) -> tuple[float, str]:
    """Processor seconds of reading it in a process of its own, and what came of it."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        resource.setrlimit(resource.RLIMIT_CPU, (DEADLINE_SECONDS + 5, DEADLINE_SECONDS + 10))
        started = time.process_time()
        try:
            said = f"{sum(len(document.text) for document in read_bytes(content, name)):,} characters"
        except DocumentError as error:
            said = str(error)[:90]
        os.write(writing, f"{time.process_time() - started} {said}".encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        took, _, said = told.read().decode().partition(" ")
    status = os.waitpid(child, 0)[1]
    return (float(took), said) if took else (DEADLINE_SECONDS, f"ended by signal {status & 127}")


def measured(make: Callable[[int], bytes], name: str, size: int) -> tuple[list[float], str]:
    """Seconds at a quarter, half and all of the size; the larger ones only while there is hope."""
    taken: list[float] = []
    said = ""
    for part in (size // 4, size // 2, size):
        took, said = seconds(name, make(part))
        taken.append(took)
        if took >= DEADLINE_SECONDS / 2:
            break
    return taken, said


def is_slow(taken: list[float], size: int) -> bool:
    """True where it grew faster than its size, or takes too long for it."""
    grew = len(taken) > 1 and taken[-1] > NOISE_SECONDS and taken[-1] > MAX_GROWTH * taken[-2]
    return grew or len(taken) < 3 or taken[-1] > max(MAX_SECONDS_A_MB * size / 1_000_000, NOISE_SECONDS)


def main() -> None:
    parser = argparse.ArgumentParser(description="What reading costs as files grow.")
    parser.add_argument("names", nargs="*", help="suffixes; all without")
    parser.add_argument("--size", type=int, default=250_000, help="bytes of the largest")
    parser.add_argument("--all", action="store_true", help="print every case")
    given = parser.parse_args()
    count = found = 0
    total = 0.0
    for name, pattern, make in cases():
        if given.names and name.removeprefix("a.") not in given.names:
            continue
        taken, said = measured(make, name, given.size)
        count, total = count + 1, total + sum(taken)
        slow = is_slow(taken, given.size)
        found += slow
        if slow or given.all:
            shown = " ".join(f"{each:.2f}" for each in taken)
            print(f"{name} {pattern}: {shown} s, {said}", flush=True)
    print(f"{count:,} cases to {given.size:,} bytes, {total:.0f} s of processor time, {found} findings")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
