"""handler.access.keys: what a key is made of, and which of the presented keys is an entry's."""

from __future__ import annotations

import base64

from handler.access.keys import PREFIX, entry_of, make_key, parse_keys


def test_a_key_has_256_random_bits() -> None:
    keys = {make_key("gpt")[0] for _ in range(3)}
    assert len(keys) == 3
    for key in keys:
        assert len(base64.urlsafe_b64decode(key.removeprefix(PREFIX) + "=")) == 32


def test_an_entry_may_be_written_in_capitals() -> None:
    key, entry = make_key("gpt")
    found = entry_of([key], parse_keys(f"gpt:{entry.digest.upper()}"))
    assert found == entry
