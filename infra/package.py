"""What goes into the Lambda package: our modules that the entry point reaches, pruned wheels, bytecode. No network."""

from __future__ import annotations

import ast
import shutil
import subprocess
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from corpus.embedding.int8 import shrink
from corpus.embedding.model_files import E5_FILE, E5_PACKAGE, INT8_WEIGHTS, PACKAGE, WEIGHTS, check_e5, model_files_in
from corpus.settings import LOCAL_MODEL, MULTILINGUAL_MODEL

ROOT = Path(__file__).parents[1]
ENTRY = "handler.main"
# What one local model needs, and what both do.
OF_MODEL = {LOCAL_MODEL: ("corpus.embedding.minilm",), MULTILINGUAL_MODEL: ("corpus.embedding.e5",)}
OF_BOTH = ("corpus.embedding.bert", "corpus.embedding.local")
ONLY_INGEST = "corpus.embedding.openai"  # With the SDK: queries do without it.
PACKAGES = ("corpus", "handler")

# AWS counts everything that the zip unpacks to, layers included.
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
AWS_UNPACKED_BYTES = 262_144_000
# Our own limits: for a package without the local model, chromadb's client and a bundle, so that growth is noticed.
OWN_UNPACKED_BYTES = 140_000_000
OWN_ZIP_BYTES = 50_000_000

# Nothing imports these at run time; metadata (*.dist-info) stays, because libraries look up their own versions. From
# onnxruntime it removes what makes models, not what runs them.
_PATHS = {f"onnxruntime/{name}" for name in ("backend", "datasets", "quantization", "tools", "transformers")}
# The runtime a second time, 29 MB, for plug-ins that bring other processors; Python's module contains it.
_TWICE = "onnxruntime/capi/libonnxruntime.so*"
# Removed as well if chromadb's client is not to run: what our arrays, FastAPI and requests in one thread do without,
# what cffi compiles with, compiled parts that tests call, and the compiled YAML, which Python can write without.
_UNCALLED = (
    *("numpy/ctypeslib", "numpy/fft", "numpy/ma", "numpy/polynomial", "numpy/random", "numpy/lib/recfunctions.py"),
    *("numpy/char", "numpy/core", "numpy/_core/defchararray.py", "anyio/_core/_tempfile.py", "anyio/itertools.py"),
    *("numpy/_core/_simd*.so", "numpy/_core/*_tests*.so", "pydantic/experimental", "pydantic/mypy.py", "pydantic/v1"),
    *("anyio/_backends/_trio.py", "anyio/pytest_plugin.py", "starlette/testclient.py", "fastapi/.agents"),
    *("idna/uts46data.py", "cffi", "_yaml", "yaml/_yaml*.so"),
)
# And everything except its lists of function words: see corpus/lexical/languages.py.
_LISTS = "bm25s/stopwords.py"
_FOLDERS = {"__pycache__", "bin", "f2py", "include", "sboms", "test", "testing", "tests", "_pyinstaller"}
# The engine needs only chromadb's exceptions from its Python package: see corpus/store/chroma_errors.py.
CHROMA, CHROMA_ERRORS = "chromadb", "errors.py"
_SUFFIXES = {".a", ".c", ".cc", ".cpp", ".h", ".hpp", ".ipynb", ".lib", ".pxd", ".pyi", ".pyx", ".proto"}
# An installer's own notes, different for each.
_INSTALLERS = {"direct_url.json", "INSTALLER", "RECORD", "REQUESTED", "uv_cache.json"}

_EPOCH = (1980, 1, 1, 0, 0, 0)  # The earliest that a zip can say.


def our_modules(*, local_model: str | None) -> list[Path]:
    """Our source files that the entry point imports, directly or later, relative to the root."""
    left_out = (ONLY_INGEST, *(module for model, own in OF_MODEL.items() if model != local_model for module in own))
    left_out += () if local_model else OF_BOTH
    found: set[Path] = set()
    waiting = [ENTRY]
    while waiting:
        module = waiting.pop()
        if module.startswith(left_out):
            continue
        for path in _files_of(module):
            if path not in found:
                found.add(path)
                waiting.extend(_imports_of(ROOT / path))
    return sorted(found)


