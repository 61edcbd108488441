"""What schemathesis leaves out: texts whose length depends on whether white space around them counts.

The handler counts after trimming, and a JSON schema cannot say so: its maxLength is the stricter reading. Schemathesis
loads this module by SCHEMATHESIS_HOOKS.
"""

from __future__ import annotations

from collections.abc import Iterator

import schemathesis

from handler.contract.requests import MAX_NAME_CHARS


@schemathesis.hook
def filter_body(_: schemathesis.HookContext, body: object) -> bool:
    """Whether to send the body."""
    return all(len(text) <= MAX_NAME_CHARS or text == text.strip() for text in texts_in(body))


def texts_in(value: object) -> Iterator[str]:
    """All texts of a JSON value, but for names."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts_in(item)
