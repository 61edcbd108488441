"""Split names that files and people write as one word: BestBuy_2023_10K becomes Best Buy 2023 10K. No I/O."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

_HUMP = re.compile(
    r"(?<=[^\W\d_]{2})(?=\d)|(?<=\d)(?=[^\W\d_]{2})|(?<=\d{4})(?=[A-Z]\d)|(?<=[^\W\d_][a-zà-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ][^\W\d_])|"
    r"(?<=[A-ZÀ-ÖØ-Þ])(?=[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ]{2})"
)
_SEPARATORS = re.compile(r"[\s_+,;()\[\]{}~]+|[-.](?=\D)|(?<=\D)[-.]|(?<=\d{4})[-.](?=\d{3})")
# Names that say nothing, and suffixes such as version marks.
_NOTHING = re.compile(
    r"(?:scan|img|image|dsc|doc|document|dokument|documento|page|seite|file|datei|fichier|untitled|new|neu|copy|kopie|"
    r"draft|entwurf|final|index|readme|main|output|download|export|print|tmp|temp|test|sample|attachment|v)\d*",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{4,}")
_HEX = re.compile(r"(?=.*\d)[0-9a-f]{6,}", re.IGNORECASE)
_VOWEL = re.compile(r"[aeiouyäöüàáâèéêëìíîïòóôùúû]", re.IGNORECASE)


def words_in(name: str) -> list[str]:
    """The words of a name, split at separators, at capitals inside a word, and between letters and digits."""
    return [part for piece in _SEPARATORS.split(name) for part in _HUMP.split(piece.strip("-.")) if part]


def place_of(source: str) -> tuple[list[str], str]:
    """The names of the folders and of the file without its suffix. For a web page, those of its URL's path."""
    path = urlsplit(source).path if source.startswith(("http://", "https://", "s3://")) else source
    *folders, name = PurePosixPath(unquote(path)).parts or ("",)
    stem = PurePosixPath(name).stem if re.fullmatch(r"\.[A-Za-z][A-Za-z0-9]{1,7}", PurePosixPath(name).suffix) else name
    return [each for each in folders if each != "/"], stem


def is_uninformative(word: str) -> bool:
    """Whether the word says nothing about the content."""
    return bool(_NOTHING.fullmatch(word))


def title_from(stem: str) -> str | None:
    """A file name as a title; None unless at least two of its words say something."""
    words = [word for word in words_in(stem) if not is_uninformative(word)]
    said = [word for word in words if _WORD.fullmatch(word) and _VOWEL.search(word)]
    if len(words) < 2 or not said or any(_HEX.fullmatch(word) for word in re.split(r"[\s_.-]+", stem)):
        return None
    text = " ".join(words)
    return text[0].upper() + text[1:]
