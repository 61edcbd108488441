#!/bin/sh
# chroma-haystack 5.0.0 with haystack-ai 3.4.1: the retriever puts Chroma's distance into `Document.score`, whose readers take
# a higher score for a better document. Haystack's own DocumentJoiner sorts by it, so a join keeps the farthest document:
# modes `concatenate`, `merge` and `distribution_based_rank_fusion`, every distance; only `reciprocal_rank_fusion`, which
# looks at places and not at scores, keeps the nearest. The store's docstring promises higher scores for nearer documents
# with "cosine" and "ip"; it is the other way round with all three.
# Expected: the document nearest to the question, in every mode.
# Exit 0 while that is so, 1 once it has changed. Needs python3 and a package index; nothing of this project.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    chroma-haystack==5.0.0 haystack-ai==3.4.1 chromadb==1.5.9
cat > "$folder/joined.py" <<'PYTHON'
import sys
import tempfile
from importlib.metadata import version

from haystack import Document
from haystack.components.joiners import DocumentJoiner
from haystack_integrations.components.retrievers.chroma import ChromaEmbeddingRetriever
from haystack_integrations.document_stores.chroma import ChromaDocumentStore

print(f"chroma-haystack {version('chroma-haystack')}, haystack-ai {version('haystack-ai')}, Python {sys.version.split()[0]}")
near, far = [1.0, 0.0], [0.0, 1.0]
by_score = ("concatenate", "merge", "distribution_based_rank_fusion")
kept = []
for distance in ("cosine", "ip", "l2"):
    store = ChromaDocumentStore("texts", persist_path=tempfile.mkdtemp(dir=sys.argv[1]), distance_function=distance)
    store.write_documents([Document(id="near", content="leave", embedding=near), Document(id="far", content="ink", embedding=far)])
    documents = ChromaEmbeddingRetriever(document_store=store, top_k=2).run(query_embedding=near)["documents"]
    print(f"{distance}: {[(each.id, each.score) for each in documents]}")
    for mode in (*by_score, "reciprocal_rank_fusion"):
        [first] = DocumentJoiner(join_mode=mode, top_k=1).run(documents=[documents])["documents"]
        print(f"  DocumentJoiner, {mode}, top_k=1: {first.id}")
        kept.append(first.id)
sys.exit(kept != ["far", "far", "far", "near"] * 3)
PYTHON
"$folder/venv/bin/python" "$folder/joined.py" "$folder" 2> "$folder/warnings"
