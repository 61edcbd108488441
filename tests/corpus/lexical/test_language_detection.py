"""Which language a text is in: short questions in thirty languages, and what is in none."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.lexical.language_detection import spoken_in
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
    assert (len(asked), {code for code, _ in asked}) == (600, set(NAMES))
    wrong = {text for (code, text), told in found.items() if told not in {NAMES[code], None}}
    # "ja" is a word of others too, and "oli" of Finnish; two of Ukrainian have no letter of its own.
    assert wrong == {
        "години роботи Hapag-Lloyd у суботу",
        "помилка ERR_SSL_PROTOCOL у Chrome",
        "bruttopalkan ja nettopalkan ero",
        "ganti filter oli Honda Civic",
        "canviar el filtre d'oli Honda Civic",
    }
    assert sum(told is None for told in found.values()) <= 165
    # Where the letters are a language's own, no name in Latin ones hides it, if there is more than a word of it.
    own = {"ru", "el", "ar", "he", "hi", "bn", "th", "zh", "ja", "ko"}
    short = {
        "npm run build يعطي EACCES",
        "npm run build נותן EACCES",
        "npm run build ขึ้น EACCES",
        "Chrome에서 ERR_SSL_PROTOCOL 오류",
    }
    assert {text for (code, text), told in found.items() if code in own and told is None} == short


@pytest.mark.parametrize(
    "text",
    [
        "sha256:c62de7da4ad35bd0fa9e4d51e29ca0be1ce2da0e sha256:ad9a1b0fa52ed3de0da",
        "is_de_la = la_casa_del(el_2)",
        "npm run build EACCES hibát ad",
    ],
)
def test_pieces_of_hashes_and_identifiers_are_no_words_and_letters_speak_against_a_language(text: str) -> None:
    assert spoken_in(text) in {None, "hungarian"}


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
        ("What do Hotel zur Post, Hotel zur Linde, Gasthof zur Krone and Haus zur Sonne cost in June?", "english"),
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
