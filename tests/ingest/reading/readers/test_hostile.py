"""Files made to do harm: each costs only itself, in bounded time and memory, and says what is wrong in a line."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from corpus.errors import DocumentError, DocumentUnreadable
from ingest.reading.pool import ReaderPool
from tests.ingest.reading.readers.files import outline, pdf, read_bytes
from tests.ingest.reading.readers.packages import package, word


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb = word("<w:p/>" * 8_000_000)
    assert len(bomb) < 1_000_000
    with pytest.raises(DocumentUnreadable, match="times its size"):
        read_bytes(tmp_path, "a.docx", bomb)


def test_a_zip_that_lies_about_its_size_is_stopped(tmp_path: Path) -> None:
    content = b"<a>" + b"x" * 30_000_000 + b"</a>"
    honest = package({"content.xml": content})
    lying = honest.replace(len(content).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    assert lying != honest
    with pytest.raises(DocumentError):
        read_bytes(tmp_path, "a.odt", lying)


def test_entities_in_a_word_document_do_not_go_off(tmp_path: Path) -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "boom"}">' for n in range(10))
    data = word("<w:p><w:r><w:t>before &e9; after</w:t></w:r></w:p>", doctype=f"<!DOCTYPE d [{entities}]>")
    try:
        assert "boom" not in read_bytes(tmp_path, "a.docx", data).text
    except DocumentError as error:
        assert "not valid XML" in str(error)  # noqa: PT017 - either is right


def test_a_word_document_cannot_reach_outside_itself(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret words")
    doctype = f'<!DOCTYPE d [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    document = read_bytes(tmp_path, "a.docx", word("<w:p><w:r><w:t>a &x; b</w:t></w:r></w:p>", doctype=doctype))
    assert "secret" not in document.text


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.json", b"[" * 100_000),
        ("a.xml", b"<a>" * 100_000),
        ("wide.xml", b"<r>" + b"<a><b>text</b></a>" * 30_000 + b"</r>"),
        ("a.rtf", b"{\\rtf1 " + b"{" * 200_000 + b"text"),
        ("a.md", b"> " * 20_000 + b"text"),
        ("a.html", b"<ul><li>" * 3000 + b"text"),
        ("b.html", b"<table><tr><td>" * 10_000 + b"text"),
        ("c.html", b"<math><mi>" * 10_000 + b"text"),
        ("a.org", b"/a " * 20_000 + b"text"),
        ("a.adoc", b"((" * 20_000 + b" text"),
        ("a.svg", b"<svg>" + b"<g>" * 5000 + b"<text>text</text>" + b"</g>" * 5000 + b"</svg>"),
        ("a.wiki", b"{{a|" * 10_000 + b"[[" * 10_000 + b"<ref>" * 3000 + b"{|\n" * 3000 + b" text"),
        ("a.textile", b'"a' * 10_000 + b"*a " * 10_000 + b" text"),
        ("a.opml", b"<opml><body>" + b"<outline text='text'>" * 200 + b"</outline>" * 200 + b"</body></opml>"),
        ("a.tex", rb"\begin{equation}" * 10_000 + b"text"),
        ("a.yaml", b"".join(b" " * level + b"text:\n" for level in range(2000))),
        ("a.docx", word("<w:sdt>" * 5000 + "</w:sdt>" * 5000)),
        ("a.eml", b"".join(b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n" % (n, n) for n in range(3000))),
    ],
)
def test_nesting_without_end_does_no_harm(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with ReaderPool(workers=1, timeout_seconds=20) as pool:
        ((_, result),) = pool.read_all([path])
    if isinstance(result, DocumentError):
        assert "\n" not in str(result)
    else:
        assert "text" in result[0].text


def test_no_mutation_of_a_pdf_costs_more_than_itself(tmp_path: Path) -> None:
    source = pdf(["A page of text that will not stay as it is."] * 5, ["And one more."])
    chance = random.Random(20260301)  # noqa: S311 - the same mutations every time
    paths = []
    for number in range(60):
        mutated = bytearray(source)
        for _ in range(chance.randint(1, 30)):
            position = chance.randrange(len(mutated))
            if chance.random() < 0.2:
                del mutated[position : position + chance.randint(1, 50)]
            else:
                mutated[position] = chance.randrange(256)
        paths.append(tmp_path / f"{number}.pdf")
        paths[-1].write_bytes(mutated)
    with ReaderPool(workers=2, timeout_seconds=20) as pool:
        results = dict(pool.read_all(paths))
    assert results.keys() == set(paths)
    read = [result for result in results.values() if not isinstance(result, DocumentError)]
    assert len(read) > 10
    for result in results.values():
        assert not isinstance(result, DocumentError) or "\n" not in str(result)


def test_a_million_declared_columns_are_not_made(tmp_path: Path) -> None:
    page = '<table><tr><th colspan="1000000">a</th></tr><tr><td rowspan="1000000">b</td><td>1</td></tr></table>'
    assert outline(read_bytes(tmp_path, "a.html", page.encode()))
