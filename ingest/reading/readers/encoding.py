"""Bytes to text, whatever the encoding. What is not text is refused, never guessed into noise."""

from __future__ import annotations

import codecs
import re

from corpus.errors import DocumentUnreadable, DocumentUnsupported

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # Before UTF-16: its mark begins with theirs.
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE_BYTES = 65_536
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def decode(data: bytes, *, declared: str | None = None) -> str:
    """The text of `data`: by byte order mark, then as `declared`, then UTF-8, then by its look.

    Raises DocumentUnsupported for binary data, DocumentUnreadable where no encoding fits.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    if declared and (text := _as_declared(data, declared)) is not None:
        return text
    if b"\x00" not in data[:_SAMPLE_BYTES]:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            return _by_look(data)
        _refuse_noise(text)
        return text
    wide = _wide_encoding(data[:_SAMPLE_BYTES])
    if wide is None:
        raise DocumentUnsupported("The file is binary data, not text. Convert it to PDF, DOCX, HTML or text.")
    text = data.decode(wide, "replace")
    _refuse_noise(text)
    return text


def in_utf8(data: bytes, charset: str) -> bytes:
    """Text with a byte order mark, which counts before what the text says of itself; untouched where `charset` lies."""
    if any(data.startswith(mark) for mark, _ in _BOMS):
        return data
    text = _as_declared(data, charset)
    return data if text is None else codecs.BOM_UTF8 + text.encode("utf-8", "replace")


def _as_declared(data: bytes, declared: str) -> str | None:
    try:
        name = codecs.lookup(declared.strip()).name
        # Pages that claim Latin-1 are written in its Windows superset (WHATWG Encoding Standard, section 4.2).
        return data.decode("cp1252" if name in ("iso8859-1", "ascii") else name)
    except (LookupError, UnicodeDecodeError):
        return None


def _wide_encoding(sample: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark, told by where the zero bytes lie and whether it decodes to text."""
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
    import charset_normalizer

    best = charset_normalizer.from_bytes(data[:_SAMPLE_BYTES]).best()
    if best is None:
        raise DocumentUnreadable("The file's text encoding cannot be told. Save it as UTF-8.")
    text = data.decode(best.encoding, "replace")
    _refuse_noise(text)
    return text


def _is_noise(text: str) -> bool:
    sample = text[:_SAMPLE_BYTES]
    strange = len(_CONTROL.findall(sample)) + sample.count("\ufffd")
    return strange > 0.02 * len(sample)


def _refuse_noise(text: str) -> None:
    if _is_noise(text):
        raise DocumentUnsupported("The file is binary data, not text. Convert it to PDF, DOCX, HTML or text.")
