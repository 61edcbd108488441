"""Decompress gzip as it arrives, never beyond a limit: a bomb costs no more than the limit."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path

from corpus.errors import DocumentUnreadable

GZIP = b"\x1f\x8b"
_BLOCK = 1 << 16


class Writer:
    """Writes blocks to a file, unpacked where `packed`. Raises DocumentUnreadable beyond `max_bytes`.

    `keep_on` is called for every piece; it raises where the time is up.
    """

    def __init__(self, path: Path, *, packed: bool, max_bytes: int, keep_on: Callable[[], object]) -> None:
        self._keep_on = keep_on
        self._file = path.open("wb")
        self._inflater = zlib.decompressobj(zlib.MAX_WBITS | 32) if packed else None
        self._left = max_bytes
        self._max_bytes = max_bytes

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, block: bytes) -> None:
        """Write the next bytes as they arrived."""
        if self._inflater is None:
            self._keep_on()
            self._put(block)
            return
        try:
            while block:
                if self._inflater.eof:
                    if not block.startswith(GZIP):  # What follows the end, such as zeros, is not content.
                        return
                    self._inflater = zlib.decompressobj(zlib.MAX_WBITS | 32)
                self._keep_on()
                self._put(self._inflater.decompress(block, _BLOCK))
                block = self._inflater.unconsumed_tail or self._inflater.unused_data
        except zlib.error:
            raise DocumentUnreadable("Its compression is damaged. Try again, or save it as a file.") from None

    def finish(self) -> None:
        """Raises DocumentUnreadable if the compressed content ended too soon."""
        if self._inflater is None:
            return
        self._put(self._inflater.flush())
        if not self._inflater.eof:
            raise DocumentUnreadable("Its compression is damaged. Try again, or save it as a file.")

    def _put(self, block: bytes) -> None:
        self._left -= len(block)
        if self._left < 0:
            raise DocumentUnreadable(
                f"It is larger than {self._max_bytes // 2**20} MB. Raise FETCH_MAX_MB, or save it as a file."
            )
        self._file.write(block)


def unpack(path: Path, *, max_bytes: int, keep_on: Callable[[], object]) -> None:
    """Decompress a gzip file in place. Raises DocumentUnreadable; see Writer."""
    unpacked = path.with_name(path.name + ".unpacked")
    with path.open("rb") as source, Writer(unpacked, packed=True, max_bytes=max_bytes, keep_on=keep_on) as target:
        while block := source.read(_BLOCK):
            target.write(block)
        target.finish()
    unpacked.replace(path)
