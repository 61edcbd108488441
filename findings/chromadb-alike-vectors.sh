#!/bin/sh
# chromadb 1.5.9: where a thousand vectors are the very same, as those of a notice that stands on every page, a query by
# that vector for a thousand answers leaves hundreds of them out and gives vectors that are far away in their place; how
# many differs from one build of the same collection to the next (447, 992, 1000, 1000 of 1,000 seen).
# Expected of an approximate index: nearly all of what lies at distance 0.
# Exit 0 while one of thirty builds leaves out more than one in ten, 1 once none does. Needs python3 and a package index;
# nothing of this project.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check chromadb==1.5.9 numpy==2.4.6
cat > "$folder/alike.py" <<'PYTHON'
import sys
import tempfile

import chromadb
import numpy as np

ALIKE, OTHERS, DIMENSIONS = 1000, 3800, 64
found = []
for build in range(30):
    draw = np.random.default_rng(7)
    client = chromadb.PersistentClient(tempfile.mkdtemp(dir=sys.argv[1]))
    chunks = client.create_collection("chunks", configuration={"hnsw": {"space": "cosine"}}, embedding_function=None)
    others = draw.standard_normal((OTHERS, DIMENSIONS)).astype("float32")
    same = np.repeat(draw.standard_normal((1, DIMENSIONS)).astype("float32"), ALIKE, axis=0)
    for name, vectors in (("other", others), ("alike", same)):
        for start in range(0, len(vectors), 200):
            part = vectors[start : start + 200]
            chunks.add(ids=[f"{name}-{start + number}" for number in range(len(part))], embeddings=part)
    (ids,) = chunks.query(query_embeddings=same[:1], n_results=ALIKE, include=["distances"])["ids"]
    found.append(sum(each.startswith("alike") for each in ids))
    if found[-1] < 0.9 * ALIKE:
        break
print(f"chromadb {chromadb.__version__}, Python {sys.version.split()[0]}: of {ALIKE} at distance 0 were found {found}")
sys.exit(min(found) >= 0.9 * ALIKE)
PYTHON
"$folder/venv/bin/python" "$folder/alike.py" "$folder"
