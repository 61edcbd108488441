"""How far vectors and words are believed, by the languages of question and corpus."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.lexical.build import update_index, write_index
from corpus.lexical.index import LexicalIndex
from corpus.searching.language_fit import Fit, fit_of
from corpus.settings import LOCAL_MODEL

OTHER = "text-embedding-3-small"
ENGLISH, GERMAN, HINDI = {"english": 100}, {"german": 95, "english": 5}, {"hindi": 100}


@pytest.mark.parametrize(
    ("query", "spoken", "vectors"),
    [
        # English, and whatever is asked of English, is as it always was.
        ("how long is the warranty?", ENGLISH, 1.0),
        ("how long is the warranty?", {"german": 85, "english": 15}, 1.0),
        ("wie lange gilt die Garantie?", ENGLISH, 1.0),
        ("how long is the warranty?", {}, 1.0),
        ("wie lange gilt die Garantie?", {}, 1.0),
        # Both in a language that the model does not read, also where the question does not say which.
        ("wie lange gilt die Garantie?", GERMAN, 0.6),
        ("Garantie", GERMAN, 0.6),
        ("Garantie", {"german": 50, "english": 50}, 1.0),
        ("wie lange gilt die Garantie?", {"german": 50, "english": 50}, 0.6),
        ("hvor lenge varer garantien?", {"danish": 100}, 0.6),
        # A few chunks in a language do not make it the corpus's, whether the others have one or not.
        ("wie lange gilt die Garantie?", {"german": 3, "english": 97}, 1.0),
        ("wie lange gilt die Garantie?", {"german": 3}, 1.0),
        ("वारंटी कितने समय की है?", HINDI, 0.0),
        ("वारंटी कितने समय की है?", {}, 0.0),
    ],
)
def test_an_english_model_is_believed_less_where_both_are_foreign(
    query: str, spoken: dict[str, int], vectors: float
) -> None:
    assert fit_of(LOCAL_MODEL, query, spoken, chunks=100) == pytest.approx(Fit(vectors=vectors))


@pytest.mark.parametrize("spoken", [GERMAN, HINDI])
def test_an_english_question_to_foreign_texts_is_answered_by_vectors_more_than_by_words(spoken: dict[str, int]) -> None:
    assert fit_of(LOCAL_MODEL, "how long is the warranty?", spoken, chunks=100) == Fit(vectors=1.0, words=0.3)
    assert fit_of(LOCAL_MODEL, "AX-2000", spoken, chunks=100).words == 1.0


@pytest.mark.parametrize(
    ("query", "spoken", "words"),
    [
        ("how long is the warranty?", ENGLISH, 1.0),
        ("how long is the warranty?", HINDI, 0.1),
        ("वारंटी कितने समय की है?", ENGLISH, 0.1),
        ("wie lange gilt die Garantie?", GERMAN, 0.95**4),
        # One chunk, or a few, in the question's language do not make it the corpus's; nor half of them.
        ("how long is the warranty?", {"hindi": 99, "english": 1}, 0.1),
        ("how long is the warranty?", GERMAN, 0.1),
        ("how long is the warranty?", {"german": 50, "english": 50}, 0.1),
        ("how long is the warranty?", {"german": 20, "english": 80}, 0.8**4),
        # What is in no language, tables and code, is asked in any.
        ("how long is the warranty?", {"german": 5}, 0.95**4),
        # Kanji alone look Chinese, and Persian, Ukrainian and Norwegian like their neighbours.
        ("保証期間", {"japanese": 100}, 1.0),
        ("مدت ضمانت", {"persian": 100}, 1.0),
        ("чи можна повернути вживаний товар", {"ukrainian": 100}, 1.0),
        ("hvor lenge varer garantien?", {"danish": 100}, 1.0),
        ("AX-2000", HINDI, 1.0),
        ("how long is the warranty?", {}, 1.0),
    ],
)
def test_words_are_believed_less_where_hardly_a_text_is_in_the_language_of_the_question(
    query: str, spoken: dict[str, int], words: float
) -> None:
    assert fit_of(OTHER, query, spoken, chunks=100) == pytest.approx(Fit(words=words))


def test_an_index_knows_the_languages_of_its_chunks(tmp_path: Path) -> None:
    texts = {
        "a": "The seal of the pump is worn and has to be replaced.",
        "b": "Die Dichtung der Pumpe ist verschlissen und muss ersetzt werden.",
        "c": "ポンプのシールが摩耗しているので交換してください。",
        "d": "AX-2000 12.5 45",
    }
    write_index(tmp_path, texts.items(), stamp="1")
    index = LexicalIndex(tmp_path)
    assert index.spoken == {"english": 1, "german": 1, "japanese": 1}
    assert index.languages == ["english", "german"]
    update_index(tmp_path, add={"e": texts["b"]}.items(), remove=["c"], stamp="2")
    assert LexicalIndex(tmp_path).spoken == {"english": 1, "german": 2}
    # What is removed counts no more, also where its row stays until the segment is made anew.
    write_index(tmp_path, {f"a{number}": texts["a"] for number in range(40)}.items(), stamp="3")
    update_index(tmp_path, add={}.items(), remove=["a7", "a8"], stamp="4")
    assert (LexicalIndex(tmp_path).spoken, len(LexicalIndex(tmp_path))) == ({"english": 38}, 38)
    write_index(tmp_path, {"d": texts["d"]}.items(), stamp="5")
    assert (LexicalIndex(tmp_path).spoken, LexicalIndex(tmp_path).languages) == ({}, ["english"])
