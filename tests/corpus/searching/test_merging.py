from __future__ import annotations

import pytest

from corpus.records import Hit
from corpus.searching.merging import in_corpus, merged
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
