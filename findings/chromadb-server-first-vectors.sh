#!/bin/sh
# chromadb 1.5.9: where one client writes the first vectors of a collection of a server, `get` with embeddings by another
# client fails meanwhile: "InternalError: Error executing plan: Internal error: Error creating hnsw segment reader: Nothing
# found on disk". The records are there already; asked again a moment later, they come with their vectors.
# Expected: the records with their vectors, or none yet.
# Exit 0 while one of some thousand reads fails so, 1 once none does. Needs python3 and a package index; nothing of this
# project.
set -eu
folder=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check chromadb==1.5.9 numpy==2.4.6
port=$("$folder/venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$folder/venv/bin/chroma" run --path "$folder/data" --host 127.0.0.1 --port "$port" > "$folder/log" 2>&1 &
server=$!
cat > "$folder/first.py" <<'PYTHON'
import sys
import threading
import time
from collections import Counter

import chromadb
import numpy as np


def connected():
    for _ in range(600):
        try:
            return chromadb.HttpClient(host="127.0.0.1", port=int(sys.argv[1]))
        except ValueError:
            time.sleep(0.1)
    sys.exit("The server does not start.")


said, reads = Counter(), 0
for turn in range(60):
    clients = [connected() for _ in range(3)]
    clients[0].create_collection(f"first-{turn}", embedding_function=None)
    writing, *reading = [each.get_collection(f"first-{turn}", embedding_function=None) for each in clients]

    def write():
        for part in range(5):
            ids = [f"{part}-{number}" for number in range(50)]
            vectors = np.random.default_rng(part).random((50, 16)).astype("float32")
            writing.upsert(ids=ids, embeddings=vectors, metadatas=[{"number": number} for number in range(50)])

    def read(collection):
        for _ in range(40):
            try:
                collection.get(where={"number": {"$in": [1, 2, 3]}}, include=["embeddings"])
            except Exception as error:
                said[f"{type(error).__name__}: {error}"] += 1

    threads = [threading.Thread(target=write), *(threading.Thread(target=read, args=(each,)) for each in reading)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    reads += 80
    if said:
        break
print(f"chromadb {chromadb.__version__}, Python {sys.version.split()[0]}: of {reads} reads failed {dict(said)}")
sys.exit(not any("Nothing found on disk" in each for each in said))
PYTHON
"$folder/venv/bin/python" "$folder/first.py" "$port"
