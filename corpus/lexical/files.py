"""The files of a lexical index: names, versions, and bm25s's own arrays.

DIRECTORY/index.json         what it is made of, and which generation is valid; replaced last and atomically
DIRECTORY/GENERATION/*.npy   BM25 scores by term (bm25s's own files), ids and terms; FORWARD_FILES serve only updates
DIRECTORY/GENERATION/fields.json   what each document is filtered by
"""

from __future__ import annotations

import json
import mmap
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.errors import LexicalIndexUnusable
from corpus.lexical.forward import Forward
from corpus.lexical.terms import VERSION

FORMAT = 2
INDEX_FILE = "index.json"
# What an update needs and a reader does not: a published copy may leave them out.
FORWARD_FILES = ("languages.npy", "starts.npy", "tokens.npy")

# Lucene's defaults; k1 from 0.9 to 2 and b from 0.4 to 1 found nothing better for all dev collections.
_K1 = 1.2
_B = 0.75
_BM25_FILES = {
    "data_name": "scores.npy",
    "indices_name": "rows.npy",
    "indptr_name": "postings.npy",
    "params_name": "bm25.json",
}
_UNUSED_VOCABULARY = "vocabulary.json"


def read_about(directory: Path) -> dict[str, Any]:
    """What index.json says. Raises LexicalIndexUnusable."""
    try:
        about: dict[str, Any] = json.loads((directory / INDEX_FILE).read_text("utf-8"))
    except FileNotFoundError as error:
        raise unusable(directory, "there is none") from error
    except (OSError, ValueError) as error:
        raise unusable(directory, f"{INDEX_FILE} cannot be read ({error})") from error
    made_by = about.get("format"), about.get("terms")
    if made_by != (FORMAT, VERSION):
        raise unusable(directory, f"it has format and terms {made_by} and this version needs {(FORMAT, VERSION)}")
    return about


def unusable(directory: Path, why: str) -> LexicalIndexUnusable:
    return LexicalIndexUnusable(f"The lexical index in {directory} is unusable: {why}. Run `ingest add` to rebuild it.")


def save_bm25(files: Path, forward: Forward) -> None:
    import bm25s  # Only the side that writes, or searches an index that is not empty, pays for it.

    bm25 = bm25s.BM25(k1=_K1, b=_B, method="lucene")
    terms = {number: number for number in range(len(forward.terms))}
    bm25.index((forward.token_lists(), terms), create_empty_token=False, show_progress=False)
    # Terms are found by their hash; its own vocabulary would be read whole on opening.
    bm25.vocab_dict = {}
    bm25.save(files, show_progress=False, vocab_name=_UNUSED_VOCABULARY, **_BM25_FILES)
    (files / _UNUSED_VOCABULARY).unlink()


def load_bm25(files: Path) -> Any:
    import bm25s

    bm25 = bm25s.BM25.load(files, mmap=True, load_vocab=False, show_progress=False, **_BM25_FILES)
    bm25.scores |= {name: np.asarray(bm25.scores[name]) for name in ("data", "indices", "indptr")}
    return bm25


def mapped(file: Path) -> NDArray[Any]:
    """The file's array, read where it is looked at. A plain one: numpy's own class for them is slow at each step."""
    return np.asarray(np.load(file, mmap_mode="r", allow_pickle=False))


def mapped_bytes(file: Path) -> memoryview:
    """The file's bytes, read where they are looked at, and kept though the file is removed."""
    with file.open("rb") as opened:
        return memoryview(mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ))
