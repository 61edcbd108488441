#!/bin/sh
# chroma-haystack 5.0.0 with haystack-ai 3.4.1: filters that Haystack's documentation allows find other documents over Chroma
# than over Haystack's InMemoryDocumentStore, in silence:
# - a condition on `id` beside one on `meta` matches nothing with AND, and is left out of an OR;
# - of `meta.author.name` only `name` is looked up, so a filter on a nested field answers for another field;
# - a condition on `meta` and one on `content` match nothing in this order, and raise in the other.
# Expected: the same documents as in memory, or an error, such as the store raises for NOT.
# Exit 0 while that is so, 1 once it has changed. Needs python3 and a package index; nothing of this project.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    chroma-haystack==5.0.0 haystack-ai==3.4.1 chromadb==1.5.9
cat > "$folder/filtered.py" <<'PYTHON'
import sys
import tempfile
from importlib.metadata import version

from haystack import Document
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.document_stores.chroma import ChromaDocumentStore

print(f"chroma-haystack {version('chroma-haystack')}, haystack-ai {version('haystack-ai')}, Python {sys.version.split()[0]}")


def is_(field, value, operator="=="):
    return {"field": field, "operator": operator, "value": value}


def joined(operator, *conditions):
    return {"operator": operator, "conditions": list(conditions)}


chroma = ChromaDocumentStore("texts", persist_path=tempfile.mkdtemp(dir=sys.argv[1]))
memory = InMemoryDocumentStore()
for store in (chroma, memory):
    store.write_documents(
        [
            Document(id="a", content="leave of absence", embedding=[1.0, 0.0], meta={"team": "people", "name": "leave"}),
            Document(id="b", content="leave the building", embedding=[0.0, 1.0], meta={"team": "house", "name": "fire"}),
        ]
    )


def found(store, filters):
    try:
        return sorted(each.id for each in store.filter_documents(filters))
    except Exception as error:
        return type(error).__name__


people, leave = is_("meta.team", "people"), is_("content", "leave", "contains")
asked = {
    "id and meta": joined("AND", is_("id", "a"), people),
    "id or meta": joined("OR", is_("id", "b"), people),
    "nested field": is_("meta.author.name", "fire"),
    "meta, then content": joined("AND", people, leave),
    "content, then meta": joined("AND", leave, people),
}
answers = {}
for name, filters in asked.items():
    answers[name] = [found(memory, filters), found(chroma, filters)]
    print(f"{name}: in memory {answers[name][0]}, in Chroma {answers[name][1]}")
sys.exit(
    answers
    != {
        "id and meta": [["a"], []],
        "id or meta": [["a", "b"], ["a"]],
        "nested field": [[], ["b"]],
        "meta, then content": ["FilterError", []],
        "content, then meta": ["FilterError", "ChromaDocumentStoreFilterError"],
    }
)
PYTHON
"$folder/venv/bin/python" "$folder/filtered.py" "$folder" 2> "$folder/warnings"
