#!/bin/sh
# llama-index-core 0.14.25 and llama-index-vector-stores-chroma 0.6.0: a retriever's `doc_ids`, by its docstring "list of
# documents to constrain search", constrain nothing and say nothing, over Chroma as over LlamaIndex's own
# SimpleVectorStore; its `node_ids` constrain the latter and not Chroma.
# Expected: the nodes of those documents alone, or an error, such as this store raises for filters that it cannot do.
# Exit 0 while that is so, 1 once it has changed. Needs python3 and a package index; nothing of this project.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    llama-index-core==0.14.25 llama-index-vector-stores-chroma==0.6.0 chromadb==1.5.9
cat > "$folder/constrained.py" <<'PYTHON'
import sys
import tempfile
from importlib.metadata import version

import chromadb
from llama_index.core import MockEmbedding, StorageContext, VectorStoreIndex
from llama_index.core.retrievers import VectorIndexRetriever
from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode
from llama_index.core.vector_stores import SimpleVectorStore
from llama_index.vector_stores.chroma import ChromaVectorStore

chunks = chromadb.PersistentClient(tempfile.mkdtemp(dir=sys.argv[1])).create_collection("chunks")
print(f"llama-index-vector-stores-chroma {version('llama-index-vector-stores-chroma')}, Python {sys.version.split()[0]}")
found = []
for store in (SimpleVectorStore(), ChromaVectorStore(chroma_collection=chunks)):
    nodes = [
        TextNode(id_=f"{name}-1", text=name, relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=name)})
        for name in ("handbook", "payroll")
    ]
    index = VectorStoreIndex(nodes, storage_context=StorageContext.from_defaults(vector_store=store), embed_model=MockEmbedding(3))
    for asked in ({"doc_ids": ["handbook"]}, {"node_ids": ["handbook-1"]}):
        retriever = VectorIndexRetriever(index, similarity_top_k=10, **asked)
        found.append(sorted(each.node.node_id for each in retriever.retrieve("text")))
        print(f"{type(store).__name__}, {asked}: {found[-1]}")
one, both = ["handbook-1"], ["handbook-1", "payroll-1"]
sys.exit(found != [both, one, both, both])
PYTHON
HOME="$folder" "$folder/venv/bin/python" "$folder/constrained.py" "$folder"
