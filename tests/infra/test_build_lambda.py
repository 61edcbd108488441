"""The Lambda package: small, pruned, whole, and the same each time."""

from __future__ import annotations

import hashlib
import json
import os
import re
import struct
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.errors import SnapshotMissing
from corpus.settings import LOCAL_MODEL, MULTILINGUAL_MODEL, CorpusSettings
from corpus.store import create_store
from infra import package
from infra.build_lambda import BuildError, assemble, install, local_model_to_pack, main, put_bundle
from tests.corpus.snapshot.keeper import keeper_of
from tests.corpus.store.test_store import RECORD
from tests.handler.corpora import MANUALS, corpus_settings, write_corpus
from tests.handler.events import http_api
from tests.lambda_.built import Built, run_in
from tests.openai_server import embeddings_server

PRUNED = set((package.ROOT / "requirements" / "lambda-excludes").read_text().split())
PARSERS = {"docx", "lxml", "markdown_it", "olefile", "pypdf", "pypdfium2", "selectolax", "chardet"}


def test_the_package_is_within_its_limits(built: Built) -> None:
    assert package.unpacked_bytes(built.task) <= package.OWN_UNPACKED_BYTES <= 140_000_000
    assert built.zip.stat().st_size <= package.OWN_ZIP_BYTES <= 52_000_000


def test_nothing_pruned_no_ingest_and_no_parser_is_in_it(built: Built) -> None:
    names = {path.name for path in built.task.iterdir()}
    installed = {re.sub("[-_.]+", "-", name.split("-")[0].lower()) for name in names if name.endswith(".dist-info")}
    assert not installed & PRUNED
    assert not {name.lower() for name in names} & {name.replace("-", "_") for name in PRUNED}
    assert not names & (PARSERS | {"ingest", "infra", "tests", "boto3", "botocore"})
    assert {"chromadb", "fastapi", "mangum"} <= installed
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
import sys
from pathlib import Path
import numpy as np
from corpus.errors import SettingsError, StoreError
from corpus.settings import CorpusSettings
from corpus.store import read_store
from corpus.tokens import Cl100kTokenizer
assert Cl100kTokenizer().count("two words") == 2
with read_store(CorpusSettings(chroma_path=Path(sys.argv[1]))) as store:
    assert len(store.nearest(np.ones(256, np.float32), count=3)) == 1
    # The engine imports what it raises, and ends the process where it cannot.
    try:
        store.rows.ids({"source": {"$nonsense": 1}})
    except StoreError as error:
        print(error)
try:
    read_store(CorpusSettings(chroma_url="http://127.0.0.1:9"))
except SettingsError as error:
    print(error)
"""


def test_the_engine_answers_and_fails_without_chromadbs_package(built: Built, tmp_path: Path) -> None:
    with embeddings_server() as server:
        settings = keeper_of(tmp_path, "nowhere", server).says("The warranty lasts 12 months.").settings
    run = run_in(built.task, USE, str(settings.chroma_path))
    assert run.returncode == 0, run.stderr
    refused, missing = run.stdout.splitlines()
    assert refused.endswith("Invalid where clause")
    assert missing.startswith("This package has no client of Chroma servers. Build it with CHROMA_SERVER=1")


SIGNED = """
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from handler.routes.site import to_yaml
for algorithm, key in (
    ("RS256", rsa.generate_private_key(public_exponent=65537, key_size=2048)),
    ("ES256", ec.generate_private_key(ec.SECP256R1())),
):
    token = jwt.encode({"sub": "somebody"}, key, algorithm=algorithm)
    print(jwt.decode(token, key.public_key(), algorithms=[algorithm])["sub"])
print(to_yaml({"title": "X"}).strip())
"""


def test_tokens_are_checked_and_yaml_is_written_without_what_was_pruned(built: Built) -> None:
    run = run_in(built.task, SIGNED)
    assert run.stdout.split("\n")[:3] == ["somebody", "somebody", "title: X"], run.stderr


FIRST_ANSWER = """
import json, os, sys
os.environ |= json.loads(sys.argv[1])
import handler.main
before = set(sys.modules)
found = handler.main.handler(json.loads(sys.argv[2]), None)
assert found["statusCode"] == 200, found
for loaded in (before, set(sys.modules)):
    names = {name.partition(".")[0] for name in loaded} - set(sys.stdlib_module_names)
    print(*sorted(name for name in names if not name.startswith("_")))
"""
ALWAYS = {
    *("corpus", "handler", "fastapi", "starlette", "anyio", "mangum", "opentelemetry", "annotated_doc"),
    *("pydantic", "pydantic_core", "pydantic_settings", "dotenv", "annotated_types"),
    *("typing_extensions", "typing_inspection"),
    # The snapshot is open, and small enough to be searched without Chroma's engine.
    *("numpy", "cython_runtime", "Stemmer"),
}


def test_a_first_answer_loads_what_it_needs_and_nothing_else(built: Built, tmp_path: Path) -> None:
    with embeddings_server() as server:
        keeper = keeper_of(tmp_path, str(tmp_path / "published"), server)
        keeper.publishes("The warranty lasts 12 months.")
        given = {"AUTH": "none", "SNAPSHOT_URL": keeper.dest, "EMBEDDING_DIMENSIONS": "256", **server.environment}
        event = http_api("POST", "/search", json.dumps({"query": "warranty"}))
        run = run_in(built.task, FIRST_ANSWER, json.dumps(given), json.dumps(event))
    assert run.returncode == 0, run.stderr
    before, after = (set(line.split()) for line in run.stdout.splitlines())
    assert after == before == ALWAYS


SERVER = """
import sys
from corpus.settings import CorpusSettings
from corpus.store import read_store
with read_store(CorpusSettings(chroma_url=sys.argv[1], chroma_collection=sys.argv[2])) as store:
    print(store.count())