def _files_of(module: str) -> Iterator[Path]:
    """The module's file and those of the packages around it."""
    parts = module.split(".")
    for count in range(1, len(parts) + 1):
        stem = Path(*parts[:count])
        for path in (stem / "__init__.py", stem.with_suffix(".py")):
            if parts[0] in PACKAGES and (ROOT / path).is_file():
                yield path


def _imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def copy_ours(target: Path, *, local_model: str | None) -> None:
    """Put our modules there, with their data files."""
    folders = (ROOT / "corpus" / "data", ROOT / "handler" / "routes" / "static")
    data = [path.relative_to(ROOT) for folder in folders for path in folder.rglob("*") if path.is_file()]
    for path in [*our_modules(local_model=local_model), *data]:
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, target / path)


def prune(folder: Path, *, chroma_server: bool = False) -> None:
    """Remove from installed wheels what only developers need, and chromadb's client where no server is asked."""
    if not chroma_server:
        for path in (folder / CHROMA).iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name != CHROMA_ERRORS:
                path.unlink()
        _remove_uncalled(folder)
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            if path.name in _FOLDERS or path.relative_to(folder).as_posix() in _PATHS:
                shutil.rmtree(path)
        elif path.suffix in _SUFFIXES or (path.parent.suffix == ".dist-info" and path.name in _INSTALLERS):
            path.unlink()
    for path in folder.glob(_TWICE):
        path.unlink()
    (folder / ".lock").unlink(missing_ok=True)


def _remove_uncalled(folder: Path) -> None:
    lists = folder / _LISTS
    for path in [*(found for name in _UNCALLED for found in folder.glob(name)), *lists.parent.iterdir()]:
        if path.is_dir():
            shutil.rmtree(path)
        elif path != lists:
            path.unlink()


def shrink_model(folder: Path) -> None:
    """Keep MiniLM's weights as int8: as float32 they have 91 MB, and the unpacked package may have 262."""
    model = folder / PACKAGE / "model"
    shrink(model / WEIGHTS, model / INT8_WEIGHTS)
    (model / WEIGHTS).unlink()
    model_files_in(model).check()


def take_e5(installed: Path, folder: Path) -> None:
    """Take the other model's file and metadata from where its wheel was installed, without its engine."""
    (folder / E5_PACKAGE).mkdir()
    shutil.copyfile(installed / E5_PACKAGE / E5_FILE, folder / E5_PACKAGE / E5_FILE)
    for described in installed.glob(f"{E5_PACKAGE}-*.dist-info"):
        (folder / described.name).mkdir()
        shutil.copyfile(described / "METADATA", folder / described.name / "METADATA")
    check_e5(folder / E5_PACKAGE / E5_FILE)


def compile_bytecode(folder: Path, python: Path) -> None:
    """Compile with the interpreter of the target version.

    Unchecked by hash: Lambda gives files other times than the zip has, and would take a bytecode with times for stale.
    """
    command = [
        str(python),
        "-I",
        "-m",
        "compileall",
        "-q",
        *("--invalidation-mode", "unchecked-hash"),
        # Paths in tracebacks are Lambda's, and the same on every machine that builds.
        *("-s", str(folder), "-p", "/var/task"),
        str(folder),
    ]
    subprocess.run(command, check=True)  # noqa: S603 - the interpreter that the caller chose


def unpacked_bytes(folder: Path) -> int:
    """The size of the folder, as AWS counts it."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def write_zip(folder: Path, target: Path) -> None:
    """Pack it: the same bytes for the same files."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.writestr(_entry(path, folder), path.read_bytes())
    part.replace(target)


def _entry(path: Path, folder: Path) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3  # Unix, whose permissions these are.
    entry.external_attr = (0o100755 if ".so" in path.name else 0o100644) << 16
    return entry


def largest(folder: Path, count: int) -> Iterable[tuple[str, int]]:
    """The folders at the top that take most, largest first."""
    sizes = {path.name: unpacked_bytes(path) if path.is_dir() else path.stat().st_size for path in folder.iterdir()}
    return sorted(sizes.items(), key=lambda item: -item[1])[:count]
