from __future__ import annotations

import pytest

from corpus.records import Hit
from corpus.searching.merging import Found, filled, in_corpus, merged
from tests.handler.corpora import Text, chunked

SAME = "Holidays are asked for in May, by a form that lies at the desk of the department."
HR, SALES, OTHER = (
    chunked(Text(source=source, text=text))[1][0]
    for source, text in (("a.md", SAME), ("b.md", f"{SAME}\n"), ("c.md", "Salaries are paid on the last day of May."))
)


@pytest.mark.parametrize("join", [None, 0])
def test_what_two_corpora_hold_comes_once_from_where_it_fits_best_and_leaves_room_for_others(join: int | None) -> None:
    found = [
        in_corpus("hr", [Hit(chunk=HR, score=0.8), Hit(chunk=OTHER, score=0.3)]),
        in_corpus("sales", [Hit(chunk=SALES, score=0.9)]),
    ]
    hits = merged(found, top_k=2, join=join)
    assert [(hit.document_id.partition(":")[0], hit.score) for hit in hits] == [("sales", 0.9), ("hr", 0.3)]


@pytest.mark.parametrize("join", [None, 0])
def test_each_corpus_is_asked_for_more_where_what_it_holds_alike_leaves_too_few(join: int | None) -> None:
    words = [f"word{number}" for number in range(60)]
    # One text of sales is much like two of HR's, which differ from each other at either end.
    alike = " ".join(words)
    texts = [" ".join(["first", *words[3:]]), " ".join([*words[:-3], "last"]), SAME]
    hr = [chunked(Text(source=f"{number}.md", text=text))[1][0] for number, text in enumerate(texts)]
    sales = chunked(Text(source="all.md", text=alike))[1][0]
    asked = []

    def find(count: int) -> Found:
        asked.append(count)
        ranked = [Hit(chunk=chunk, score=0.8 - number / 10) for number, chunk in enumerate(hr)]
        return {"hr": [in_corpus("hr", ranked[:count])], "sales": [in_corpus("sales", [Hit(chunk=sales, score=0.9)])]}

    assert [hit.text for hit in filled(find(2), find, questions=1, top_k=2, join=join)[0]] == [alike, SAME]
    assert [hit.text for hit in filled(find(3), find, questions=1, top_k=3, join=join)[0]] == [alike, SAME]
    # Who has no more is not asked again and again.
    assert asked == [2, 8, 3, 12]
