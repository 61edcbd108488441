from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from corpus.errors import DocumentUnreadable
from ingest.reading.read_queue import ReadQueue
from ingest.reading.reader_child import Request

WHOLE = Request(Path("a.pdf"), 1000, None)
REFUSAL = DocumentUnreadable("It cannot be opened.")


def _due(agenda: ReadQueue) -> list[Request]:
    return list(iter(agenda.next, None))


def _shared(agenda: ReadQueue) -> list[Request]:
    agenda.add(WHOLE)
    return _due(agenda)


def test_a_large_pdf_is_asked_for_in_shares_and_then_with_what_they_gave() -> None:
    agenda = ReadQueue(workers=2, share_bytes=100)
    shares = _shared(agenda)
    assert [request.share and request.share[1:] for request in shares] == [(0, 4), (1, 4), (2, 4), (3, 4)]
    for number in (3, 0, 2, 1):
        assert agenda.next() is None
        assert agenda.answered(shares[number], b"%d" % number) is None
    (rest,) = _due(agenda)
    assert rest == replace(WHOLE, shares=(b"0", b"1", b"2", b"3"))
    assert agenda.answered(rest, []) == (WHOLE.path, [])


def test_what_is_small_or_no_pdf_or_has_a_charset_or_one_worker_is_read_whole() -> None:
    agenda = ReadQueue(workers=2, share_bytes=100)
    requests = [
        replace(WHOLE, size=199),
        replace(WHOLE, path=Path("a.html")),
        replace(WHOLE, charset="latin-1"),
    ]
    for request in requests:
        agenda.add(request)
    assert _due(agenda) == requests
    assert _shared(ReadQueue(workers=1, share_bytes=100)) == [WHOLE]
    assert len(_shared(ReadQueue(workers=2, share_bytes=500))) == 2


def test_a_file_of_which_a_share_is_refused_is_read_whole_once() -> None:
    agenda = ReadQueue(workers=2, share_bytes=100)
    shares = _shared(agenda)
    agenda.put_back(shares[2:])
    assert agenda.answered(shares[0], b"0") is None
    assert agenda.answered(shares[1], REFUSAL) is None
    assert _due(agenda) == [WHOLE]
    assert agenda.answered(shares[2], REFUSAL) is None
    assert agenda.answered(shares[3], b"3") is None
    assert agenda.failed(shares[3], REFUSAL) is None
    agenda.put_back(shares)
    assert _due(agenda) == []


def test_a_share_that_ends_its_worker_is_the_verdict_on_its_file_alone() -> None:
    agenda = ReadQueue(workers=2, share_bytes=100)
    shares = _shared(agenda)
    others = _shared(agenda)
    agenda.put_back([shares[1], others[1], replace(WHOLE, path=Path("b.txt"))])
    assert agenda.failed(shares[0], REFUSAL) == (WHOLE.path, REFUSAL)
    assert agenda.failed(shares[2], REFUSAL) is None
    assert _due(agenda) == [others[1], replace(WHOLE, path=Path("b.txt"))]
