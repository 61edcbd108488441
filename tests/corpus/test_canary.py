"""Which requests get a new version first."""

from __future__ import annotations

import pytest

from corpus.canary import canary_choice


def test_a_share_takes_about_that_many_requests_and_always_the_same() -> None:
    choice = canary_choice(" 10 %")
    taken = [choice.takes("anna", f"request-{number}") for number in range(2000)]
    assert 150 < sum(taken) < 250
    assert taken == [choice.takes(None, f"request-{number}") for number in range(2000)]
    assert all(canary_choice("100%").takes(None, f"{number}") for number in range(100))


def test_names_take_all_of_theirs_and_no_other() -> None:
    choice = canary_choice("anna, ben@example.com")
    assert [choice.takes(name, "1") for name in ("anna", "ben@example.com", "carl", None)] == [True, True, False, False]


@pytest.mark.parametrize("said", ["0%", "101%", "1000%", "%", "", ",", "a,,b", "10 %,anna", "a;b"])
def test_anything_else_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match="a share of the requests, such as 10%"):
        canary_choice(said)
