"""Large first letters, which Word keeps in a paragraph of their own (ECMA-376, 17.3.1.11): put back into their word."""

from __future__ import annotations

from lxml import etree

from ingest.reading.readers.docx.styles import child
from ingest.reading.readers.package import attribute, local_name


def join_first_letters(root: etree._Element) -> None:
    """Have the paragraph behind a first letter begin with it."""
    for frame in list(root.iter("{*}framePr")):
        properties = frame.getparent()
        letter = properties.getparent() if properties is not None else None
        if letter is None or attribute(frame, "dropCap") in (None, "none"):
            continue
        following, above = letter.getnext(), letter.getparent()
        if above is None or following is None or local_name(following) != "p":
            continue
        about = child(following, "pPr")
        place = 0 if about is None else following.index(about) + 1
        for run in [node for node in letter if node is not properties]:
            following.insert(place, run)
            place += 1
        above.remove(letter)
