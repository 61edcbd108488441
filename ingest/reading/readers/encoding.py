"""Decode bytes in any encoding. Data that is not text is refused, never guessed into noise."""

from __future__ import annotations

import codecs
import contextlib
import contextvars
import re
from collections.abc import Iterator

from corpus.errors import DocumentUnreadable, DocumentUnsupported
from ingest.reading.readers.charsets import codec_of, guess

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # Before UTF-16, whose mark is the start of this one.
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE_BYTES = 65_536
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_BINARY = "The file is binary data, not text. Convert it to PDF, DOCX, HTML or text."

_guessed: contextvars.ContextVar[list[str] | None] = contextvars.ContextVar("_guessed", default=None)


def from_units(text: str) -> str:
    """The text whose characters are UTF-16 code units, with each pair of surrogates as one character."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


@contextlib.contextmanager
def guesses() -> Iterator[list[str]]:
    """Collect the names of the encodings guessed inside the `with` block, each once."""
    found: list[str] = []
    token = _guessed.set(found)
    try:
        yield found
    finally:
        _guessed.reset(token)


def decode(data: bytes, *, declared: str | None = None) -> str:
    """Decode `data` by its byte order mark, else as `declared`, else as UTF-8, else by its look.

    Raises DocumentUnsupported for binary data, DocumentUnreadable if no encoding fits.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    if declared and (text := _as_declared(data, declared)) is not None:
        return text
    if b"\x00" in data[:_SAMPLE_BYTES]:
        return _wide(data)
    text = _as_utf8(data)
    if text is None:
        text = _by_look(data)
    _refuse_noise(text)
    return text


def in_utf8(data: bytes, charset: str) -> bytes:
    """The text in UTF-8 with a byte order mark, which overrides other declarations; unchanged if `charset` is wrong."""
    if any(data.startswith(mark) for mark, _ in _BOMS):
        return data
    text = _as_declared(data, charset)
    return data if text is None else codecs.BOM_UTF8 + text.encode("utf-8", "replace")


def _as_declared(data: bytes, declared: str) -> str | None:
    """The text in the declared encoding; None if the encoding is unknown or does not fit."""
    codec = codec_of(declared)
    if codec is None:
        return None
    if codec == "cp1252":
        # The default of many servers and mail programs. Such a text is hardly ever valid UTF-8 by chance.
        with contextlib.suppress(UnicodeDecodeError):
            return data.decode("utf-8")
        # Browsers decode its five undefined bytes as controls (WHATWG Encoding Standard).
        return data.decode(codec, "stray-bytes")
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        return None


def _as_utf8(data: bytes) -> str | None:
    """The text in UTF-8 or in ISO-2022-JP (RFC 1468), whose bytes are valid UTF-8 too; None if it is neither."""
    try:
        text = data.decode("utf-8")
        return data.decode("iso2022_jp_2") if b"\x1b$" in data else text
    except UnicodeDecodeError:
        return None


def _wide(data: bytes) -> str:
    encoding = _wide_encoding(data[:_SAMPLE_BYTES])
    if encoding is None:
        raise DocumentUnsupported(_BINARY)
    text = data.decode(encoding, "replace")
    _refuse_noise(text)
    return text


def _wide_encoding(sample: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark, found by the positions of zero bytes; None if the result is not text."""
    whole = sample[: len(sample) // 4 * 4]
    shares = [whole[position::4].count(0) / max(len(whole) // 4, 1) for position in range(4)]
    candidates = []
    if shares[2] > 0.9 and shares[3] > 0.9:
        candidates.append("utf-32-le")
    if shares[0] > 0.9 and shares[1] > 0.9:
        candidates.append("utf-32-be")
    if shares[1] + shares[3] > shares[0] + shares[2]:
        candidates.append("utf-16-le")
    else:
        candidates.append("utf-16-be")
    for encoding in candidates:
        text = whole.decode(encoding, "replace")
        if text and not _is_noise(text):
            return encoding
    return None


def _by_look(data: bytes) -> str:
    found = guess(data)
    if found is None:
        raise DocumentUnreadable("The file's text encoding is unknown. Save it as UTF-8.")
    guesses = _guessed.get()
    if guesses is not None and found.name not in guesses:
        guesses.append(found.name)
    return data.decode(found.codec, "stray-bytes")


def _stray(error: UnicodeError) -> tuple[str, int]:
    """Error handler: decode undefined bytes as Windows-1252, and its undefined bytes as controls."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    stretch = error.object[error.start : error.end]
    try:
        return stretch.decode("cp1252"), error.end
    except UnicodeDecodeError:
        return stretch.decode("latin-1"), error.end


codecs.register_error("stray-bytes", _stray)


def _is_noise(text: str) -> bool:
    sample = text[:_SAMPLE_BYTES]
    strange = len(_CONTROL.findall(sample)) + sample.count("\ufffd")
    return strange > 0.02 * len(sample)


def _refuse_noise(text: str) -> None:
    if _is_noise(text):
        raise DocumentUnsupported(_BINARY)
