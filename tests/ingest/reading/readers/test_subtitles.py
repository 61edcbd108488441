"""Subtitles as running text with the time; calendars and contacts as records."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingest.reading.readers.files import outline, read_bytes


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (
            "a.srt",
            "1\n00:12:30,000 --> 00:12:34,000\n<i>Hello there,</i>\nold lamp.\n\n2\n00:12:35,0 --> 00:12:38,0\nWell?\n",
        ),
        (
            "a.vtt",
            "WEBVTT\n\nNOTE x\n\n12:30.0 --> 12:34.0 x:0\nHello there,\nold <b>lamp</b>.\n\n12:35.0 --> 12:38.0\nWell?",
        ),
        ("a.sbv", "0:12:30.000,0:12:34.000\nHello there,\nold lamp.\n\n0:12:35.000,0:12:38.000\nWell?\n"),
        ("a.lrc", "[ti:x]\n[12:30.00]Hello there, old lamp.\n[12:35.00]Well?\n"),
        (
            "a.ass",
            "[Events]\nDialogue: 0,0:12:30.00,0:12:34.00,D,,0,0,0,,{\\i1}Hello there,\\Nold lamp.\n"
            "Dialogue: 0,0:12:35.00,0:12:38.00,D,,0,0,0,,Well?\n",
        ),
        ("a.ttml", '<tt><p begin="00:12:30.0">Hello there,<br/> old lamp.</p><p begin="00:12:35">Well?</p></tt>'),
    ],
)  # fmt: skip
def test_subtitles_are_running_text_with_the_time(tmp_path: Path, name: str, content: str) -> None:
    assert read_bytes(tmp_path, name, content.encode()).text == "[at 12:30] Hello there, old lamp. Well?"


def test_a_new_part_of_subtitles_begins_after_a_minute_at_a_sentence_s_end(tmp_path: Path) -> None:
    cues = "".join(f"00:{n // 60:02}:{n % 60:02},000 --> 00:59:00,000\nSentence {n}.\n\n" for n in range(0, 130, 10))
    paragraphs = [text for _, text in outline(read_bytes(tmp_path, "a.srt", cues.encode()))]
    assert [text.split("]")[0] for text in paragraphs] == ["[at 0:00", "[at 1:00", "[at 2:00"]


def test_calendars_and_contacts_are_records(tmp_path: Path) -> None:
    calendar = (
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Pump\r\n  test\r\nDTSTART:20260301T100000Z\r\n"
        "DTEND;TZID=Europe/Berlin:20260301T120000\r\n"
        "DURATION:PT2H\r\nLOCATION:Hall\\, east\r\n"
        "ATTENDEE;CN=Bo:mailto:bo@x.org\r\nBEGIN:VALARM\r\nDESCRIPTION:no\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    assert read_bytes(tmp_path, "a.ics", calendar.encode()).text == (
        "Pump test\n\nStart: 2026-03-01 10:00 UTC\nEnd: 2026-03-01 12:00 (Europe/Berlin)\nDuration: PT2H\n"
        "Place: Hall, east\nWith: Bo <bo@x.org>"
    )
    card = "BEGIN:VCARD\nVERSION:3.0\nFN:Ann Example\nORG:Works;Hall 2\nitem1.TEL;TYPE=WORK:+1 2\nEND:VCARD\n"
    document = read_bytes(tmp_path, "a.vcf", card.encode())
    assert document.title == "Ann Example"
    assert document.text == "Ann Example\n\nOrganization: Works, Hall 2\nPhone: +1 2"


def test_captions_that_roll_up_and_lines_sung_twice_are_read_once(tmp_path: Path) -> None:
    rolling = (
        "WEBVTT\n\n00:00.000 --> 00:02.000\n \nso<00:00.500><c> welcome</c>\n\n"
        "00:02.000 --> 00:02.010\nso welcome\n \n\n"
        "00:02.010 --> 00:04.000\nso welcome\nto the port\n"
    )
    assert read_bytes(tmp_path, "a.vtt", rolling.encode()).text == "[at 0:00] so welcome to the port"
    song = read_bytes(tmp_path, "a.lrc", b"[ti:Song]\n[00:12.00]One\n[00:15.30][00:45.00]Two\n")
    assert (song.title, song.text) == ("Song", "[at 0:12] One Two")


def test_a_contact_without_a_name_written_out_is_called_by_its_parts(tmp_path: Path) -> None:
    card = (
        b"BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;Ann;;Dr.\nTEL:1\nEND:VCARD\n"
    )
    assert read_bytes(tmp_path, "a.vcf", card).text == "Dr. Ann Müller\n\nPhone: 1"


def test_parameters_without_end_cost_a_line_no_more_than_itself(tmp_path: Path) -> None:
    event = f"BEGIN:VEVENT\nSUMMARY:Pump\nDTSTART{';a' * 30_000}\nEND:VEVENT\n"
    assert read_bytes(tmp_path, "a.ics", event.encode()).text == "Pump"
