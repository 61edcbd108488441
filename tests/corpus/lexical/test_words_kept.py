"""No word is lost between a text and a question: names in capitals, numbers, symbols, letters typed otherwise."""

from __future__ import annotations

import pytest

from corpus.lexical.build import write_index
from corpus.lexical.index import LexicalIndex
from corpus.lexical.letters import fold, normalise
from corpus.lexical.numbers import number_terms
from corpus.lexical.terms import Analyzer

TEXTS = {
    "att": "The contract with AT&T ends in June.",
    "who": "The WHO published a report.",
    "it": "The IT department moved.",
    "fee": "The fee is $1,250.00 per year.",
    "d": "Vitamin D dose is 15 ug.",
    "a": "Not applicable to vitamin A.",
    "lodz": "Zakład: Łódź.",
    "kob": "Kontoret i København lukker.",
    "net": "The fishing net was repaired.",
    "dotnet": "This guide covers .NET runtime upgrades.",
    "fa": "کتاب من در خانه است",
    "or": "The OR is booked until noon.",
    "caps": "WARNING: DO NOT TOUCH IT OR A PART OF IT WHILE IT IS HOT AND ON",
    "shop": "Who owns it, or is it on at the shop? A part of it was not.",
    "war": "World War I ended. I was not there, and I am glad.",
    "env": "Copy .env beside the program; the environment is read once.",
    "price": "Preis: 2,50 € je Stück, ab 12.500 Stück weniger.",
    "swiss": "Der Betrag ist CHF 98'765.40 im Jahr.",
    "space": "Le total est de 43 210,00 € par an.",
    "lakh": "The budget is ₹12,50,000 this year.",
    "span": "Between 7,000-8,000 visitors, 31.12.2027 at the latest.",
    "half": "The dose is 7,5 mg.",
    "oahu": "Hawaiʻi and Oʻahu use the Kindle™ reader.",
    "vn": "Chi nhánh Đà Nẵng mở cửa.",
    "rd": "The R & D budget and the Q&A page.",
    "plus": "We write C++ and C# here.",
    "mueller": "Dr Müller and his wife met in Århus, where nobody knew them.",
    "coop": "Both firms co-operate, and the data-base is theirs.",
    "eur": "A total of EUR4.711,00 was paid for Python3.12 courses.",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> LexicalIndex:
    folder = tmp_path_factory.mktemp("words")
    write_index(folder, TEXTS.items(), stamp="1")
    return LexicalIndex(folder)


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("AT&T", "att"),
        ("at&t contract", "att"),
        ("WHO", "who"),
        ("who", "who"),
        ("What does WHO say?", "who"),
        ("WHO REPORT", "who"),
        ("IT", "it"),
        ("the IT of the firm", "it"),
        ("OR", "or"),
        ("OR schedule", "or"),
        ("vitamin D", "d"),
        ("vitamin d", "d"),
        ("vitamin A", "a"),
        ("vitamin a", "a"),
        ("World War I", "war"),
        ("1,250", "fee"),
        ("1250", "fee"),
        ("1250.00", "fee"),
        ("$1250", "fee"),
        ("1.250,00 €", "fee"),
        ("1 250", "fee"),
        ("2.50", "price"),
        ("2.5 €", "price"),
        ("12500", "price"),
        ("98765.40", "swiss"),
        ("98,765.40", "swiss"),
        ("43210", "space"),
        ("43,210", "space"),
        ("1250000", "lakh"),
        ("7000", "span"),
        ("8,000", "span"),
        ("2027", "span"),
        ("7.5 mg", "half"),
        ("Lodz", "lodz"),
        ("ŁÓDŹ", "lodz"),
        ("Kobenhavn", "kob"),
        ("KØBENHAVN", "kob"),
        (".NET", "dotnet"),
        ("net", "net"),
        (".env", "env"),
        ("كتاب", "fa"),
        ("Hawaii", "oahu"),
        ("Oahu", "oahu"),
        ("Kindle", "oahu"),
        ("Da Nang", "vn"),
        ("R&D", "rd"),
        ("Q&A", "rd"),
        ("C++", "plus"),
        ("C#", "plus"),
        ("Mueller", "mueller"),
        ("müller", "mueller"),
        ("Muller", "mueller"),
        ("Aarhus", "mueller"),
        ("cooperate", "coop"),
        ("co-operating", "coop"),
        ("database", "coop"),
        ("4711", "eur"),
        ("4,711.00", "eur"),
        ("python 3.12", "eur"),
    ],
)
def test_the_text_that_has_the_word_comes_first(index: LexicalIndex, question: str, name: str) -> None:
    first, *rest = index.scores(question).top(3)
    assert first.chunk_id == name
    assert all(other.score < first.score for other in rest)


