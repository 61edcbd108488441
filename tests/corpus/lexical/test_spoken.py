"""Which language a text is in: short questions in thirty languages, and what is in none."""

from __future__ import annotations

from pathlib import Path

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


def test_names_code_and_products_among_the_words_do_not_hide_the_language() -> None:
    lines = Path(__file__).with_name("mixed_questions.tsv").read_text("utf-8").splitlines()
    asked = [(code, text) for code, text in (line.split("\t") for line in lines)]
    found = {(code, text): spoken_in(text) for code, text in asked}
    assert (len(asked), {code for code, _ in asked}) == (300, set(NAMES))
    wrong = {text for (code, text), told in found.items() if told not in {NAMES[code], None}}
    # "ja" and "sou" are words of others too.
    assert wrong == {"bruttopalkan ja nettopalkan ero", "diferència entre sou brut i net"}
    assert sum(told is None for told in found.values()) <= 72
    # Where the letters are a language's own, no name in Latin ones hides it.
    own = {"ru", "el", "ar", "he", "hi", "bn", "th", "zh", "ja", "ko"}
    assert [text for (code, text), told in found.items() if code in own and told is None] == []


@pytest.mark.parametrize(
    "text",
    ["los angeles population", "Las Vegas Convention Center", "São Paulo stock exchange", "Zürich airport", "5 µm"],
)
def test_names_of_places_make_no_question_foreign(text: str) -> None:
    assert spoken_in(text) is None


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
        ("가격", "korean"),
    ],
)
def test_foreign_names_and_formulas_do_not_decide(text: str, language: str) -> None:
    assert spoken_in(text) == language


def test_a_long_text_is_told_by_its_start() -> None:
    assert spoken_in("The seal of the pump is worn. " * 100 + "это насос " * 10_000) == "english"
