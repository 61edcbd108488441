"""Which language a text is in: short questions in thirty languages, and what is in none."""

from __future__ import annotations

import pytest

from corpus.lexical.spoken import spoken_in
from tests.corpus.lexical.questions_in_languages import NAMES, QUESTIONS

# Ukrainian without a letter of its own looks Russian.
ANOTHER = {("uk", "чи можна повернути вживаний товар")}


def test_a_short_question_is_in_its_language_or_in_none_and_mostly_told() -> None:
    asked = [(code, text) for code, texts in QUESTIONS.items() for text in texts]
    found = {(code, text): spoken_in(text) for code, text in asked}
    wrong = {each for each in asked if found[each] not in {NAMES[each[0]], None}}
    assert len(QUESTIONS) == 30
    assert wrong == ANOTHER
    assert sum(each is None for each in found.values()) <= 17


@pytest.mark.parametrize("text", ["", "AX-2000", "12.5 AX-2000 45 kg 230 V", "Versailles", "x = f(n) + c", "¡"])
def test_names_numbers_and_formulas_are_in_no_language(text: str) -> None:
    assert spoken_in(text) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Teams of Southern California play in Los Angeles: the Los Angeles Rams, Los Angeles Lakers.", "english"),
        ("Its leaders were John Adams, Ban Ki-moon and Sebastián Piñera, and the others came from Québec.", "english"),
        ("可在时间 f(n) 内求解的问题集用 DTIME(f(n)) 表示", "chinese"),
        ("Internet2と Qwest Communications の合意は1998年に成立した", "japanese"),
        ("DAS IST DIE ANLEITUNG FÜR DEN KESSEL", "german"),
        ("ما هي مدة گارانتی", "persian"),
        ("ᐃᓄᒃᑎᑐᑦ", "canadian"),
    ],
)
def test_foreign_names_and_formulas_do_not_decide(text: str, language: str) -> None:
    assert spoken_in(text) == language


def test_a_long_text_is_told_by_its_start() -> None:
    assert spoken_in("The seal of the pump is worn. " * 100 + "это насос " * 10_000) == "english"
