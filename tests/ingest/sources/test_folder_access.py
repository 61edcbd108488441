"""One `.access.yaml` says for a folder who sees what; the nearest wins, and what cannot be read opens nothing."""

from __future__ import annotations

import itertools
import json
import unicodedata
from email.message import EmailMessage
from pathlib import Path

import pytest

from ingest.reading.document import Document
from ingest.reading.readers.registry import read_bytes
from ingest.sources.descriptions import Description
from ingest.sources.files import find
from ingest.sources.folder_access import of_files
from ingest.sources.found import Item


def put(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def access(folder: Path, name: str) -> tuple[str, ...] | None:
    return of_files().of(f"{folder}/{name}", top=str(folder))


def test_the_nearest_file_that_speaks_of_a_document_wins(tmp_path: Path) -> None:
    put(tmp_path, ".access.yaml", '"**": [everyone]\n"hr/**": [group:hr]\n"hr/forms/": everyone\n"secret.*": []\n')
    put(tmp_path, "hr/pay/.access.yaml", '"*.pdf": [group:payroll, user:1234]\n')
    put(tmp_path, "hr/pay/board/.access.yaml", "# Nothing said here.\n")
    assert access(tmp_path, "a.md") == ("everyone",)
    assert access(tmp_path, "sub/a.md") == ("everyone",)
    assert access(tmp_path, "hr/a.md") == ("group:hr",)
    assert access(tmp_path, "hr/forms/a.md") == ("everyone",), "the last pattern that matches"
    assert access(tmp_path, "hr/pay/a.pdf") == ("group:payroll", "user:1234")
    assert access(tmp_path, "hr/pay/a.md") == ("group:hr",), "what the nearer file does not speak of"
    assert access(tmp_path, "hr/pay/board/a.pdf") == ("group:payroll", "user:1234")
    assert access(tmp_path, "sub/secret.md") == (), "nobody"


def test_every_nesting_of_three_folders_is_told_by_its_nearest_rule(tmp_path: Path) -> None:
    for number, present in enumerate(itertools.product([False, True], repeat=3)):
        root = tmp_path / str(number)
        folders = [root, root / "a", root / "a/b"]
        for depth, (folder, is_there) in enumerate(zip(folders, present, strict=True)):
            folder.mkdir(parents=True, exist_ok=True)
            if is_there:
                put(folder, ".access.yaml", f'"*.md": [depth:{depth}]\n')
        for depth, folder in enumerate(folders):
            nearest = [each for each in range(depth + 1) if present[each]]
            expected = (f"depth:{nearest[-1]}",) if nearest else None
            assert access(root, (folder / "x.md").relative_to(root).as_posix()) == expected


def test_folders_above_the_root_have_no_say(tmp_path: Path) -> None:
    put(tmp_path, ".access.yaml", '"**": [everyone]\n')
    put(tmp_path, "docs/sub/a.md", "Text.")
    (alone,) = find([tmp_path / "docs"], root=tmp_path / "elsewhere").items
    assert alone.access is None
    (below,) = find([tmp_path / "docs/sub/a.md"], root=tmp_path).items
    assert below.access == ("everyone",), "named itself, its folders count as for the whole"
    assert below.validator.startswith(alone.validator)
    assert below.validator != alone.validator, "a change of access is seen without a look into the file"


def test_both_forms_of_a_letter_are_one_name(tmp_path: Path) -> None:
    put(tmp_path, ".access.yaml", unicodedata.normalize("NFD", '"Büro/**": ["group:Süd"]\n'))
    put(tmp_path, unicodedata.normalize("NFC", "Büro/a.md"), "Text.")
    (item,) = find([tmp_path], root=tmp_path).items
    assert item.access == ("group:Süd",)


REFUSED: dict[str, str | bytes] = {
    "no mapping": "- everyone\n",
    "a number": '"**": [1234]\n',
    "true": '"**": true\n',
    "a mapping": '"**": {group: sales}\n',
    "a blank at the end": '"**": ["everyone "]\n',
    "an empty text": '"**": [""]\n',
    "a pattern twice": '"**": [group:hr]\n"*.md": [group:a]\n"**": [everyone]\n',
    "a negation": '"!**": [everyone]\n',
    "a star that is not text": "**: [everyone]\n",
    "a colon too many": '"**": [group: sales]\n',
    "nested without end": "[" * 200,
    "not UTF-8": b"\xff\xfe\x00",
    "too long": f'"**": [everyone]\n#{"x" * 70_000}\n',
    "a pattern without end": '"a*b*c*d*e": [everyone]\n',
    "code": '"**": !!python/object/apply:os.getcwd []\n',
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_understood_is_seen_by_nobody_and_told_in_one_line(tmp_path: Path, kind: str) -> None:
    put(tmp_path, ".access.yaml", '"**": [everyone]\n')
    put(tmp_path, "docs/a.md", "Text.")
    put(tmp_path, "docs/own/b.md", "Text.")
    put(tmp_path, "docs/own/.access.yaml", '"**": [group:b]\n')
    text = REFUSED[kind]
    (tmp_path / "docs/.access.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
    found = find([tmp_path], root=tmp_path)
    assert [(item.source, item.access) for item in found.items] == [("docs/a.md", ()), ("docs/own/b.md", ("group:b",))]
    ((source, error),) = found.failed
    assert source == "docs/.access.yaml"
    assert "Nobody is to see what lies below it" in str(error)
    assert "\n" not in str(error)


def test_rules_that_a_link_leads_to_are_not_read(tmp_path: Path) -> None:
    put(tmp_path, "elsewhere.yaml", '"**": [everyone]\n')
    put(tmp_path, "docs/a.md", "Text.")
    (tmp_path / "docs/.access.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    (item,) = find([tmp_path / "docs"], root=tmp_path).items
    assert item.access == ()


def test_a_page_of_the_web_does_not_say_who_may_see_it() -> None:
    page = Document(text="Text.", blocks=(), access=("everyone",))
    item = Item(source="https://example.com/a.md", place="https://example.com/a.md")
    assert Description().of(page, item).access == ()
    assert Description(access=("group:a",)).of(page, item).access == ("group:a",)


@pytest.mark.parametrize(
    ("said", "around", "seen_by"),
    [
        (None, ("group:a",), ("group:a",)),
        (("everyone",), ("group:a",), ("group:a",)),
        (("everyone",), None, ()),
        (("group:b",), ("group:a",), ()),
        (("group:b", "group:a"), ("group:a", "group:c"), ("group:a",)),
        (("group:b",), ("everyone",), ("group:b",)),
        ((), ("everyone",), ()),
        ((5,), ("everyone",), ()),
    ],
)
def test_who_sends_an_attachment_opens_it_to_nobody(
    said: tuple[object, ...] | None, around: tuple[str, ...] | None, seen_by: tuple[str, ...]
) -> None:
    words = "" if said is None else f"---\naccess: {json.dumps(said)}\n---\n"
    message = EmailMessage()
    message.set_content("See what is attached.")
    message.add_attachment(f"{words}Attached.".encode(), maintype="text", subtype="markdown", filename="note.md")
    mail, note = read_bytes(message.as_bytes(), "a.eml")
    item = Item(source="a.eml", place="/a.eml", access=around)
    assert Description().of(mail, item).access == (around or ())
    told = Description().of(note, item)
    assert (told.access, told.access_fault) == (seen_by, "")
