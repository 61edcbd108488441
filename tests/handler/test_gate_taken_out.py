"""The gate taken out of one door after the other: the questions of tests/access_triples notice each."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

import pytest

from handler.access.caller import ANYBODY, Caller
from handler.access.links import Signer
from handler.authorization import Gate
from handler.contract.facets import Values
from handler.corpora.combined import Together
from handler.observing.trace import Trace
from tests.access_triples.asking import DOORS, Door
from tests.access_triples.reading import cite_by_link, cite_once_given
from tests.access_triples.rounds import Round, drawn, kinds
from tests.access_triples.searching import search_wrongly

MAX_TRIES = 60


class Open(Gate):
    """A gate that one door was taken out of: there everybody sees everything, or every corpus as he sees documents."""

    def __init__(self, gate: Gate, door: str, tool: str | None, *, corpora_alone: bool) -> None:
        super().__init__(gate._libraries, by_documents=True)
        self._door = (door, tool)
        self._corpora_alone = corpora_alone
        self._every = [entry.name for entry in gate._libraries.entries]

    def _opened(
        self, trace: Trace, caller: Caller, corpora: Sequence[str] | None = None
    ) -> AbstractContextManager[Together]:
        asked = [each for each in corpora or self._every if each in self._every]
        return self._together(trace, asked, self._principals(caller) if self._corpora_alone else None)

    def corpora(self, caller: Caller) -> tuple[str, ...]:
        is_it = self._door in (("openapi", None), ("mcp", None))
        return tuple(self._every) if is_it else super().corpora(caller)

    @contextmanager
    def view(self, trace: Trace, corpora: Sequence[str] | None = None) -> Iterator[Together]:
        is_it = (trace.door, trace.notes.get("tool")) == self._door and trace.caller is not None
        with self._opened(trace, trace.caller or ANYBODY, corpora) if is_it else super().view(trace, corpora) as seen:
            yield seen

    @contextmanager
    def public_view(self, trace: Trace, corpora: Sequence[str] = ("",)) -> Iterator[Together]:
        is_it = self._door == ("openapi", None)
        with self._opened(trace, ANYBODY) if is_it else super().public_view(trace, corpora) as seen:
            yield seen

    @contextmanager
    def linked_view(self, trace: Trace, place: str, via: str, signer: Signer) -> Iterator[Together]:
        is_it = self._door == ("cite", None) and not self._corpora_alone
        with self._opened(trace, ANYBODY) if is_it else super().linked_view(trace, place, via, signer) as seen:
            yield seen

    def known(self, trace: Trace) -> Callable[[], Values]:
        if self._door != ("search", None) or self._corpora_alone:
            return super().known(trace)
        counted = self._libraries.facets(self._every)
        return lambda: {name: values for each in counted for name, values in each.known(None).items()}


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Round]]:
    """An app over one corpus, and one over several."""
    with (
        kinds(tmp_path_factory.mktemp("triples")) as (embedded, _, several),
        Round(embedded, drawn(7)) as over_one,
        Round(several, drawn(8)) as over_several,
    ):
        yield {"one": over_one, "several": over_several}


def is_noticed(each: Round, door: Door, *, corpora_alone: bool = False) -> bool:
    action = each.app.state.action
    each.app.state.action = dataclasses.replace(
        action, gate=Open(action.gate, *DOORS[door], corpora_alone=corpora_alone)
    )
    try:
        return any(each.ask(door)[1] for _ in range(MAX_TRIES))
    finally:
        each.app.state.action = action


# A link is given only for what its caller sees; what it opens later, `cite_once_given` asks.
@pytest.mark.parametrize("door", [each for each in DOORS if each is not cite_by_link], ids=lambda door: door.__name__)
def test_a_door_that_was_taken_out_of_the_gate_is_noticed(asked: dict[str, Round], door: Door) -> None:
    assert is_noticed(asked["one"], door)


# What a link opens does not ask which corpora its reader may use, and what is wrong names none.
@pytest.mark.parametrize(
    "door",
    [each for each in DOORS if each not in (cite_by_link, cite_once_given, search_wrongly)],
    ids=lambda door: door.__name__,
)
def test_a_door_that_shows_every_corpus_to_everybody_is_noticed(asked: dict[str, Round], door: Door) -> None:
    assert is_noticed(asked["several"], door, corpora_alone=True)
