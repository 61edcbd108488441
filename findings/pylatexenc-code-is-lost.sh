#!/bin/sh
# pylatexenc 2.11: `latex_to_text` of LatexNodes2Text leaves out whatever a LaTeX document sets as code, in silence: `\texttt`,
# `\verb` and the environment `verbatim` become the empty string (`lstlisting` does not), and `\href{address}{name}`
# raises IndexError. Version 2.10 does the same.
# Expected: the code's characters as they stand, as for `\textbf` and `lstlisting`; the link's name, its address or both.
# Exit 0 while that is so, 1 once it has changed. Needs python3 and a package index; nothing of this project.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pylatexenc==2.11
cat > "$folder/converted.py" <<'PYTHON'
import sys
from importlib.metadata import version

from pylatexenc.latex2text import LatexNodes2Text

print(f"pylatexenc {version('pylatexenc')}, Python {sys.version.split()[0]}")
sources = [
    r"set \textbf{limit} to 5",
    r"set \texttt{limit} to 5",
    r"set \verb|limit| to 5",
    "\\begin{lstlisting}\nlimit = 5\n\\end{lstlisting}",
    "\\begin{verbatim}\nlimit = 5\n\\end{verbatim}",
    r"see \href{https://example.org}{the manual}",
]
texts = []
for source in sources:
    try:
        texts.append(LatexNodes2Text().latex_to_text(source))
    except IndexError as error:
        texts.append(type(error).__name__)
    print(f"{source!r}: {texts[-1]!r}")
sys.exit(texts != ["set limit to 5", "set  to 5", "set  to 5", "\nlimit = 5\n", "", "IndexError"])
PYTHON
"$folder/venv/bin/python" "$folder/converted.py" 2> "$folder/warnings"
