"""How many texts in legacy encodings are read right, beside charset-normalizer alone: python -m benchmarks.encodings

Each sentence of `benchmarks.languages` is a short text, each language's three together a long one, each in the code
page usual for it. What is UTF-8 or ASCII as well is left out. Right is what comes out character by character.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from benchmarks.languages import TEXTS
from corpus.errors import DocumentError
from ingest.reading.readers.encoding import decode

Read = Callable[[bytes], str]


def cases(*, long: bool) -> Iterator[tuple[str, str]]:
    """Text and encoding."""
    for _, encoding, sentences in TEXTS:
        for text in [" ".join(sentences)] if long else sentences:
            if not text.isascii():
                yield text, encoding


def share(read: Read, *, long: bool) -> str:
    """The share that is read right, as "112 of 117"."""
    right = [_is_right(read, text, encoding) for text, encoding in cases(long=long)]
    return f"{sum(right)} of {len(right)}"


def _is_right(read: Read, text: str, encoding: str) -> bool:
    try:
        return read(text.encode(encoding)) == text
    except DocumentError:
        return False


def by_charset_normalizer(data: bytes) -> str:
    """What its documentation shows."""
    import charset_normalizer

    return str(charset_normalizer.from_bytes(data).best())


def main() -> None:
    for name, read in (("this reader", decode), ("charset-normalizer alone", by_charset_normalizer)):
        print(f"{name}: {share(read, long=False)} short texts, {share(read, long=True)} long ones")


if __name__ == "__main__":
    main()
