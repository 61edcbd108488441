"""Archives of files and of mail: each document by its own name."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from corpus.errors import DocumentEmpty, DocumentUnreadable
from tests.ingest.reading.readers.files import read_all
from tests.ingest.reading.readers.packages import package


def _texts(folder: Path, name: str, data: bytes) -> dict[str | None, str]:
    return {document.name: document.text for document in read_all(folder, name, data)}


def test_the_files_of_an_archive_are_documents_by_their_paths(tmp_path: Path) -> None:
    inner = package({"Page two.md": "# Two\n\nText."})
    data = package({
        "Export/a.md": "# One\n\nText.", "Export/b.csv": "Part,Years\nSeal,2\n", "inner.zip": inner, "logo.png": b"x",
        "__MACOSX/a.md": "no", ".hidden.md": "no", "broken.docx": b"PK",
    })  # fmt: skip
    documents = read_all(tmp_path, "a.zip", data)
    assert {document.name: document.title for document in documents} == {
        "Export/a.md": "One", "Export/b.csv": "b", "inner.zip#Page two.md": "Two",
    }  # fmt: skip
    assert documents[1].text == "Part: Seal; Years: 2"
    assert "broken.docx: The Word document is damaged" in documents[0].notes[0]
    assert documents[0].notes[1] == "Of types that are not read: logo.png."


def test_paths_that_climb_stay_below_the_archive(tmp_path: Path) -> None:
    data = package({"../../etc/a.md": "one", "/b.md": "two", "c\\..\\..\\d.md": "three"})
    assert set(_texts(tmp_path, "a.zip", data)) == {"etc/a.md", "b.md", "d.md"}


def test_names_of_old_archives_are_told_by_their_look(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("Xbersicht.md", "Text.")
    data = out.getvalue().replace(b"Xbersicht", "Übersicht".encode("cp1252"))
    assert set(_texts(tmp_path, "a.zip", data)) == {"Übersicht.md"}


def test_hostile_archives_are_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(DocumentUnreadable, match="times its size"):
        read_all(tmp_path, "bomb.zip", package({"a.txt": "0" * 40_000_000}))
    with pytest.raises(DocumentUnreadable, match="10,001 files"):
        read_all(tmp_path, "many.zip", package({f"{number}.txt": "" for number in range(10_001)}))
    nested = package({"a.txt": "deep"})
    for _ in range(4):
        nested = package({"a.zip": nested})
    with pytest.raises(DocumentEmpty, match="nested this deep"):
        read_all(tmp_path, "deep.zip", nested)


def test_the_messages_of_a_mail_archive_are_documents(tmp_path: Path) -> None:
    mails = (
        "From ann Sun Mar  1 10:00:00 2026\nFrom: Ann <ann@x.org>\nSubject: One\nMessage-ID: <1@x>\n\n"
        "First.\n>From here.\n\n"
        "From bo Sun Mar  1 11:00:00 2026\nFrom: Bo <bo@x.org>\nSubject: Two\n\nSecond.\n\nFrom now on it runs."
    )
    texts = _texts(tmp_path, "a.mbox", mails.encode())
    assert list(texts) == ["1@x", "2"]
    assert texts["1@x"].endswith("First.\nFrom here.")
    assert texts["2"].endswith("Second.\n\nFrom now on it runs.")


def test_a_file_without_messages_is_no_mail_archive(tmp_path: Path) -> None:
    with pytest.raises(DocumentUnreadable, match="holds no message"):
        read_all(tmp_path, "a.mbox", b"Just text.\n")


def test_exports_keep_what_is_said_and_not_how_it_looks(tmp_path: Path) -> None:
    number = "0123456789abcdef0123456789abcdef"
    export = package(
        {
            f"Tasks {number}.csv": "Name,Status\nA,Open\nB,Done\n",
            f"Tasks {number}_all.csv": "Name,Status\nA,Open\nB,Done\nC,Done\n",
            "site/a.html": "<p>Page</p>",
            "site/a.css": "p {color: red}",
            "general/2024-05-06.json": '[{"type": "message", "user": "U1", "user_profile": {"real_name": "Jo"}, '
            '"text": "See <https://x.org|this>, <@U1>", "ts": "1714982400.1"}, '
            '{"type": "message", "user": "U2", "text": "OK", '
            '"ts": "1714982460.1", "thread_ts": "1714982400.1"}]',
        }
    )
    documents = read_all(tmp_path, "a.zip", export)
    assert [(document.title, document.text) for document in documents] == [
        ("Tasks", "Name: A; Status: Open\nName: B; Status: Done\nName: C; Status: Done"),
        ("a", "Page"),
        ("2024-05-06", "- Jo, 2024-05-06 08:00: See this (https://x.org), Jo\n  - U2, 2024-05-06 08:01: OK"),
    ]
    assert documents[0].notes == (
        f"Tasks {number}.csv: left out, for all of its rows stand in the file named _all.",
        "Style sheets beside pages were left out.",
    )
