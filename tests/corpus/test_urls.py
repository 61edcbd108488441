"""A password in a URL is shown nowhere."""

from __future__ import annotations

import pytest

from corpus.urls import without_passwords


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://user:secret@host:8000/x", "http://…@host:8000/x"),
        ("https://token@host", "https://…@host"),
        ("http://user:se/cret@host", "http://…@host"),
        ("http://user:se?cr#et@host", "http://…@host"),
        ("http://user:p@ss@host", "http://…@host"),
        ("http://user:p@s/s@host", "http://…@host"),
        ("socks5://u:p@h and postgres://u:p@h", "socks5://…@h and postgres://…@h"),
        ("http://host:8000/a", "http://host:8000/a"),
        ("https://example.com/@somebody/page", "https://example.com/@somebody/page"),
        ("somebody@example.com", "somebody@example.com"),
    ],
)
def test_what_stands_before_the_host_is_left_out(text: str, shown: str) -> None:
    assert without_passwords(text) == shown
