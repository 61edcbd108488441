from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.encodings import cases, share
from benchmarks.languages import TEXTS
from ingest.reading.readers.encoding import decode
from tests.ingest.reading.readers.files import read_all, read_bytes


def test_thirty_languages_are_read_in_the_code_pages_that_they_were_written_in() -> None:
    assert len({language for language, _, _ in TEXTS}) >= 30
    short, long = share(decode, long=False), share(decode, long=True)
    assert short == f"{len(list(cases(long=False)))} of {len(list(cases(long=False)))}"
    assert long == f"{len(list(cases(long=True)))} of {len(list(cases(long=True)))}"


@pytest.mark.parametrize(
    "text",
    [
        "Don’t open the valve.", "Preis 15,50 €", "Größe;Preis\nXL;5 €\n", "naïve approach of the résumé", "À propos",
        "Price list £5 £6 £7", "100 § 5 BGB", "Nº 5 1ª vez", "© 2019 Example Ltd.", "20 °C ± 5 µm",
        "“Quotes” — and dashes…",
        "name,city\nMüller,Köln\nGarcía,Málaga\n", "Smörgåsbord", "Zoë",
    ],
)  # fmt: skip
def test_a_few_western_signs_are_windows_1252(text: str) -> None:
    assert decode(text.encode("cp1252")) == text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "Perché la città è più bella? È così."),
        ("cp1252", "Blåbærgrød på bordet"),
        ("cp1252", "ÄRZTE DÜRFEN ÖFFNEN: ÜBERSICHT"),
        ("cp1252", "“yes”"),
        ("cp1252", "§ 5"),
        ("cp1252", "Größe: 5 µm"),
        ("mac_roman", "„Größe“ – die Prüfung kostet viel und ist für alle da."),
        ("mac_roman", "l’été où ça"),
        ("cp850", "Die Größe der Tür für Möbel beträgt 5 Meter."),
        ("cp1251", "Договор по API: цена и срок"),
        ("cp949", "제품 A의 b형"),
    ],
)
def test_no_encoding_is_taken_that_mixes_letters_as_nobody_writes(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding)) == text


def test_an_accent_on_the_last_page_is_enough() -> None:
    text = "All of this is plain English. " * 5000 + "But for one word of French: élève, déjà vu, garçon."
    assert decode(text.encode("cp1252")) == text


def test_utf_8_with_a_damaged_byte_loses_that_byte_alone() -> None:
    assert (
        decode("Grüße aus Köln, und ".encode() + b"\xfc" + "ber Straßen".encode()) == "Grüße aus Köln, und über Straßen"
    )


@pytest.mark.parametrize(
    ("declared", "encoding", "text"),
    [
        ("us-ascii", "utf-8", "Grüße"),  # What mail programs say of all sorts.
        ("iso-8859-1", "cp1252", "“Preis”: 5 €"),
        ("gb2312", "gb18030", "镕基"),
        ("ks_c_5601-1987", "cp949", "똠방각하"),
        ("windows-874", "cp874", "ไทย"),
        ("x-sjis", "cp932", "①髙橋"),
        ("no-such-thing", "cp1252", "Grüße"),
    ],
)
def test_a_declared_encoding_is_believed_by_its_usual_superset(declared: str, encoding: str, text: str) -> None:
    assert decode(text.encode(encoding), declared=declared) == text


def test_a_guess_is_told_and_what_is_known_is_not(tmp_path: Path) -> None:
    text = "Die Maschine wird jeden Tag geprüft."
    assert read_bytes(tmp_path, "a.txt", text.encode("cp1252")).notes == (
        "Its encoding was guessed: Windows-1252. Save it as UTF-8 if the text looks wrong.",
    )
    assert read_bytes(tmp_path, "b.txt", text.encode()).notes == ()
    page = f'<meta charset="windows-1252"><p>{text}</p>'
    assert read_bytes(tmp_path, "c.html", page.encode("cp1252")).notes == ()


def test_japanese_in_seven_bits_is_read(tmp_path: Path) -> None:
    text = "機械は工場にあり、毎日点検されます。"
    assert read_bytes(tmp_path, "a.txt", text.encode("iso2022_jp")).text == text


@pytest.mark.parametrize("charset", ["; charset=windows-1252", ""])
def test_a_mail_s_raw_headers_are_in_the_encoding_of_its_text(tmp_path: Path, charset: str) -> None:
    mail = (
        f"From: Jörg <j@example.org>\r\nSubject: Prüfung der Größe\r\nContent-Type: text/plain{charset}\r\n"
        "Content-Transfer-Encoding: 8bit\r\n\r\nGrüße aus Köln\r\n"
    )
    (document,) = read_all(tmp_path, "a.eml", mail.encode("cp1252"))
    assert document.title == "Prüfung der Größe"
    assert "From: Jörg <j@example.org>" in document.text
    assert "Grüße aus Köln" in document.text


def test_soft_hyphens_are_no_part_of_words(tmp_path: Path) -> None:
    assert read_bytes(tmp_path, "a.html", b"<p>Donau&shy;dampf&shy;schiff</p>").text == "Donaudampfschiff"
    assert read_bytes(tmp_path, "a.md", "Donau\u00addampf\u00ad\nschiff".encode()).text == "Donaudampfschiff"
