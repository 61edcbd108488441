"""What schemathesis leaves out, because the plain document does not say it: texts whose length depends on white space
around them, texts without a visible character or with a NUL, ids that are none, null for what may be left out, ranges
that end before they begin, and questions in `queries` alone.

The handler counts after trimming, and accepts what it need not promise. Schemathesis loads this module by
SCHEMATHESIS_HOOKS.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import schemathesis

from handler.contract.fields import DOCUMENT_ID, DOCUMENT_ID_CHARS, MAX_NAME_CHARS, VISIBLE

ID_FIELDS = ("document_id", "document_id_any", "document_id_not")


@schemathesis.hook
def filter_body(_: schemathesis.HookContext, body: object) -> bool:
    """Whether to send the body."""
    if isinstance(body, dict):
        if not all(is_document_id(each) for name in ID_FIELDS for each in texts_in(body.get(name))):
            return False
        if (
            any(ends_before_it_begins(body, name) for name in body)
            or None in body.values()
            or ("queries" in body and "query" not in body)
        ):
            return False
    return all(is_told(text) for text in texts_in(body))


def ends_before_it_begins(body: dict[object, object], name: object) -> bool:
    """Whether the field is the beginning of a range of numbers, and beyond its end."""
    ends = [body.get(name), body.get(f"{str(name).removesuffix('_from')}_to")] if str(name).endswith("_from") else []
    numbers = [end for end in ends if isinstance(end, int | float)]
    return len(numbers) == 2 and numbers[0] > numbers[1]


def is_document_id(text: str) -> bool:
    """Whether it is one, or of a length that the document refuses."""
    return len(text) != DOCUMENT_ID_CHARS or DOCUMENT_ID.fullmatch(text) is not None


def is_told(text: str) -> bool:
    """Whether the document says what becomes of the text."""
    seen = re.search(VISIBLE, text) is not None and "\0" not in text
    return not text or (seen and (len(text) <= MAX_NAME_CHARS or text == text.strip()))


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
