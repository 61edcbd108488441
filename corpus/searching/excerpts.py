"""Join chunks into what a reader wants: one passage where they overlap or touch, each character once. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise, takewhile

from corpus.records import HEADING_SEPARATOR, Chunk, Hit, chunk_id_of, usual_space

# So many times the requested hits are examined to make up the number of passages: each has to be read.
LOOKED_AT = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """Consecutive chunks of one document. `best` is the one that matches best; `queries` are the questions that the
    chunks answer, the one that they answer best first.
    """

    chunks: tuple[Chunk, ...]
    best: Chunk
    score: float
    queries: tuple[str, ...]

    @property
    def text(self) -> str:
        """The document's text from the first chunk's start to the last one's end."""
        return "".join(text for _, text in pieces(self.chunks))

    @property
    def heading(self) -> str | None:
        """The headings that all of the text stands under; headings that begin within it are part of the text."""
        paths = [chunk.heading.split(HEADING_SEPARATOR) if chunk.heading else [] for chunk in self.chunks]
        shared = [names[0] for names in takewhile(lambda names: len(set(names)) == 1, zip(*paths, strict=False))]
        return HEADING_SEPARATOR.join(shared) or None


def pieces(chunks: Iterable[Chunk], *, offset: int = 0) -> Iterator[tuple[int, str]]:
    """The text of chunks in order from `offset` on, each character once: (where it starts, text).

    Between two chunks comes the white space that parts them in the document; `usual_space` where it was not stored.
    """
    position = offset
    # An offset at the border of two chunks begins with the white space between them.
    first = offset == 0
    for chunk in chunks:
        if chunk.end <= position:
            continue
        if chunk.start > position and not first and chunk.index > 0:
            yield position, _space(chunk, chunk.start - position)
        position = max(position, chunk.start)
        yield position, chunk.text[position - chunk.start :]
        position, first = chunk.end, False


def _space(chunk: Chunk, length: int) -> str:
    """The last `length` characters before the chunk."""
    return chunk.before[-length:] if chunk.before else usual_space(length)


def excerpts_of(answers: Sequence[tuple[str, Sequence[Hit]]], neighbours: Iterable[Chunk] = ()) -> list[Excerpt]:
    """The hits of each question, joined into excerpts.

    With several questions their best come first, then their second best… `answers` are (question, hits best first);
    `neighbours` are chunks beside the hits, to be read with them. Two slides are joined only through neighbours that
    were asked for.
    """
    neighbours = list(neighbours)
    scores: dict[str, dict[str, float]] = {}
    chunks: dict[str, Chunk] = {chunk.chunk_id: chunk for chunk in neighbours}
    for _, query, hit in sorted(_ranked(answers), key=lambda ranked: ranked[0]):
        scores.setdefault(hit.chunk.chunk_id, {}).setdefault(query, hit.score)
        chunks[hit.chunk.chunk_id] = hit.chunk
    places = {chunk_id: place for place, chunk_id in enumerate(scores)}
    runs = [
        run
        for run in _runs(chunks.values(), over_slides=bool(neighbours))
        if any(chunk.chunk_id in places for chunk in run)
    ]
    runs.sort(key=lambda run: min(places[chunk.chunk_id] for chunk in run if chunk.chunk_id in places))
    return [_excerpt(run, scores) for run in runs]


def joining_distance(context: int) -> int:
    """How far apart two hits of one document may be and still be joined, with so many neighbours around each."""
    return 2 * context + 1


def first_passages(hits: Iterable[Hit], *, count: int, distance: int) -> list[Hit]:
    """The first `count` hits, best first, and in place of each that is joined to a better one a hit that stands apart.

    Hits at most `distance` apart in a document are joined. So there are `count` passages, where so many are found
    among the first hits; what merely makes a passage longer is not taken for that.
    """
    taken: list[Hit] = []
    found = 0
    for place, hit in enumerate(islice(hits, LOOKED_AT * count)):
        with_it = passages([*taken, hit], distance)
        if place < count or with_it > found:
            taken.append(hit)
            found = with_it
        if place + 1 >= count and found >= count:
            break
    return taken


def passages(hits: Iterable[Hit], distance: int | None) -> int:
    """How many passages the hits become when those at most `distance` apart are joined; None joins none."""
    if distance is None:
        return len(list(hits))
    places = sorted((hit.chunk for hit in hits), key=_place)
    over_slides = distance > joining_distance(0)
    joined = sum(_are_joined(one, other, distance=distance, over_slides=over_slides) for one, other in pairwise(places))
    return len(places) - joined


def _place(chunk: Chunk) -> tuple[str, str, int]:
    return chunk.document_id, chunk.digest, chunk.index


def _are_joined(one: Chunk, other: Chunk, *, distance: int, over_slides: bool) -> bool:
    """Whether two chunks, the first before the second, come as one passage."""
    is_near = _place(one)[:2] == _place(other)[:2] and other.index - one.index <= distance
    return is_near and (over_slides or one.slide == other.slide)


def neighbour_ids(hits: Iterable[Hit], *, distance: int) -> list[str]:
    """The ids of the chunks at most `distance` before and after the hits; some may lie after a document's end."""
    wanted: dict[str, None] = {}
    for hit in hits:
        chunk = hit.chunk
        for index in range(max(0, chunk.index - distance), chunk.index + distance + 1):
            wanted[chunk_id_of(chunk.document_id, chunk.digest, index)] = None
    return list(wanted.keys() - {hit.chunk.chunk_id for hit in hits})


def _ranked(answers: Sequence[tuple[str, Sequence[Hit]]]) -> Iterator[tuple[int, str, Hit]]:
    for query, hits in answers:
        for rank, hit in enumerate(hits):
            yield rank, query, hit


def _runs(chunks: Iterable[Chunk], *, over_slides: bool) -> list[list[Chunk]]:
    """The chunks in groups without gaps; slides are joined with each other only if that is wanted."""
    runs: list[list[Chunk]] = []
    for chunk in sorted(chunks, key=_place):
        if runs and _are_joined(runs[-1][-1], chunk, distance=1, over_slides=over_slides):
            runs[-1].append(chunk)
        else:
            runs.append([chunk])
    return runs


def _excerpt(run: Sequence[Chunk], scores: dict[str, dict[str, float]]) -> Excerpt:
    found = [(score, query, chunk) for chunk in run for query, score in scores.get(chunk.chunk_id, {}).items()]
    found.sort(key=lambda item: -item[0])
    score, _, best = found[0]
    return Excerpt(chunks=tuple(run), best=best, score=score, queries=tuple(dict.fromkeys(q for _, q, _ in found)))
