"""An endpoint's own words are passed on, and nothing of a key or a text with them."""

from __future__ import annotations

import json

import pytest

from corpus.embedding.error_text import COMMON_WITH_A_QUERY, MAX_CHARS, message_in, parsed, showable


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": "too long", "type": "x", "code": None}},
        {"object": "error", "message": "too long", "code": 400},
        [{"error": {"code": 400, "message": "too long", "status": "INVALID_ARGUMENT"}}],
        {"error": "too long", "error_type": "Validation"},
        {"detail": "too long"},
        {"detail": [{"loc": ["body", "input"], "msg": "too long", "input": "the whole text"}]},
        {"errors": [{"message": "too long"}]},
        {"error": {"errors": [{"detail": {"message": "too long"}}]}},
        "too long",
    ],
)
def test_the_message_is_found_wherever_an_endpoint_puts_it(body: object) -> None:
    content = body if isinstance(body, str) else json.dumps(body)
    assert message_in(parsed(content)) == "too long"


def test_a_message_that_begins_with_a_number_in_brackets_is_no_page() -> None:
    message = "<400> InternalError.Algo.DataInspectionFailed: Input data may contain inappropriate content."
    assert message_in({"error": {"message": message}}) == message


@pytest.mark.parametrize(
    "content",
    [
        '{"error":' * 50 + "1" + "}" * 50,
        "",
        "{}",
        "[]",
        "null",
        "<html><body>Bad gateway</body></html>",
        '{"error": 5}',
    ],
)
def test_what_is_no_message_is_none(content: str) -> None:
    assert message_in(parsed(content)) == ""


def test_a_message_deeper_than_any_is_none() -> None:
    assert parsed("[" * 100_000) == "[" * 100_000
    deep: object = "too deep"
    for _ in range(100_000):
        deep = {"error": deep}
    assert message_in(deep) == ""


TEXT = "The vault's combination is 11-22-33 and nobody\nmay know it."


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("the input is too long", "the input is too long"),
        (f"cannot embed: {TEXT}", "cannot embed: …"),
        ("cannot embed '11-22-33' here", "cannot embed '…' here"),
        ("CANNOT EMBED THE VAULT'S COMBINATION IS 11-22", "CANNOT EMBED …"),
        ("bad key my-very-own-key given", "bad key … given"),
        ("Incorrect API key provided: sk-proj-********abcd.", "Incorrect API key provided: …"),
        ("Authorization: Bearer abc.def", "Authorization: …"),
        ("ask http://u:p@proxy:80/x", "ask http://…@proxy:80/x"),
        ("two\nlines", "two lines"),
    ],
)
def test_keys_and_texts_are_left_out(message: str, shown: str) -> None:
    assert showable(message, secrets=["my-very-own-key"], texts=["other", TEXT]) == shown


def test_a_short_text_is_left_out_too() -> None:
    assert showable("token 'pump' is bad: pump", secrets=[], texts=["pump"]) == "token '…' is bad: …"


def test_of_a_question_not_a_word_is_left_and_the_cause_is() -> None:
    message = 'Input "Where is Anna Müller\'s salary?" (salary of ANNA) is longer than 8 tokens'
    shown = showable(message, secrets=[], texts=["Where is Anna Müller's salary?"], common_chars=COMMON_WITH_A_QUERY)
    assert shown.startswith("Input ")
    assert shown.endswith("longer than 8 tokens")
    assert not any(word in shown.lower() for word in ("anna", "müller", "salary"))


def test_a_long_message_is_cut() -> None:
    assert len(showable("word " * 500, secrets=[], texts=[])) == MAX_CHARS
