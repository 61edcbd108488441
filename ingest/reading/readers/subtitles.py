"""Subtitles (SRT, WebVTT, SBV, ASS, TTML, LRC) as running text, with the time of speech before each part."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import NamedTuple

from corpus.errors import DocumentEmpty
from ingest.reading.document import Document
from ingest.reading.readers.composer import Composer, clean, one_line
from ingest.reading.readers.encoding import decode
from ingest.reading.readers.titles import usable_title

_TIME = r"(?:(\d+):)?(\d{1,2}):(\d{2})(?:[.,](\d+))?"
_CUE = re.compile(rf"\s*{_TIME}\s*(?:-->|,)\s*{_TIME}.*$")
_ASS = re.compile(rf"Dialogue:\s*[^,]*,{_TIME},[^,]*,[^,]*,([^,]*),[^,]*,[^,]*,[^,]*,[^,]*,(.*)$")
# Vector drawings of ASS.
_DRAWN = re.compile(r"\{[^{}]{0,200}\\p[1-9][^{}]{0,200}\}.*?(?:\{[^{}]{0,200}\\p0[^{}]{0,200}\}|$)")
_TITLE = re.compile(r"^\[Script Info\]\n(?:[^\[\n].*\n|\n){0,20}?Title:[ \t]*(\S.*)$", re.MULTILINE)
_SONG = re.compile(r"^\[ti:\s*([^\]\n]+)\]", re.MULTILINE)
_LRC = re.compile(
    r"\[(\d{1,3}):(\d{2})(?:[.:]\d+)?\]((?:\[\d{1,3}:\d{2}(?:[.:]\d+)?\])*)(.*)$"
)  # A line may be sung more than once.
_TTML = re.compile(r"<((?:\w+:)?p)\b([^>]*)>(.*?)</\1>", re.DOTALL)
_BEGIN = re.compile(rf"""\bbegin\s*=\s*["']{_TIME}""")
# An offset time, https://www.w3.org/TR/ttml2/#timing-value-time-expression. Frames and ticks would need their rate.
_OFFSET = re.compile(r"""\bbegin\s*=\s*["'](\d+(?:\.\d+)?)(h|ms|m|s)\b""")
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_SPEAKER = re.compile(r"<v(?:\.[\w.]+)?\s+([^>]+)>")
_TAG = re.compile(r"<[^<>]*>|\{[^{}]*\}")
_BREAK = re.compile(r"<(?:\w+:)?br\s*/>")
_SENTENCE_ENDS = (".", "!", "?", "…", "。", "！", "？", "”", '"')
_ROLLING = 4  # Lines that roll up together.
_PART_SECONDS = 60  # A part is at least this long and ends with a sentence,
_MAX_SECONDS = 120  # unless it gets this long.


class _Cue(NamedTuple):
    second: int
    text: str


def read(data: bytes, *, password: str | None = None) -> list[Document]:  # noqa: ARG001 - all readers are called alike
    composer = Composer()
    part: list[_Cue] = []
    text = clean(decode(data))
    for cue in _cues(text):
        if part and _is_full(part, cue):
            composer.paragraph(_shown(part))
            part = []
        if not part or part[-1].text != cue.text:  # Rolling captions repeat lines.
            part.append(cue)
    if part:
        composer.paragraph(_shown(part))
    if not composer.blocks:
        raise DocumentEmpty("The subtitles hold no text.")
    stated = _TITLE.search(text) or _SONG.search(text)
    return [composer.finish(title=usable_title(stated.group(1)) if stated else None)]


def _is_full(part: list[_Cue], cue: _Cue) -> bool:
    length = cue.second - part[0].second
    return length >= _MAX_SECONDS or (length >= _PART_SECONDS and part[-1].text.endswith(_SENTENCE_ENDS))


def _shown(part: list[_Cue]) -> str:
    minutes, seconds = divmod(part[0].second, 60)
    hours, minutes = divmod(minutes, 60)
    time = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    return f"[at {time}] {' '.join(cue.text for cue in part)}"


def _cues(text: str) -> Iterator[_Cue]:
    if "<tt" in text[:2000]:
        yield from _timed_text(text)
        return
    second: int | None = None
    words: list[str] = []
    before: list[str] = []
    for line in [*text.split("\n"), ""]:
        timed, dialogue, lyric = _CUE.match(line), _ASS.match(line), _LRC.match(line)
        if dialogue:
            speaker, said = (
                one_line(dialogue.group(5)),
                _plain(_DRAWN.sub("", dialogue.group(6)).replace("\\N", " ").replace("\\n", " ")),
            )
            if said:
                yield _Cue(_second(dialogue), f"{speaker}: {said}" if speaker else said)
        elif lyric and (said := _plain(lyric.group(4))):
            yield _Cue(60 * int(lyric.group(1)) + int(lyric.group(2)), said)
        elif timed:
            if second is not None and words and words[-1].strip().isdigit():
                words.pop()  # The number of the next cue, if no empty line comes before it.
            if second is not None and (said := _fresh(words, before)):
                yield _Cue(second, said)
            second, words = _second(timed), []
        elif not line:
            if second is not None and (said := _fresh(words, before)):
                yield _Cue(second, said)
            second, words = None, []
        elif second is not None:
            words.append(line)


def _fresh(lines: list[str], before: list[str]) -> str:
    """The lines of a cue without those that still stand there from the cue before, as in captions that roll up.
    `before` then holds the lines of this cue."""
    shown = [plain for line in lines if (plain := _plain(line))]
    kept = next((count for count in range(min(len(shown), len(before)), 0, -1) if before[-count:] == shown[:count]), 0)
    if shown:
        before[:] = shown[-_ROLLING:]
    return " ".join(shown[kept:])


def _timed_text(text: str) -> Iterator[_Cue]:
    """The cues of TTML. One without a time that can be read gets the time of the cue before it."""
    second = 0
    for _, about, said in _TTML.findall(text):
        if clock := _BEGIN.search(about):
            second = _second(clock)
        elif offset := _OFFSET.search(about):
            second = int(float(offset[1]) * _UNITS[offset[2]])
        if plain := _plain(_BREAK.sub(" ", said)):
            yield _Cue(second, plain)


def _second(match: re.Match[str]) -> int:
    return 3600 * int(match.group(1) or 0) + 60 * int(match.group(2)) + int(match.group(3))


def _plain(text: str) -> str:
    """The text without tags. The speaker's name stays, followed by a colon."""
    return one_line(html.unescape(_TAG.sub("", _SPEAKER.sub(r"\1: ", text))))
