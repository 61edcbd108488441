#!/bin/sh
# ranx 0.3.21: `fuse` with `norm="min-max"`, its default, makes the score of a list's only hit 0, what the worst of a longer
# list gets; `norm="sum"` does the same and "zmuv" takes the list's mean for it. In hybrid search the one chunk that holds a
# part number, sole hit by keyword and last of three by vector, is fused last, as if no list had found it.
# Expected: 1.0, what the best of a list gets (norms "max", "rank" and "borda" do so), and that chunk first.
# Exit 0 while that is so, 1 once it has changed. Needs python3 and a package index; nothing of this project.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check ranx==0.3.21
cat > "$folder/fused.py" <<'PYTHON'
import sys
from importlib.metadata import version

from ranx import Run, fuse

print(f"ranx {version('ranx')}, Python {sys.version.split()[0]}")
words = Run({"question": {"part-4711": 9.0}})
vectors = Run({"question": {"a": 0.9, "b": 0.8, "part-4711": 0.1}})
fused = {}
for norm in (None, "min-max", "sum", "zmuv", "max", "rank", "borda"):
    named = {} if norm is None else {"norm": norm}
    scores = dict(fuse(runs=[words, vectors], method="sum", **named).run["question"])
    fused[norm or "default"] = {each: round(float(score), 3) for each, score in sorted(scores.items())}
    print(f"{norm or 'default'}: {fused[norm or 'default']}")
last = {name for name, scores in fused.items() if min(scores, key=scores.get) == "part-4711"}
sys.exit(last != {"default", "min-max", "sum", "zmuv"} or fused["default"]["part-4711"] != 0.0)
PYTHON
"$folder/venv/bin/python" "$folder/fused.py" 2> "$folder/warnings"
