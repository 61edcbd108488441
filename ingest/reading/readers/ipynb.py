"""Jupyter notebooks: Markdown cells as Markdown, code cells and their text output as code."""

from __future__ import annotations

import json
from collections.abc import Iterator

from corpus.errors import DocumentEmpty, DocumentUnreadable
from ingest.reading.document import Document
from ingest.reading.readers import markdown
from ingest.reading.readers.composer import Composer, clean
from ingest.reading.readers.encoding import decode

_MAX_OUTPUT_CHARACTERS = 2000


def read(data: bytes, *, password: str | None = None) -> list[Document]:  # noqa: ARG001 - all readers are called alike
    try:
        notebook = json.loads(decode(data))
        cells = notebook["cells"]
        stated = notebook.get("metadata", {}).get("title")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DocumentUnreadable(f"The file is not a version 4 notebook: {error!r}. Save it again.") from error
    composer = Composer()
    for cell in cells if isinstance(cells, list) else ():
        if isinstance(cell, dict):
            _write(composer, cell)
    if not composer.blocks:
        raise DocumentEmpty("The notebook holds no text.")
    heading = next((block.name for block in composer.blocks if block.level == 1), None)
    return [composer.finish(title=stated if isinstance(stated, str) else heading)]


def _write(composer: Composer, cell: dict[str, object]) -> None:
    source = clean(_text(cell.get("source"))).strip("\n")
    kind = cell.get("cell_type")
    if kind == "markdown":
        composer.embed(*markdown.structured(source))
    elif kind == "code":
        composer.code(source)
        for output in _outputs(cell.get("outputs")):
            composer.code(output)
    else:
        composer.paragraph(source)


def _outputs(outputs: object) -> Iterator[str]:
    """The text output; images, HTML and tracebacks are left out."""
    for output in outputs if isinstance(outputs, list) else ():
        if not isinstance(output, dict):
            continue
        results = output.get("data")
        text = _text(output.get("text")) or _text(results.get("text/plain") if isinstance(results, dict) else None)
        yield text[:_MAX_OUTPUT_CHARACTERS]


def _text(value: object) -> str:
    """The text of a string or a list of lines; the format allows both."""
    if isinstance(value, list):
        return "".join(line for line in value if isinstance(line, str))
    return value if isinstance(value, str) else ""
