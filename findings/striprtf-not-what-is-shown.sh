#!/bin/sh
# striprtf 0.0.35 against the Rich Text Format Specification 1.9.1: `rtf_to_text` gives text that no reader is shown and loses
# text that every reader is:
# - `\v`, hidden text, and `\deleted`, deleted in a revision: both stand in the result;
# - `{\footnote ...}`: lost;
# - `\mac`, the document's character set: bytes are read as Windows-1252 all the same (8E is "é" in Mac OS Roman).
# Expected: "shown", "kept", the note's words, "é".
# Exit 0 while that is so, 1 once it has changed. Needs python3 and a package index; nothing of this project.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check striprtf==0.0.35
cat > "$folder/stripped.py" <<'PYTHON'
import sys
from importlib.metadata import version

from striprtf.striprtf import rtf_to_text

print(f"striprtf {version('striprtf')}, Python {sys.version.split()[0]}")
documents = [
    r"{\rtf1\ansi {\v hidden }shown\par}",
    r"{\rtf1\ansi {\deleted gone }kept\par}",
    r"{\rtf1\ansi Ten days.{\super\chftn{\footnote {\super\chftn} From May on.}}\par}",
    r"{\rtf1\mac caf\'8e\par}",
]
texts = [rtf_to_text(document).strip() for document in documents]
for document, text in zip(documents, texts, strict=True):
    print(f"{document}: {text!r}")
sys.exit(texts != ["hidden shown", "gone kept", "Ten days.", "cafŽ"])
PYTHON
"$folder/venv/bin/python" "$folder/stripped.py" 2> "$folder/warnings"
