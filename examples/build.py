"""Build the PDF and DOCX files of handbook/ from the masters. The same masters give the same bytes.

`masters/manuals/x.pdf.md` becomes `handbook/manuals/x.pdf`. The Markdown, HTML and text files of handbook/ are their
own masters. Run it with `python -m examples.build`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from examples.master import read_master
from examples.pdf import write_pdf
from examples.word import write_docx

EXAMPLES = Path(__file__).parent
MASTERS = EXAMPLES / "masters"
HANDBOOK = EXAMPLES / "handbook"
WRITERS = {".pdf": write_pdf, ".docx": write_docx}


def build(destination: Path = HANDBOOK) -> list[Path]:
    """Write every built document below `destination`; return what was written."""
    written = []
    for path in sorted(MASTERS.rglob("*.md")):
        target = destination / path.relative_to(MASTERS).with_suffix("")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(WRITERS[target.suffix](read_master(path)))
        written.append(target)
    return written


if __name__ == "__main__":
    for document in build():
        sys.stdout.write(f"{document.relative_to(EXAMPLES)}\n")
