"""corpus.visibility: a row is seen by whom its access names, and by nobody before that is said."""

from __future__ import annotations

from corpus.visibility import Visibility


def test_a_row_that_nobody_was_let_see_stays_hidden_beside_others() -> None:
    rows = Visibility(3)
    rows.grant(1, 2, ["group:hr", "user:ada"])
    assert rows.seen_by(["user:ada"]).tolist() == [False, True, False]
    assert [rows.is_seen(row, ["group:hr"]) for row in range(3)] == [False, True, False]
    assert rows.seen_by(["user:bob"]).tolist() == [False, False, False]
