"""The house's arrows, and what importing must not do."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FORBIDDEN = {
    "corpus": {"ingest", "handler", "infra", "typer", "rich", "fastapi", "starlette", "mangum", "uvicorn"},
    "ingest": {"handler", "infra", "fastapi", "starlette", "mangum", "uvicorn"},
    "handler": {"ingest", "infra"},
}
# Each heavy library has one home.
HOMES = {
    "boto3": ("corpus/s3.py", "handler/access/aws.py"),
    "botocore": ("corpus/s3.py", "handler/access/aws.py"),
    "chromadb": ("corpus/store/",),
    "chromadb_rust_bindings": ("corpus/store/engine.py",),
    "openai": ("corpus/embedding/openai.py",),
    "onnxruntime": ("corpus/embedding/",),
    "bm25s": ("corpus/lexical/",),
    "Stemmer": ("corpus/lexical/",),
    "httpcore2": ("corpus/outbound.py", "ingest/sources/"),
    "mangum": ("handler/main.py",),
    "fastapi": ("handler/",),
    "pypdf": ("ingest/reading/readers/",),
    "pypdfium2": ("ingest/reading/readers/",),
    "typer": ("ingest/command/", "handler/cli.py"),
    "uvicorn": ("handler/",),
    "openapi_spec_validator": ("handler/check/",),
    "jsonschema": ("handler/check/",),
    "jwt": ("handler/access/oauth/",),
    "cryptography": ("corpus/snapshot/signing.py",),
}
PARSERS = ("pypdf", "pypdfium2", "docx", "selectolax", "markdown_it", "lxml", "bs4")


def imports_of(path: Path) -> set[str]:
    """The top-level names that a module imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("package", FORBIDDEN)
def test_no_module_imports_against_the_arrows(package: str) -> None:
    for path in modules(package):
        assert not imports_of(path) & FORBIDDEN[package], path


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")


def modules_imported(path: Path, ours: set[str]) -> set[str]:
    """The modules of ours that a module imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= whole & ours or {node.module}
    return (names & ours) - {name_of(path)}


def imports() -> dict[str, set[str]]:
    paths = {name_of(path): path for package in FORBIDDEN for path in modules(package)}
    return {name: modules_imported(path, set(paths)) for name, path in paths.items()}


def rooms() -> dict[str, set[str]]:
    """The table of docs/architecture.md: each room, and the rooms that it may import."""
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8").split("## Who may import whom")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `([a-z_.]+)` \|(.*)\|$", text, flags=re.M)
    return {room: set(re.findall(r"`([a-z_.]+)`", others)) for room, others in rows}


def test_modules_import_only_what_the_table_of_rooms_lets_them() -> None:
    table = rooms()

    def room(module: str) -> str:
        return max((each for each in table if f"{module}.".startswith(f"{each}.")), key=len)

    wrong = [
        f"{name} ({room(name)}) imports {other} ({room(other)})"
        for name, others in imports().items()
        for other in others
        if room(other) not in {room(name), *table[room(name)]}
    ]
    assert not wrong


@pytest.mark.parametrize("graph", ["modules", "rooms"])
def test_nothing_imports_itself_by_whatever_way_round(graph: str) -> None:
    left = imports() if graph == "modules" else rooms()
    while free := {name for name, others in left.items() if not others & left.keys()}:
        left = {name: others for name, others in left.items() if name not in free}
    assert not left


def test_each_heavy_library_has_one_home() -> None:
    for package in FORBIDDEN:
        for path in modules(package):
            name = path.relative_to(ROOT).as_posix()
            for library in imports_of(path) & HOMES.keys():
                assert name.startswith(HOMES[library]), f"{name} imports {library}"


def test_readers_call_nothing_of_numpy_that_the_package_for_lambda_lacks() -> None:
    masked = re.compile(r"np\.(?:ma|unique|union1d|intersect1d|setdiff1d|setxor1d|median|percentile|quantile)\b")
    writers = {ROOT / "corpus" / "lexical" / name for name in ("build.py", "forward.py", "index_segment.py")}
    readers = {*(ROOT / "corpus").rglob("*.py"), *(ROOT / "handler").rglob("*.py")} - writers
    assert [str(path) for path in sorted(readers) if masked.search(path.read_text("utf-8"))] == []


def test_only_the_settings_classes_read_the_environment() -> None:
    for package in FORBIDDEN:
        for path in modules(package):
            # Ray takes some settings from nowhere else: there they are set, and not read.
            words = ("getenv", "environ.get", "environ[") if path.parent.name == "onray" else ("os.environ", "getenv")
            assert not any(word in path.read_text("utf-8") for word in words), path


# As an audit hook it sees every socket and file of the process, whoever opens it. Trio, which the locks leave out and
# httpcore imports where it finds it, asks ldconfig.
GUARD = """
import sys
sys.modules["trio"] = None
def guard(event, args):
    if event in {"socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen"}:
        print(f"{event} {args}", file=sys.stderr)
        sys.exit(3)
sys.addaudithook(guard)
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", GUARD + code], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("package", ["corpus", "ingest", "handler"])
def test_importing_touches_no_network_and_starts_nothing(package: str) -> None:
    names = [path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".") for path in modules(package)]
    # Entry points run when imported: that is what they are for.
    code = "".join(f"import {name}\n" for name in names if not name.endswith(("__main__", "handler.main")))
    result = run(code)
    assert result.returncode == 0, result.stderr


def test_the_handler_loads_no_ingest_and_no_document_parser() -> None:
    code = f"""
import handler.app, corpus.corpus_opening, corpus.store, corpus.embedding.remote, corpus.embedding.minilm
loaded = set(sys.modules)
print(sorted(name for name in loaded if name.split(".")[0] in {("ingest", "typer", *PARSERS)!r}))
print(sorted(name for name in loaded if name.startswith(("handler.check", "openapi_spec_validator"))))
"""
    result = run(code)
    assert result.returncode == 0, result.stderr
    assert result.stdout == "[]\n[]\n"
