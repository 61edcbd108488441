"""What a page shows by style sheets, pictures, forms and frames, in small pages."""

# ruff: noqa: E501 - a page is written in one line.

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.errors import DocumentEmpty
from tests.ingest.reading.readers.files import outline, read_bytes

LEGAL = "<style>ol.a{counter-reset:n;list-style:none} ol.a li:before{content:counters(n,'.') ' ';counter-increment:n}</style>"
DOCS = (  # As Google Docs exports lists.
    "<style>.k-0 > li:before{content:'' counter(c-0,upper-roman) '. '} .k-0 > li{counter-increment:c-0}"
    ".k-1 > li:before{content:'(' counter(c-1,lower-latin) ') '} .k-1 > li{counter-increment:c-1}"
    "ol.k-0.start{counter-reset:c-0 0} ol.k-1.start{counter-reset:c-1 0}</style>"
)
HEADS = "<style>h2{counter-increment:art} h2::before{content:'Article ' counter(art) '.'}</style>"


@pytest.mark.parametrize(
    ("page", "text"),
    [
        (f"{LEGAL}<ol class=a><li>Cap<ol class=a><li>Sum<li>Term</ol><li>Law</ol>", "1 Cap\n  1.1 Sum\n  1.2 Term\n2 Law"),
        (
            f"{DOCS}<ol class='k-0 start'><li>One</ol><ol class='k-1 start'><li>sub<li>sub</ol><ol class=k-0><li>Two</ol>",
            "I. One\n(a) sub\n(b) sub\nII. Two",
        ),
        (f"{HEADS}<h2>Scope</h2><h2>Fees</h2>", "Article 1. Scope\n\nArticle 2. Fees"),
        ("<style>ol.r{list-style-type:lower-roman}</style><ol class=r><li>x<li>y</ol>", "i. x\nii. y"),
        ("<ol start=0><li>zero<li>one</ol>", "0. zero\n1. one"),
        ("<ol><li><h3>Head</h3>Text</ol>", "1. Head\n\nText"),
        ("<dl><dt>a</dt><dt>b</dt><dd>both</dd><dd>again</dd><dt>alone</dt></dl><p>on</p>", "a, b: both\na, b: again\nalone\n\non"),
        ("<p>So <script type='math/tex'>\\sum_i i</script> and <img class=latex alt='$x^2$' src=a></p>", "So \\sum_i i and x^2"),
        (
            "<p>is <span class=MathJax_Preview>p</span><span class=MathJax><nobr aria-hidden=true>q</nobr></span>"
            "<script type='math/tex'>q = 7</script>.</p>",
            "is q = 7 .",
        ),
        ("<p>is <span class=katex><span class=katex-html aria-hidden=true>E=m</span></span></p>", "is E=m"),
        ("<p>x<sub>i</sub>, x<sub>i+1</sub>, CO<sub>2</sub>, 2<sup>n</sup></p>", "x_i, x_(i+1), CO2, 2^n"),
        (
            "<table><tr><th>Has</th><th>A</th><th>B</th></tr><tr><td>Help</td><td><img alt=No></td><td><i title=Yes></i></td></tr>"
            "<tr><td>Chat</td><td><svg aria-label=Yes></svg></td><td>✓</td></tr></table>",
            "Has: Help; A: No; B: Yes\nHas: Chat; A: Yes; B: ✓",
        ),
        (
            "<table><tr><th>Part<th>Of</tr><tr><td>A<td><table><tr><td>k<td>v</tr><tr><td>l<td>w</tr></table></tr>"
            "<tr><td>B<td>one</tr></table>",
            "Part: A; Of: k v; l w\nPart: B; Of: one",
        ),
        (
            "<div role=table><div role=row><b role=columnheader>Item</b><b role=columnheader>Cost</b></div>"
            "<div role=row><i role=cell>Rope</i><i role=cell>5</i></div></div>",
            "Item: Rope; Cost: 5",
        ),
        (
            "<form><label>Name <input value='Jo Doe'></label> <label>Kind <select><option>Gas<option selected>Water</select></label>"
            "<input type=password value=x><input type=hidden value=y><textarea>A leak.</textarea><textarea>&lt;iframe></textarea><input value='Search …'></form>",
            "Name Jo Doe Kind Water A leak.",
        ),
        ("<p>Get it <a href='https://x.org/f'>here</a>.</p>", "Get it here (https://x.org/f)."),
        ("{% extends 'a' %}{# why #}<p>Said</p>{% endblock %}", "Said"),
        ("<x-steps>\n  1. Open.\n  1. Close.\n  1. Wait.\n</x-steps>", "1. Open.\n1. Close.\n1. Wait."),
        ("<p>a<i style='DISPLAY : none !important'>b</i>c</p>", "ac"),
    ],
)  # fmt: skip
def test_what_a_page_shows_is_read_as_it_is_seen(tmp_path: Path, page: str, text: str) -> None:
    assert read_bytes(tmp_path, "a.html", page.encode()).text == text


