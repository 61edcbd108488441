"""`make demo`, the literal command, in a checkout of its own: its answers are right, and README shows one of them."""

from __future__ import annotations

import json
import os
import re

import pytest

from examples.demo import QUESTIONS
from examples.readme import is_shown_rightly, real_answer, shown_answer
from tests.examples.demo import Demo
from tests.examples.test_examples import questions

ANEW = "`python -m examples.readme` writes README's answer anew."


@pytest.mark.slow
def test_the_first_passage_of_each_answer_holds_what_was_asked(demo: Demo) -> None:
    answers = [json.loads(block) for block in re.findall(r"^\{$.*?^\}$", demo.printed, flags=re.S | re.M)]
    assert len(answers) == QUESTIONS
    for question, answer in zip(questions(), answers, strict=False):
        assert question.answer in " ".join(answer["results"][0]["text"].split()), question.question
        assert answer["results"][0]["source"] == question.source


@pytest.mark.slow
def test_readme_shows_the_real_answer(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMA_PATH", str(demo.store))
    real, shown = real_answer(dict(os.environ)), shown_answer()
    for result, other in zip(real["results"], shown["results"], strict=True):
        assert is_shown_rightly(other.pop("text"), result.pop("text")), ANEW
    assert shown == real, ANEW


def test_a_shown_text_is_compared_piece_by_piece() -> None:
    assert is_shown_rightly("One …three…", "One two three four")
    assert not is_shown_rightly("One …four…three…", "One two three four")
    assert not is_shown_rightly("two…", "One two three four")