"""


@pytest.mark.slow
def test_with_chroma_server_a_server_is_asked(tmp_path: Path, chroma_url: str, server_task: Path) -> None:
    with embeddings_server() as server:
        settings = corpus_settings(tmp_path / "unused", server).model_copy(
            update={"chroma_url": chroma_url, "chroma_collection": "test-package"}
        )
        write_corpus(settings, MANUALS)
    assert package.unpacked_bytes(server_task) <= package.AWS_UNPACKED_BYTES
    run = run_in(server_task, SERVER, chroma_url, "test-package")
    assert run.stdout == "3\n", run.stderr


def test_every_module_has_bytecode_that_is_not_checked_against_times(built: Built) -> None:
    sources = list(built.task.rglob("*.py"))
    assert len(sources) > 600
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
def test_assembling_again_by_pip_gives_the_same_bytes(built: Built, tmp_path: Path) -> None:
    assemble(tmp_path / "task", installer="pip")
    assert contents(tmp_path / "task") == contents(built.task)


def contents(folder: Path) -> dict[str, str]:
    """The SHA-256 of each file."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_same_files_are_packed_into_the_same_bytes_whatever_their_times_and_rights(tmp_path: Path) -> None:
    zips = []
    for turn, names in enumerate((("a.py", "b/c.so"), ("b/c.so", "a.py"))):
        folder = tmp_path / str(turn)
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(name * 100)
            os.utime(folder / name, (turn + 1e9, turn + 1e9))
            (folder / name).chmod(0o600 + turn)
        package.write_zip(folder, tmp_path / f"{turn}.zip")
        zips.append((tmp_path / f"{turn}.zip").read_bytes())
    assert zips[0] == zips[1]


def test_the_zip_holds_what_was_assembled_and_says_nothing_of_the_machine(built: Built) -> None:
    with zipfile.ZipFile(built.zip) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {entry.filename for entry in archive.infolist()} == contents(built.task).keys()


def test_a_bundle_goes_in_whole_and_one_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    with embeddings_server() as server:
        keeper = keeper_of(tmp_path, str(tmp_path / "published"), server)
        old = keeper.publishes("The warranty lasts 12 months.").manifest
        manifest = keeper.publishes("The warranty lasts 24 months.").manifest
    with pytest.raises(SnapshotMissing, match=r"Nothing is published in .* Run `ingest publish "):
        put_bundle(tmp_path / "nothing", str(tmp_path / "elsewhere"), room=1000)
    with pytest.raises(BuildError, match=r"has [\d,]+ bytes and the package has 1,000 left"):
        put_bundle(tmp_path / "full", keeper.dest, room=1000)
    put_bundle(tmp_path / "task", keeper.dest, room=10_000_000)
    names = {path.name for path in (tmp_path / "task" / "snapshot" / "objects").iterdir()}
    assert names == manifest.objects.keys()
    assert not names >= old.objects.keys()
    pointer = tmp_path / "task" / "snapshot" / "latest.json"
    assert pointer.read_bytes() == Path(keeper.dest, "latest.json").read_bytes()
    damaged = min(Path(keeper.dest, "objects", name) for name in manifest.objects)
    content = damaged.read_bytes()
    damaged.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    with pytest.raises(BuildError, match=rf"{damaged.name} is damaged\. Publish again\."):
        put_bundle(tmp_path / "damaged", keeper.dest, room=10_000_000)


def test_what_cannot_be_installed_is_named_with_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = tmp_path / "lambda.txt"
    lock.write_text(f"nothing-of-this-name==1.0 --hash=sha256:{'0' * 64}\n")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(BuildError, match=r"^The packages of lambda\.txt could not be installed for arm64; "):
        install(tmp_path / "task", [lock], machine="arm64", installer="pip")


def test_what_takes_most_is_named_first(tmp_path: Path) -> None:
    for name, size in {"large": 3_000, "small": 10}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.py").write_bytes(b"x" * size)
    (tmp_path / "alone.py").write_bytes(b"x" * 200)
    assert package.largest(tmp_path, 2) == [("large", 3_000), ("alone.py", 200)]


@pytest.mark.parametrize(
    ("model", "words", "told"),
    [
        pytest.param("large", [], "Error: LOCAL_MODEL is 'large' and may be 1, ", id="a model that nobody knows"),
        pytest.param("", ["--installer=pip"], "No Python 3.13 is found", id="no interpreter for the bytecode"),
    ],
)
def test_what_cannot_be_built_is_told_in_a_line_and_no_zip_is_written(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    model: str,
    words: list[str],
    told: str,
) -> None:
    monkeypatch.setenv("LOCAL_MODEL", model)
    # Neither pyenv's interpreters nor those of the system.
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path / "python"))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert main([*words, "--output", str(tmp_path / "lambda.zip")]) == 1
    assert told in capsys.readouterr().err
    assert not (tmp_path / "lambda.zip").exists()


def test_one_stands_for_the_model_that_the_corpus_here_was_made_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = CorpusSettings(chroma_path=tmp_path)
    record = replace(RECORD, embedding_model=MULTILINGUAL_MODEL)
    monkeypatch.setenv("CHROMA_PATH", str(tmp_path))
    assert local_model_to_pack("1") == LOCAL_MODEL  # No corpus says anything else.
    create_store(settings, record).close()
    assert local_model_to_pack("1") == MULTILINGUAL_MODEL
    assert local_model_to_pack(LOCAL_MODEL) == LOCAL_MODEL
    assert local_model_to_pack("") is None
    assert local_model_to_pack("0") is None
