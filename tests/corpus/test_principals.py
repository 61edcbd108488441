"""Principals are free texts, compared in one form; what could be mistaken for another one is refused."""

from __future__ import annotations

import unicodedata

import pytest

from corpus.filters import Filter, passes
from corpus.principals import MAX_CHARS, MOST, principal_of, principals_of


@pytest.mark.parametrize(
    "text",
    [
        "everyone",
        "group:sales",
        "user:1234",
        "cn=Sales, ou=Köln",
        "Vertrieb Süd",
        "a|b",
        "группа:продажи",
        "x" * MAX_CHARS,
    ],
)
def test_a_principal_may_be_any_short_text(text: str) -> None:
    assert principal_of(text) == text


def test_both_forms_of_a_letter_are_one_principal() -> None:
    assert principals_of([unicodedata.normalize("NFD", "group:Süd"), "group:Süd"]) == ("group:Süd",)


@pytest.mark.parametrize("text", ["", " ", " group:a", "group:a ", "a\nb", "a\x00b", "\ud800", "x" * (MAX_CHARS + 1)])
def test_what_could_be_mistaken_for_another_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a principal"):
        principal_of(text)


def test_a_document_that_names_thousands_is_told_to_name_a_group() -> None:
    with pytest.raises(ValueError, match="Name a group"):
        principals_of(f"user:{number}" for number in range(MOST + 1))


@pytest.mark.parametrize(
    ("access", "principals", "seen"),
    [
        (["group:a", "group:b"], {"group:b", "everyone"}, True),
        (["group:a"], {"group:A"}, False),
        (["group:a"], {"group"}, False),
        (["everyone"], set(), False),
        (None, {"everyone"}, False),
        ("everyone", {"everyone"}, False),
    ],
)
def test_a_document_is_seen_by_whom_its_access_names(
    access: object,
    principals: set[str],
    seen: bool,  # noqa: FBT001 - a case
) -> None:
    where = Filter(visible_to=frozenset(principals)).to_where()
    assert where is not None
    assert passes(where, {} if access is None else {"access": access}) is seen


def test_no_field_of_the_users_gives_access() -> None:
    where = Filter(visible_to=frozenset(["everyone"])).to_where()
    assert where is not None
    assert not passes(where, {"meta.access": ["everyone"]})
