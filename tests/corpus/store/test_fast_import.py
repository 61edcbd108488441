"""corpus.store.fast_import: the embedded client is made without a check of chromadb's own methods, and works."""

import subprocess
import sys
from pathlib import Path

SCRIPT = """
import sys
import overrides
module = sys.modules["overrides.overrides"]
checked = []
validate = module._validate_method
module._validate_method = lambda *given: checked.append(1) or validate(*given)
if sys.argv[2] == "ours":
    from corpus.store.isolated_import import import_chromadb
    import_chromadb()
import chromadb
collection = chromadb.PersistentClient(sys.argv[1]).create_collection("corpus", embedding_function=None)
collection.add(ids=["a"], embeddings=[[1.0, 0.0]], documents=["text"])
assert collection.query(query_embeddings=[[1.0, 0.0]], n_results=1)["documents"] == [["text"]]
print(len(checked))
"""


def checks(path: Path, imported: str) -> int:
    """How often `overrides` checks a method while chromadb is imported, a store is written and searched."""
    command = [sys.executable, "-c", SCRIPT, str(path), imported]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def test_chromadb_is_imported_without_the_checks_of_its_authors(tmp_path: Path) -> None:
    assert checks(tmp_path / "a", "ours") == 0
    assert checks(tmp_path / "b", "chromadb") > 50  # Else overrides has changed, and the module can go.