@pytest.mark.parametrize("question", ["what is it", "who is it at", "the of a", "WHO OF YOU IS NOT AT IT"])
def test_function_words_together_ask_for_nothing(index: LexicalIndex, question: str) -> None:
    assert index.scores(question).top(3) == []


def test_capitals_between_words_of_a_question_are_operators() -> None:
    assert Analyzer().query("pumps AND valves", ["english"]) == ["pump", "valv"]
    assert "or" in Analyzer().query("OR of the hospital", ["english"])


def test_capitals_say_nothing_where_all_is_in_capitals_or_a_sentence_begins() -> None:
    for text in ("DO NOT TOUCH IT WHEN IT IS ON", "A pump.\nA valve: A seal", "I was there, and I saw"):
        assert {"it", "not", "on", "a", "i"}.isdisjoint(Analyzer().document(text)[1])


@pytest.mark.parametrize(
    ("written", "terms"),
    [
        ("1,250", {"1250"}),
        ("1,250.50", {"1250.50"}),
        ("1.250,50", {"1250.50"}),
        ("1’250", {"1250"}),
        ("1 250 000", {"1250000", "1", "250", "000"}),
        ("12,50,000", {"1250000"}),
        ("1.250", {"1.250", "1250"}),
        ("2.0", {"2.0", "2"}),
        ("$2.50", {"2.50", "2.5"}),
        ("2.50 €", {"2.50", "2.5"}),
        ("3.10", {"3.10"}),
        ("v1.2.3", {"1.2", "1.2.3"}),
        ("192.168.0.1", {"192.168", "192.168.0", "192.168.0.1"}),
        ("31.12.2026", {"31.12", "31.12.2026", "2026"}),
        ("1,2,3", {"1", "2", "3"}),
        ("١,٢٥٠", {"1250"}),
    ],
)
def test_a_number_has_the_terms_of_its_other_writings(written: str, terms: set[str]) -> None:
    assert set(number_terms(written)) == terms


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("København", "Kobenhavn"),
        ("Łódź", "Lodz"),
        ("Đặng", "Dang"),
        ("Þórshöfn", "Thorshofn"),
        ("Ħamrun", "Hamrun"),
        ("Œuvre", "oeuvre"),
        ("Ærø", "aero"),
        ("Straße", "strasse"),
        ("Iğdır", "igdir"),
        ("Bakı Əliyev", "baki eliyev"),
        ("Oʼzbekiston", "Ozbekiston"),
        ("کتاب", "كتاب"),
        ("علی", "علي"),
        ("ٱلكتاب", "الكتاب"),
        ("ہوا", "هوا"),
        ("١٬٢٥٠٫٥", "١,٢٥٠.٥"),
    ],
)
def test_letters_that_are_typed_otherwise_meet(written: str, typed: str) -> None:
    assert fold(normalise(written).casefold()) == fold(normalise(typed).casefold())


def test_a_word_typed_without_its_accents_is_found_though_its_stem_is_another() -> None:
    text = "A informação não está em todas as casas, e os meninos também não são da escola"
    language, terms = Analyzer().document(text)
    assert language == "portuguese"
    for word in ("informação", "informacao"):
        assert set(Analyzer().query(word, [language])) & set(terms)


def test_a_name_is_found_whoever_spells_its_letters_out() -> None:
    analyzer = Analyzer()
    danish = "Vi var i {} i går, og det var ikke så koldt, som jeg havde troet, da vi tog af sted med toget."
    for written, typed in (("Århus", "Aarhus"), ("Øresund", "Oeresund"), ("Møller", "Moeller")):
        for text, question in ((written, typed), (typed, written)):
            language, terms = analyzer.document(danish.format(text))
            assert language == "danish"
            assert set(analyzer.query(question, [language])) & set(terms), (text, question)
    assert analyzer.document(danish.format("Oslo"))[1].count("gaar") == 0  # Of no other word there are two.
