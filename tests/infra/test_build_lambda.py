"""The Lambda package: small, pruned, whole, and the same each time."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest

from infra import package
from infra.build_lambda import BuildError, build, put_bundle
from tests.corpus.snapshot.keeper import keeper_of
from tests.lambda_.built import Built, run_in
from tests.openai_server import embeddings_server

PRUNED = {
    line for line in (package.ROOT / "requirements" / "lambda-excludes").read_text().split() if not line.startswith("#")
}
PARSERS = {"docx", "lxml", "markdown_it", "olefile", "pypdf", "pypdfium2", "selectolax", "chardet"}


def test_the_package_is_within_its_limits(built: Built) -> None:
    assert package.unpacked_bytes(built.task) <= 190_000_000
    assert built.zip.stat().st_size <= 66_000_000


def test_nothing_pruned_no_ingest_and_no_parser_is_in_it(built: Built) -> None:
    names = {path.name for path in built.task.iterdir()}
    installed = {re.sub("[-_.]+", "-", name.split("-")[0].lower()) for name in names if name.endswith(".dist-info")}
    assert not installed & PRUNED
    assert not {name.lower() for name in names} & {name.replace("-", "_") for name in PRUNED}
    assert not names & (PARSERS | {"ingest", "infra", "tests", "boto3", "botocore"})
    assert {"chromadb", "fastapi", "mangum", "openai"} <= installed
    assert not [path for path in built.task.rglob("*") if path.suffix in {".pyi", ".h", ".pxd"} or path.name == "tests"]


def test_everything_the_handler_imports_is_in_it(built: Built) -> None:
    modules = [
        path.relative_to(built.task).with_suffix("").as_posix().removesuffix("/__init__").replace("/", ".")
        for folder in ("corpus", "handler")
        for path in (built.task / folder).rglob("*.py")
    ]
    assert "handler.main" in modules
    run = run_in(built.task, "".join(f"import {name}\n" for name in sorted(modules)) + "print(sorted(sys.path))")
    assert run.returncode == 0, run.stderr
    assert str(built.task) in run.stdout
    assert "site-packages" not in run.stdout


USE = """
import chromadb, tempfile
from chromadb.config import Settings
from corpus.tokens import Cl100kTokenizer
assert Cl100kTokenizer().count("two words") == 2
client = chromadb.PersistentClient(tempfile.mkdtemp(), settings=Settings(anonymized_telemetry=False))
collection = client.create_collection("test", embedding_function=None, configuration={"hnsw": {"space": "cosine"}})
vectors = [[1.0, 0.0], [0.0, 1.0]]
collection.add(ids=["a", "b"], embeddings=vectors, documents=["x", "y"], metadatas=[{"n": 1}, {"n": 2}])
assert collection.query(query_embeddings=[[1.0, 0.1]], n_results=1)["ids"] == [["a"]]
assert collection.get(where={"n": 2})["ids"] == ["b"]
import openai, bm25s, Stemmer
openai.OpenAI(api_key="x")
chromadb.HttpClient
"""


def test_what_is_left_of_chroma_and_openai_works(built: Built) -> None:
    run = run_in(built.task, USE)
    assert run.returncode == 0, run.stderr


def test_every_module_has_bytecode_that_is_not_checked_against_times(built: Built) -> None:
    sources = list(built.task.rglob("*.py"))
    assert len(sources) > 2000
    magic = b"\xf3\r\r\n"  # Python 3.13's.
    for source in sources:
        bytecode = source.parent / "__pycache__" / f"{source.stem}.cpython-313.pyc"
        if not bytecode.exists():
            # Not all that lies in wheels is Python of this version, such as templates.
            with pytest.raises(SyntaxError):
                compile(source.read_bytes(), source, "exec")
            continue
        content = bytecode.read_bytes()[:8]
        assert content[:4] == magic, source
        assert struct.unpack("<L", content[4:8])[0] == 0b01, "hash-based and unchecked"


def test_extensions_are_for_the_machine_that_was_asked_for(built: Built) -> None:
    for extension in built.task.rglob("*.so*"):
        # ELF, 64 bit, x86-64: e_machine at offset 18.
        assert struct.unpack("<H", extension.read_bytes()[18:20])[0] == 62, extension


@pytest.mark.slow
def test_building_again_by_pip_gives_the_same_bytes(built: Built, tmp_path: Path) -> None:
    unpacked_bytes = build(tmp_path / "again.zip", installer="pip")
    assert unpacked_bytes == package.unpacked_bytes(built.task)
    assert (tmp_path / "again.zip").read_bytes() == built.zip.read_bytes()


def test_a_bundle_goes_in_whole_and_one_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    with embeddings_server() as server:
        keeper = keeper_of(tmp_path, str(tmp_path / "published"), server)
        old = keeper.publishes("The warranty lasts 12 months.").manifest
        manifest = keeper.publishes("The warranty lasts 24 months.").manifest
    with pytest.raises(BuildError, match=r"has [\d,]+ bytes and the package has 1,000 left"):
        put_bundle(tmp_path / "full", keeper.dest, room=1000)
    put_bundle(tmp_path / "task", keeper.dest, room=10_000_000)
    names = {path.name for path in (tmp_path / "task" / "snapshot" / "objects").iterdir()}
    assert names == manifest.objects.keys()
    assert not names >= old.objects.keys()
    pointer = tmp_path / "task" / "snapshot" / "latest.json"
    assert pointer.read_bytes() == Path(keeper.dest, "latest.json").read_bytes()
