"""The file of questions: what a line may say, and what is said of one that does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from corpus.errors import SettingsError
from corpus.quality import questions
from corpus.quality.figures import Figures, figures_from, figures_of
from corpus.quality.questions import Passage, Question, parse_questions, read_questions

GOOD = '{"question": "How long?", "document": "x200.pdf", "page": 12, "words": "24  Months"}'


def test_a_line_names_the_document_the_page_and_the_words() -> None:
    asked = parse_questions(f"\n{GOOD}\r\n".encode(), name="q")
    assert asked.questions == (Question(line=2, text="How long?", document="x200.pdf", page=12, words="24  Months"),)
    assert parse_questions(asked.questions[0].to_line().encode(), name="q").digest == asked.digest


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "q holds no question"),
        ("[1]", "q, line 1: must be one JSON object"),
        ('{"question": "x"', "q, line 1: must be one JSON object"),
        ('{"words": "x"}', "q, line 1: 'question' is missing."),
        ('{"question": null, "words": "x"}', "q, line 1: 'question' is missing."),
        ('{"question": " ", "words": "x"}', "q, line 1: 'question' must be a text that is not empty."),
        ('{"question": 7, "words": "x"}', "q, line 1: 'question' must be a text that is not empty."),
        ('{"question": "x"}', "q, line 1: the answer is missing"),
        ('{"question": "x", "words": ""}', "q, line 1: 'words' must be a text that is not empty."),
        ('{"question": "x", "words": "** "}', "q, line 1: 'words' are marks alone, which every passage holds."),
        ('{"question": "x", "words": "\\ud800"}', "q, line 1: 'words' holds half a character."),
        ('{"question": "x", "words": "y", "page": 1}', "q, line 1: 'page' is of no document"),
        ('{"question": "x", "document": "y", "page": 0}', "q, line 1: 'page' must be a whole number from 1."),
        ('{"question": "x", "document": "y", "page": true}', "q, line 1: 'page' must be a whole number from 1."),
        ('{"question": "x", "answer": "y"}', "q, line 1: 'answer' is not a field of a question"),
        (json.dumps({"question": "x" * 4001, "words": "y"}), "q, line 1: 'question' has more than 4,000 characters."),
        (f"{GOOD}\n\nhello", "q, line 3: must be one JSON object"),
        (f"{GOOD}\n\n{GOOD}", "q, line 3: is the same as line 1. Take one of them out."),
        ('{"question": "x", "words": "..."}', "q, line 1: 'words' are marks alone"),
        ('{"question": "x", "words": "\\u200b"}', "q, line 1: 'words' are marks alone"),
        ("[" * 100_000, "q, line 1: must be one JSON object"),
    ],
)
def test_what_is_wrong_is_told_with_the_line(line: str, said: str) -> None:
    with pytest.raises(SettingsError) as refused:
        parse_questions(line.encode(), name="q")
    assert str(refused.value).startswith(said)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_missing_too_large_or_too_long_is_told(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    with pytest.raises(SettingsError, match="No such file"):
        read_questions(path)
    path.write_bytes(b" " * (questions.MAX_BYTES + 1))
    with pytest.raises(SettingsError, match="larger than 8 MB"):
        read_questions(path)
    path.write_text("\n".join(f'{{"question": "{n}", "words": "y"}}' for n in range(questions.MAX_QUESTIONS + 1)))
    with pytest.raises(SettingsError, match="line 5001: 5,000 questions are the most"):
        read_questions(path)
    path.write_bytes(GOOD.encode() + b"\n\xff")
    with pytest.raises(SettingsError, match="line 2: is not UTF-8"):
        read_questions(path)


def passage(text: str = "It lasts 24 months.", **fields: int) -> Passage:
    return Passage(document_id="9f86d081884c7d65", source="a/x200.pdf", text=text, **fields)


def test_a_passage_answers_where_document_page_and_words_fit() -> None:
    def fits(found: Passage, **wanted: object) -> bool:
        return Question(line=1, text="q", **wanted).is_answered_by(found)  # type: ignore[arg-type]

    assert fits(passage(), words="LASTS\n 24")
    assert not fits(passage(), words="lasts 12")
    assert fits(passage(), document="a/x200.pdf")
    assert fits(passage(), document="9f86d081884c7d65")
    assert not fits(passage(), document="x200.pdf")
    assert fits(passage(page=3, page_end=5), document="a/x200.pdf", page=4)
    assert not fits(passage(page=3), document="a/x200.pdf", page=4)
    assert not fits(passage(), document="a/x200.pdf", page=4)
    assert Question(line=1, text="q", words="24").rank_in([passage("no"), passage(), passage()]) == 2


def test_figures_are_of_the_rank_and_come_back_from_their_json() -> None:
    ranks = {"dense": [1, None, 2, None], "lexical": [1, 1, 1, 1], "hybrid": [1, 3, None, 1]}
    figures = figures_of(ranks, asked="abc", mode="hybrid")  # type: ignore[arg-type]
    assert figures.found == {"dense": 0.5, "lexical": 1.0, "hybrid": 0.75}
    assert figures.ndcg["hybrid"] == pytest.approx((1 + 0.5 + 0 + 1) / 4)
    assert figures_from(json.loads(json.dumps(figures.to_json()))).to_json() == figures.to_json()
    assert isinstance(figures, Figures)


@pytest.mark.parametrize("change", [{"mode": "x"}, {"questions": 0}, {"ndcg@10": {"dense": 2}}, {"asked": 1}])
def test_figures_that_are_none_are_refused(change: dict[str, object]) -> None:
    figures = figures_of({"dense": [1], "lexical": [1], "hybrid": [1]}, asked="abc", mode="hybrid")
    with pytest.raises((KeyError, TypeError, ValueError)):
        figures_from({**figures.to_json(), **change})
