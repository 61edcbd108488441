"""corpus.lexical.languages: which language a text is in, by the share of its function words."""

from __future__ import annotations

from corpus.lexical.languages import detect


def test_a_table_with_some_function_words_is_in_no_language() -> None:
    names = [f"pump{number}" for number in range(97)]
    assert detect([*names, "the", "of", "and"]) is None


def test_a_sentence_is_in_the_language_of_its_function_words() -> None:
    assert (
        detect(["the", "pump", "of", "the", "house", "is", "broken", "and", "it", "needs", "a", "new", "seal"])
        == "english"
    )