@pytest.mark.parametrize(
    ("head", "moment"),
    [
        ("<meta name=date content=2023-05-04>", "2023-05-04T00:00:00+00:00"),
        ('<script type="application/ld+json">{"datePublished": "2023-05-05T10:00:00Z"}</script>', "2023-05-05T10:00:00+00:00"),
        ("<meta name=date content=2020-01-01><time itemprop=dateModified datetime=2021-02-03>", "2021-02-03T00:00:00+00:00"),
    ],
)  # fmt: skip
def test_a_page_says_in_many_ways_when_it_was_changed(tmp_path: Path, head: str, moment: str) -> None:
    assert read_bytes(tmp_path, "a.html", f"{head}<p>Words.</p>".encode()).updated_at == moment


def test_the_title_is_that_of_the_page_not_of_a_drawing_in_it(tmp_path: Path) -> None:
    page = b"<svg><title>Warning</title></svg><h1>Pumps</h1>"
    assert read_bytes(tmp_path, "a.html", page).title == "Pumps"


def test_a_page_of_frames_is_what_it_says_without_them_or_told(tmp_path: Path) -> None:
    page = "<title>Port</title><frameset><frame src=a.html>{}</frameset>"
    said = page.format("<noframes><body><h1>Quay</h1><p>Words.</p></body></noframes>")
    assert outline(read_bytes(tmp_path, "a.html", said.encode())) == [("heading1", "Quay"), ("paragraph", "Words.")]
    with pytest.raises(DocumentEmpty, match="frame around other pages"):
        read_bytes(tmp_path, "b.html", page.format("").encode())


def test_a_saved_page_is_read_with_what_its_frames_show(tmp_path: Path) -> None:
    saved = (
        "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n"
        "Content-Location: https://x.org/\n\n<p>Page</p><iframe src='cid:f1'></iframe>\n--b\nContent-Type: text/html\n"
        "Content-ID: <f1>\n\n<p>Framed</p>\n--b--\n"
    )
    document = read_bytes(tmp_path, "a.mhtml", saved.encode())
    assert (document.text, document.url) == ("Page\n\nFramed", "https://x.org/")


def test_a_page_with_more_rules_than_any_needs_is_read_without_the_numbers_they_draw(tmp_path: Path) -> None:
    rules = "".join(f".c{number} li:before{{content:counter(a)}}" for number in range(300))
    page = f"<style>{rules}li:before{{content:counter(a)}}</style>" + "<ul><li>text</ul>" * 700
    assert read_bytes(tmp_path, "a.html", page.encode()).text.endswith("- text")


@pytest.mark.parametrize(
    "page",
    ["<div>" * 20_000 + "text", "<ul><li>" * 4_000 + "text", "".join(f"<p><b id={n}></p>" for n in range(1500)) + "text"],
    ids=["elements", "lists", "letters that go on bold"],
)  # fmt: skip
def test_depth_that_a_parser_takes_minutes_for_is_flattened_and_keeps_its_text(tmp_path: Path, page: str) -> None:
    assert read_bytes(tmp_path, "a.html", page.encode()).text.strip(" -") == "text"
