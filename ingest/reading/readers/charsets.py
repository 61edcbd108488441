"""Names of encodings, and a guess of a text's encoding, which prefers Windows-1252 for Western text."""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

# Encodings found in people's files. The others that chardet knows are mainframe, old Mac and rare regional code pages,
# which it tends to find in short Western texts.
_CANDIDATES = (
    "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp874",
    "iso8859-2", "iso8859-5", "iso8859-6", "iso8859-7", "iso8859-8", "iso8859-15", "koi8-r", "koi8-u",
    "cp437", "cp850", "cp852", "cp866", "mac-roman", "cp932", "euc_jis_2004", "gb18030", "big5hkscs", "cp949",
)  # fmt: skip
_OTHER_LATIN = frozenset({"cp1250", "cp1254", "cp1257", "cp1258", "iso8859-2", "iso8859-15"})
# Narrower encodings are decoded by their supersets; other labels are names that Python does not know (WHATWG Encoding
# Standard, 4.2).
_SUPERSETS = {
    "ascii": "cp1252", "iso8859-1": "cp1252", "latin-1": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030",
    "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949", "tis-620": "cp874", "iso8859-11": "cp874",
    "big5": "big5hkscs",
}  # fmt: skip
_OTHER_NAMES = {
    "windows-874": "cp874", "x-sjis": "cp932", "ks_c_5601-1987": "cp949", "x-gbk": "gb18030", "x-euc-jp": "euc_jp",
    "x-x-big5": "big5hkscs", "macintosh": "mac-roman", "x-mac-roman": "mac-roman", "x-mac-cyrillic": "mac-cyrillic",
    "unicode-1-1-utf-8": "utf-8", "x-unknown": "cp1252", "unknown-8bit": "cp1252", "8bit": "cp1252",
}  # fmt: skip
_SHOWN = {"cp932": "Shift_JIS", "cp949": "EUC-KR", "euc_jis_2004": "EUC-JP", "big5hkscs": "Big5", "utf-8": "UTF-8"}

_SAMPLE_BYTES = 65_536
_HIGH_LINE = re.compile(rb"[^\n]*[\x80-\xff][^\n]*\n?")
_HIGH = re.compile(rb"[\x80-\xff]")
_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_MIN_SHARE_OF_UTF8 = 0.7
# Windows-1252 is chosen if it is nearly as likely as the most likely encoding.
_NEARLY = 0.65
# Letters that among Western languages only Icelandic has; Baltic code pages have others in their places.
_RARE_LETTERS = re.compile("[ðþÐÞ]")
# Symbols of Windows-1252 where Western texts have them: quotes, dashes, currencies, units, footnote marks.
_SIGNS = re.compile(r"(?:(?<=[\x20-\x7e\s])|^)[€‚„…†‡‰‹‘’“”•–—™›\xa0¡£¥§©ª«®°±²³´¶·¹º»¼½¾¿µ×÷]{1,2}(?=[\x20-\x7e\s]|$)")
_INSIDE_WORD = re.compile(r"[A-Za-z][^\x00-\x7f’·ªº°²³–—…\xa0][A-Za-z]")
_MAX_SIGNS = 0.3
_FEW = 2  # Letters or symbols, from which chardet can tell little.
_WORD = re.compile(r"[^\W\d_](?:[^\s,;:.!?\"()<>/=\[\]{}|-]*[^\W\d_])?")
# Latin letters next to Cyrillic, Greek, Hebrew or Arabic ones, or around a Chinese or Korean one; an accented capital
# between small letters; a symbol between letters.
_ODD = re.compile(
    "[A-Za-z][\u0370-\u06ff]|[\u0370-\u06ff][A-Za-z]|[a-z\xdf-\xff][À-ÖØ-ÞŠŒŽŸ][a-z\xdf-\xff]"
    "|[a-z][\u3040-\u9fff\uac00-\ud7a3][a-z]|[A-Za-z][\u2500-\u259f]|[\u2500-\u259f][A-Za-z]|[A-Za-z][ˆ‰¤¦§¨¬¯¸¶†‡‚„ƒ¡£¥©®±µ¼½¾÷×][A-Za-z]"
)
_ODD_BYTES = 8_192
_MAX_ODD = 0.4


class Guess(NamedTuple):
    """An encoding by Python's name and by its usual name."""

    codec: str
    name: str


def codec_of(label: str) -> str | None:
    """Python's name for the encoding that a file declares; None if there is no such encoding."""
    label = label.strip().strip("\"'").lower()
    label = _OTHER_NAMES.get(label, label)
    try:
        codec = codecs.lookup(label)
        b"".decode(codec.name)  # Fails for codecs that do not decode to text.
    except (LookupError, ValueError):
        return None
    return _SUPERSETS.get(codec.name, codec.name)


def guess(data: bytes) -> Guess | None:
    """The encoding of text that is neither ASCII nor UTF-8; None if nothing fits."""
    sample = _sample(data)
    codec = _codec(sample)
    return Guess(codec, _SHOWN.get(codec, re.sub(r"^cp(?=12|874)", "Windows-", codec))) if codec else None


def _sample(data: bytes) -> bytes:
    """The first lines with bytes beyond ASCII. The first accent of a long text may be on its last page."""
    parts: list[bytes] = []
    size = 0
    for match in _HIGH_LINE.finditer(data):
        parts.append(match.group()[:_SAMPLE_BYTES])
        size += len(parts[-1])
        if size >= _SAMPLE_BYTES:
            break
    return b"".join(parts)


def _codec(sample: bytes) -> str | None:
    high = len(_HIGH.findall(sample))
    if sum(map(len, _UTF8.findall(sample))) >= _MIN_SHARE_OF_UTF8 * high:
        return "utf-8"  # UTF-8 with some damaged bytes.
    western = sample.decode("cp1252", "replace")
    if _has_signs_alone(western, high):
        return "cp1252"
    import chardet

    results = chardet.detect_all(
        sample, ignore_threshold=True, compat_names=False, include_encodings=_CANDIDATES, max_bytes=_SAMPLE_BYTES
    )
    scores = {str(result["encoding"]): result["confidence"] for result in results if result["encoding"]}
    if not scores:
        return None
    scores = {name: score for name, score in scores.items() if not _is_odd(sample, name)} or scores
    best = max(scores, key=lambda name: scores[name])
    is_likely = scores.get("cp1252", 0.0) >= _NEARLY * scores[best]
    if best == "iso8859-15" and b"\xa4" in sample:
        return best  # It was found because of the euro sign.
    if best != "cp1252" and is_likely and not (best in _OTHER_LATIN and _RARE_LETTERS.search(western)):
        return "cp1252"
    return best


def _is_odd(sample: bytes, codec: str) -> bool:
    """Whether most words beyond ASCII are impossible in this encoding: Perchй, PrŸfung, Gr§e."""
    text = sample[:_ODD_BYTES].decode(codec, "replace")
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    return sum(_ODD.search(word) is not None for word in words) > _MAX_ODD * len(words)


def _has_signs_alone(western: str, high: int) -> bool:
    """Whether everything beyond ASCII is a few symbols, each in a plausible place."""
    return (
        high <= max(_FEW, _MAX_SIGNS * len(western))
        and sum(len(match.group()) for match in _SIGNS.finditer(western)) == high
        and not _INSIDE_WORD.search(western)
    )
