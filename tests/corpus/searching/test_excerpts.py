from __future__ import annotations

from dataclasses import replace

from corpus.records import Chunk, Hit
from corpus.searching.excerpts import excerpts_of, first_passages, joining_distance, neighbour_ids, pieces
from tests.handler.corpora import Text, chunked

TEXT = "Alpha one. Beta two. Gamma three.\n\nDelta four. Epsilon five."
# Overlapping, touching, a gap of white space, one line break.
SPANS = ((0, 20), (11, 33), (35, 46), (47, 60))
_, CHUNKS = chunked(Text(source="a.txt", text=TEXT, spans=SPANS, pages=(1, 1, 2, 2)))
_, OTHERS = chunked(Text(source="b.txt", text=TEXT, spans=SPANS))


def hit(chunk: Chunk, score: float) -> Hit:
    return Hit(chunk=chunk, score=score)


def test_hits_that_overlap_or_touch_become_one_with_each_character_once() -> None:
    (excerpt,) = excerpts_of([("", [hit(CHUNKS[1], 0.9), hit(CHUNKS[0], 0.5)])])
    assert excerpt.text == TEXT[0:33]
    assert (excerpt.best, excerpt.score) == (CHUNKS[1], 0.9)


def test_white_space_between_chunks_is_a_line_break() -> None:
    (excerpt,) = excerpts_of([("", [hit(chunk, 0.5) for chunk in CHUNKS])])
    assert excerpt.text == TEXT.replace("four. Ep", "four.\nEp")


def test_hits_with_a_chunk_between_them_or_of_other_documents_or_versions_stay_apart() -> None:
    newer = replace(CHUNKS[1], digest="f" * 64)
    hits = [hit(CHUNKS[0], 0.9), hit(CHUNKS[2], 0.8), hit(OTHERS[1], 0.7), hit(newer, 0.6)]
    assert [excerpt.score for excerpt in excerpts_of([("", hits)])] == [0.9, 0.8, 0.7, 0.6]


def test_neighbours_join_the_hits_that_they_stand_beside() -> None:
    hits = [hit(CHUNKS[1], 0.9)]
    ids = neighbour_ids(hits, distance=1)
    assert sorted(ids) == sorted([CHUNKS[0].chunk_id, CHUNKS[2].chunk_id])
    (excerpt,) = excerpts_of([("", hits)], [CHUNKS[0], CHUNKS[2]])
    assert excerpt.chunks == tuple(CHUNKS[:3])
    assert excerpt.text == TEXT[0:46]
    assert neighbour_ids([hit(CHUNKS[0], 1.0)], distance=3)[-1:]
    assert all(not chunk_id.endswith("--1") for chunk_id in neighbour_ids([hit(CHUNKS[0], 1.0)], distance=3))


def test_several_questions_take_turns_and_a_chunk_that_answers_two_comes_once() -> None:
    first = [hit(CHUNKS[0], 0.9), hit(OTHERS[0], 0.8)]
    second = [hit(OTHERS[2], 0.3), hit(CHUNKS[0], 0.2)]
    excerpts = excerpts_of([("one", first), ("two", second)])
    assert [(excerpt.best, excerpt.queries) for excerpt in excerpts] == [
        (CHUNKS[0], ("one", "two")),
        (OTHERS[2], ("two",)),
        (OTHERS[0], ("one",)),
    ]


def test_the_pieces_of_a_document_can_be_read_from_any_offset() -> None:
    whole = TEXT.replace("four. Ep", "four.\nEp")
    for offset in range(len(TEXT)):
        assert "".join(text for _, text in pieces(CHUNKS, offset=offset)) == whole[offset:]
    for position, text in pieces(CHUNKS):
        assert whole[position : position + len(text)] == text


def test_a_joined_text_is_cited_under_what_all_of_it_stands_under() -> None:
    def cited(*headings: str | None) -> str | None:
        chunks = [replace(chunk, heading=heading) for chunk, heading in zip(CHUNKS, headings, strict=False)]
        (excerpt,) = excerpts_of([("", [hit(chunk, 0.9 - place / 10) for place, chunk in enumerate(chunks)])])
        return excerpt.heading

    assert cited("Fees > Labour") == "Fees > Labour"
    assert cited("Fees > Labour", "Fees > Labour") == "Fees > Labour"
    assert cited("Fees > Labour", "Fees > Parts") == "Fees"
    assert cited("Fees", "Fees > Parts") == "Fees"
    assert cited("Fees > Labour", "Feest > Labour") is None
    assert cited("Fees > Labour", None) is None


def test_as_many_passages_are_taken_as_were_asked_for() -> None:
    hits = [hit(CHUNKS[0], 0.9), hit(CHUNKS[1], 0.8), hit(CHUNKS[2], 0.7), hit(OTHERS[0], 0.6), hit(OTHERS[3], 0.5)]
    assert first_passages(hits, count=1, distance=1) == hits[:1]
    # The second is joined to the first; the third would be too, and would make it longer only.
    assert first_passages(hits, count=2, distance=1) == [*hits[:2], hits[3]]
    assert first_passages(hits, count=3, distance=1) == [*hits[:3], hits[3], hits[4]]
    assert first_passages(hits, count=9, distance=1) == hits
    assert len(excerpts_of([("", first_passages(hits, count=3, distance=1))])) == 3
    # With a neighbour around each, what lies three apart becomes one.
    assert joining_distance(1) == 3
    assert first_passages(hits, count=3, distance=3) == hits[:4]


def test_white_space_before_a_document_is_no_piece_of_it_wherever_one_begins_to_read() -> None:
    _, (only,) = chunked(Text(source="a.txt", text="\n\n\nAlpha one.", spans=((3, 13),)))
    assert list(pieces([only])) == list(pieces([only], offset=1)) == [(3, "Alpha one.")]


def test_two_slides_stay_apart_until_their_neighbours_are_asked_for() -> None:
    slides = [replace(chunk, slide=number) for chunk, number in zip(CHUNKS, (1, 1, 2, 3), strict=True)]
    hits = [hit(chunk, 0.9 - place / 10) for place, chunk in enumerate(slides)]
    excerpts = excerpts_of([("", hits)])
    assert [excerpt.chunks for excerpt in excerpts] == [tuple(slides[:2]), (slides[2],), (slides[3],)]
    # Each of them is one of the passages that were asked for.
    assert first_passages(hits, count=2, distance=joining_distance(0)) == hits[:3]
    (excerpt,) = excerpts_of([("", hits[:2])], [slides[2]])
    assert excerpt.chunks == tuple(slides[:3])
    assert first_passages(hits, count=2, distance=joining_distance(1)) == hits[:2]
