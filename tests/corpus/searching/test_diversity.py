"""An answer does not say the same thing twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hypothesis import given
from hypothesis.strategies import integers, lists, sampled_from, tuples

from corpus.searching.diversity import diverse

WORDS = ["the", "pump", "needs", "a", "new", "seal", "every", "two", "years", "and", "the", "filter", "weekly", "care"]


@dataclass(frozen=True)
class Text:
    document_id: str
    text: str


def sentence(start: int, length: int = 60) -> str:
    return " ".join(f"{WORDS[number % len(WORDS)]}{number}" for number in range(start, start + length))


def test_near_identical_passages_are_left_out_and_the_best_one_stays() -> None:
    first = Text("a", sentence(0))
    copy = Text("b", sentence(0).upper() + "  .")
    edited = Text("c", sentence(0).replace("seal5", "gasket"))
    other = Text("d", sentence(100))
    assert list(diverse([first, copy, edited, other], limit=10)) == [first, other]


def test_neighbours_that_overlap_by_a_half_both_stay() -> None:
    neighbours = [Text("a", sentence(0)), Text("a", sentence(30))]
    assert list(diverse(neighbours, limit=10)) == neighbours


def test_a_document_gives_at_most_so_many() -> None:
    passages = [Text("a", sentence(100 * number)) for number in range(3)] + [Text("b", sentence(900))]
    assert list(diverse(passages, limit=3, max_per_document=1)) == [passages[0], passages[3]]
    assert list(diverse(passages, limit=4)) == passages


def test_short_and_wordless_texts_are_compared_whole() -> None:
    passages = [
        Text("a", "yes"),
        Text("b", "no"),
        Text("c", "Yes."),
        Text("d", "---"),
        Text("e", "***"),
        Text("f", "---"),
    ]
    assert [passage.document_id for passage in diverse(passages, limit=9)] == ["a", "b", "d", "e"]


def plainly_near(left: str, right: str) -> bool:
    """By every run of three words of both."""
    both: list[set[object]] = []
    for text in (left, right):
        words = re.findall(r"\w+", text.casefold())
        runs: set[object] = set(zip(words, words[1:], words[2:], strict=False))
        both.append(runs or {tuple(words) or text.strip()})
    return len(both[0] & both[1]) / len(both[0] | both[1]) >= 0.8


ODD = [
    "a",
    "dé",
    "naïve",
    "“x”",
    "—",
    "foo-bar",
    "it's",
    "STRASSE",
    "straße",
    "x_1",
    "१२",
    "語彙",
    "e\u0301",
    "...",
    "\x85",
]


@given(
    words=lists(sampled_from([*ODD, *WORDS]), max_size=60),
    edits=lists(tuples(integers(0, 59), sampled_from([*ODD, *WORDS]))),
)
def test_what_is_left_out_is_what_every_run_of_both_says(words: list[str], edits: list[tuple[int, str]]) -> None:
    edited = list(words)
    for place, word in edits:
        edited[place : place + 1] = [word]
    one, other = " ".join(words), ", ".join(edited)
    kept = list(diverse([Text("a", one), Text("b", other)], limit=2))
    assert len(kept) == (1 if plainly_near(one, other) else 2)


def test_texts_that_share_just_enough_are_near_identical() -> None:
    # Six runs, of which the other has the first five, and of seven words one that the other lacks.
    assert len(list(diverse([Text("a", "a b c d e f"), Text("b", "a b c d e f g")], limit=2))) == 1
    assert len(list(diverse([Text("a", "a b c d e"), Text("b", "a b c d e f")], limit=2))) == 2


def test_no_more_are_taken_than_needed() -> None:
    def endless() -> Iterator[Text]:
        number = 0
        while True:
            yield Text("a", sentence(100 * number))
            number += 1

    assert len(list(diverse(endless(), limit=5))) == 5


def test_passages_that_share_three_quarters_of_their_runs_both_stay() -> None:
    # 58 runs of three words each, of which 50 are in common: 50 of 66, or 0.76.
    passages = [Text("a", sentence(0)), Text("b", sentence(8))]
    assert list(diverse(passages, limit=10)) == passages


def test_the_same_words_in_another_order_are_another_passage() -> None:
    words = sentence(0).split()
    passages = [Text("a", " ".join(words)), Text("b", " ".join(reversed(words)))]
    assert list(diverse(passages, limit=10)) == passages
