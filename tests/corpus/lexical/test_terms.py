"""Terms of real languages, identifiers and part numbers."""

from __future__ import annotations

import pytest

from corpus.lexical.language_detection import spoken_in
from corpus.lexical.scripts import latin_share
from corpus.lexical.terms import Analyzer

ENGLISH = ["english"]


def terms_of(text: str) -> list[str]:
    return Analyzer().document(text)[1]


def query(text: str, *languages: str) -> set[str]:
    return set(Analyzer().query(text, languages or ENGLISH))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Warranties", "warranty"),
        ("résumé", "RESUME"),
        ("ﬁle", "file"),
        ("e-mail", "email"),
        ("AX-2000/B", "ax2000b"),
        ("AX-2000/B", "AX2000-B"),
        ("1,200", "1200"),
        ("v1.2.3", "1.2.3"),
        ("O’Reilly", "O'Reilly"),
        ("soft\u00adware", "software"),
        ("Ёлка", "елка"),
        ("ﾊﾝｶｸ", "ハンカク"),
        ("१२३", "123"),
        ("مُدَرِّس", "مدرس"),
        ("می‌خواهم", "میخواهم"),
        ("Ἀθῆναι", "Αθηναι"),
        ("cafe\u0301", "café"),
    ],
)
def test_two_ways_of_writing_meet_in_a_term(left: str, right: str) -> None:
    assert set(terms_of(left)) & set(terms_of(right))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("getUserName", ["get", "user", "name", "getusernam"]),
        ("HTTPServer", ["http", "server", "httpserver"]),
        ("snake_case", ["snake", "case", "snakecas"]),
        ("AX-2000/B", ["ax", "2000", "b", "ax2000b"]),
        ("E-17", ["e", "17", "e17"]),
        ("IL6", ["il", "6", "il6"]),
        ("1.2.3", ["1.2", "1.2.3"]),
        ("C++", ["c", "c++"]),
        ("PDFs", ["pdfs"]),
    ],
)
def test_identifiers_and_part_numbers_are_whole_and_in_parts(text: str, expected: list[str]) -> None:
    assert terms_of(text) == expected


@pytest.mark.parametrize("part", ["jane", "doe", "example", "com"])
def test_addresses_are_found_by_their_parts(part: str) -> None:
    assert set(terms_of("jane.doe@example.com")) & query(part)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("黑豹队", ["黑豹", "豹队"]),
        ("豹", ["豹"]),
        ("日本語テキスト", ["日本", "本語", "語テ", "テキ", "キス", "スト"]),
        ("한국어", ["한국", "국어"]),
        # The vowel above and the tone mark stay with their letter.
        ("ไม่มี", ["ไม่", "ม่มี"]),
        ("ພາສາ", ["ພາ", "າສ", "ສາ"]),
    ],
)
def test_scripts_without_spaces_are_cut_into_pairs(text: str, expected: list[str]) -> None:
    assert terms_of(text) == expected


@pytest.mark.parametrize("text", ["ខ្ញុំស្រឡាញ់", "မြန်မာဘာသာ", "ภาษาไทยไม่มีเว้นวรรค"])
def test_a_stretch_is_found_within_a_longer_one(text: str) -> None:
    assert query(text[2:8]) & set(terms_of(text))


@pytest.mark.parametrize("word", ["हिन्दी", "কিতাব", "தமிழ்", "తెలుగు", "සිංහල"])
def test_vowel_signs_are_not_cut_off(word: str) -> None:
    assert len(terms_of(word)) == 1


def test_text_beside_han_is_cut_from_it() -> None:
    assert terms_of("只丢了308分") == ["只丢", "丢了", "308", "分"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The house that was built for the people is not far from here", "english"),
        ("Das Haus ist nicht weit von hier und die Straße ist auch neu", "german"),
        ("La maison est dans la rue et elle n'est pas loin de la gare", "french"),
        ("El perro que está en la casa no es de los niños", "spanish"),
        ("O cachorro que está na casa não é dos meninos e nem da mãe", "portuguese"),
        ("Il cane che è nella casa non è dei bambini e della madre", "italian"),
        ("Het huis is niet ver van hier en de straat is ook nieuw", "dutch"),
        ("Dom nie jest daleko od tej ulicy i jest także nowy, ale już się nie da", "polish"),
        ("Дом не так далеко от этой улицы и он уже не новый", "russian"),
        ("12.5 AX-2000 45 kg 230 V", None),
        ("", None),
    ],
)
def test_language_is_told_by_function_words(text: str, language: str | None) -> None:
    assert spoken_in(text) == language


def test_each_document_is_stemmed_in_its_language_and_the_query_in_all() -> None:
    german = "Die Häuser sind nicht weit von hier und die Straßen sind auch neu"
    english = "The houses are not far from here and the streets are new as well"
    cutter = Analyzer()
    found = {language: set(terms) for language, terms in map(cutter.document, (german, english))}
    assert query("Haus", *found) & found["german"]
    assert query("house", *found) & found["english"]
    assert not query("die der das", *found) & found["german"]


def test_umlauts_are_found_as_they_are_typed_elsewhere() -> None:
    document = set(Analyzer().document("Die Müller sind nicht hier, und die Straße ist auch nicht weit")[1])
    for word in ("Müller", "Mueller", "MÜLLER"):
        assert query(word, "german") <= document
    assert query("strasse", "german") <= document


def test_function_words_are_no_terms() -> None:
    assert terms_of("it is the one that was of a") == ["one"]


@pytest.mark.parametrize("text", ["", " ", "---", "☃", "\x00", "\ud800", "a" * 10_000, "a-" * 5_000, "\u0301"])
def test_odd_texts_do_no_harm(text: str) -> None:
    assert len(terms_of(text)) <= len(text)


def test_encoded_data_is_no_term() -> None:
    assert terms_of("iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4" * 20) == []


def test_latin_share_counts_letters_alone() -> None:
    assert latin_share("Zürich 123 — ốm") == 1
    assert latin_share("黑豹队") == 0
    assert latin_share("123") == 1
    assert latin_share("ab яю") == 0.5
