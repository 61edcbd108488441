"""What a document states as its title, where an author and not a program put it there."""

from __future__ import annotations

import re

from ingest.reading.readers.composer import one_line

# Titles that programs put where authors put none.
_NO_TITLE = re.compile(
    r"untitled.*|(?:powerpoint )?presentation\d*|document\d*|microsoft (?:word|powerpoint|excel) - .*"
    r"|.*\.(?:docx?|pptx?|xlsx?|rtf|odt|qxd|indd|tex|dvi|ps|pdf|fm|html?|txt)",
    re.IGNORECASE,
)


def usable_title(stated: str | None) -> str | None:
    """The stated title, None where it is empty or made up by a program."""
    title = one_line(stated or "")
    return title if title and not _NO_TITLE.fullmatch(title) else None
