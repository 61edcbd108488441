"""Questions and where their answers stand, as `questions.jsonl` has them. Pure but for reading that one file.

A line is an object: `question`, and of `document` (its id or source), `page` (in that document) and `words` (that the
passage holds; white space, case and the marks * ` do not count) at least one of the first and the last.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import SettingsError
from corpus.records import composed

FILE_NAME = "questions.jsonl"
FIELDS = ("question", "document", "page", "words")
MAX_BYTES = 8 << 20
MAX_QUESTIONS = 5_000
MAX_QUESTION_CHARS = 4_000
MARKS = str.maketrans("", "", "*`")


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A passage found, as far as it takes to decide whether it is the answer."""

    document_id: str
    source: str
    text: str
    page: int | None = None
    page_end: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`line` is where it stands in its file, from 1."""

    line: int
    text: str
    document: str | None = None
    page: int | None = None
    words: str | None = None

    def is_answered_by(self, passage: Passage) -> bool:
        """Whether the passage is in the given document, on the given page, and has the words, as far as given."""
        if self.document is not None and self.document not in {passage.document_id, composed(passage.source)}:
            return False
        if self.page is not None and not (
            passage.page is not None and passage.page <= self.page <= (passage.page_end or passage.page)
        ):
            return False
        return self.words is None or _plain(self.words) in _plain(passage.text)

    def rank_in(self, passages: Iterable[Passage]) -> int | None:
        """The rank of the first passage that answers, from 1; None if none does."""
        return next((place for place, each in enumerate(passages, 1) if self.is_answered_by(each)), None)

    @property
    def wanted(self) -> str:
        """The expected answer, in words for a person."""
        page = f", page {self.page}" if self.page is not None else ""
        words = f' "{self.words}"' if self.words is not None else ""
        return f"{self.document or ''}{page}{words}".strip()

    def to_line(self) -> str:
        """The question as the file has it."""
        values = zip(FIELDS, (self.text, self.document, self.page, self.words), strict=True)
        return json.dumps({name: value for name, value in values if value is not None}, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class QuestionFile:
    """`content` is the file as it was read, `name` what messages call it."""

    name: str
    content: bytes
    questions: tuple[Question, ...]

    @property
    def digest(self) -> str:
        """Equal for equal questions: tells whether figures can be compared."""
        said = "\n".join(each.to_line() for each in self.questions)
        return hashlib.sha256(said.encode()).hexdigest()[:12]


def read_questions(path: Path) -> QuestionFile:
    """Read the file. Raises SettingsError that names the file, the line, and what is expected there."""
    try:
        with path.open("rb") as source:
            content = source.read(MAX_BYTES + 1)
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}. `ingest questions` proposes some.") from None
    return parse_questions(content, name=str(path))


def parse_questions(content: bytes, *, name: str) -> QuestionFile:
    """Parse the file's content. Raises SettingsError."""
    if len(content) > MAX_BYTES:
        raise SettingsError(f"{name} is larger than {MAX_BYTES >> 20} MB. {MAX_QUESTIONS:,} questions are the most.")
    questions: list[Question] = []
    lines: dict[str, int] = {}
    # Not splitlines(), which would part a line at a separator that JSON may hold.
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if line.strip():
            questions.append(question := _question(line, number, name))
            if (first := lines.setdefault(question.to_line(), number)) != number:
                raise SettingsError(f"{name}, line {number}: is the same as line {first}. Take one of them out.")
        if len(questions) > MAX_QUESTIONS:
            raise SettingsError(f"{name}, line {number}: {MAX_QUESTIONS:,} questions are the most. Take a sample.")
    if not questions:
        raise SettingsError(f"{name} holds no question. `ingest questions` proposes some.")
    return QuestionFile(name, content, tuple(questions))


def _question(line: bytes, number: int, name: str) -> Question:
    try:
        value = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise SettingsError(f"{name}, line {number}: is not UTF-8. Save it anew.") from None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise SettingsError(
            f'{name}, line {number}: must be one JSON object, such as {{"question": "How long is the warranty?", '
            '"document": "manuals/x200.pdf", "page": 12, "words": "24 months"}.'
        )
    if problem := _problem(value):
        raise SettingsError(f"{name}, line {number}: {problem}")
    document, words = value.get("document"), value.get("words")
    return Question(
        line=number,
        text=value["question"].strip(),
        document=composed(document.strip()) if document else None,
        page=value.get("page"),
        words=words.strip() if words else None,
    )


def _problem(value: dict[str, Any]) -> str | None:
    """What is wrong with an object that should be a question."""
    if unknown := sorted(value.keys() - set(FIELDS)):
        return f"{unknown[0]!r} is not a field of a question; there are {', '.join(FIELDS)}."
    for field in ("question", "document", "words"):
        text = value.get(field)
        if text is not None and not (isinstance(text, str) and text.strip()):
            return f"{field!r} must be a text that is not empty."
        if text is not None and text != text.encode("utf-8", "replace").decode():
            return f"{field!r} holds half a character."
    if (words := value.get("words")) is not None and not re.search(r"[^\W_]", words):
        return "'words' are marks alone, which every passage holds."
    page = value.get("page")
    if "question" not in value or value["question"] is None:
        return "'question' is missing."
    if len(value["question"].strip()) > MAX_QUESTION_CHARS:
        return f"'question' has more than {MAX_QUESTION_CHARS:,} characters."
    if value.get("document") is None and value.get("words") is None:
        return "the answer is missing: give 'document' (its id or source), 'words' that the passage holds, or both."
    if page is not None and (type(page) is not int or page < 1):
        return "'page' must be a whole number from 1."
    if page is not None and value.get("document") is None:
        return "'page' is of no document: give 'document' too."
    return None


def _plain(text: str) -> str:
    """The text in lower case, without Markdown's marks, any white space as one space."""
    return " ".join(composed(text).casefold().translate(MARKS).split())
