"""`ingest questions` and `ingest eval QUESTIONS.jsonl`: propose questions from what the documents say; ask them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Annotated

import typer

from corpus.answer import to_json
from corpus.command_line import examples
from corpus.corpus_opening import open_corpus
from corpus.errors import SettingsError
from corpus.loading import load
from corpus.quality.asking import ask
from corpus.quality.figures import figures_of
from corpus.quality.proposals import Proposal, Shown, asked, sections, spread, titles
from corpus.quality.questions import MAX_QUESTIONS, Question, QuestionFile
from corpus.records import DocumentRecord
from corpus.searching.corpus import Corpus
from corpus.settings import SearchMode
from ingest.command import console
from ingest.command.app import Collection, app
from ingest.command.quality_report import show_figures, show_missed
from ingest.evaluation.version_judge import check_answers
from ingest.settings import IngestSettings

# So many proposals are tried for each question wanted.
TRIED = 3


@app.command("questions", epilog=examples("ingest questions > questions.jsonl", "ingest questions --most 300"))
def propose(
    most: Annotated[int, typer.Option(min=1, max=MAX_QUESTIONS, help="How many.")] = 100,
    collection: Collection = None,
) -> None:
    """Propose questions with their answers, a JSON object a line, for `ingest publish --gate` and `ingest eval`.

    They are made of FAQs and headings, spread over all documents, and search finds each of them now. Read them before
    you rely on them, and add what people really ask.
    """
    settings = load(IngestSettings, chroma_collection=collection)
    console.say(f"Proposing questions from {settings.read_target}")
    with open_corpus(settings) as corpus:
        found = proposed(corpus, settings.search_mode, most=most)
    if not found:
        raise SettingsError(
            "The documents have neither headings nor lines that ask, or search finds none of them. Write the questions "
            'by hand: {"question": …, "document": …, "words": …} on each line.'
        )
    for question in found:
        typer.echo(question.to_line())
    console.say(f"{len(found):,} questions")


def proposed(corpus: Corpus, mode: SearchMode, *, most: int) -> list[Question]:
    """Questions that a search in this mode answers among the first ten; none if the documents suggest none."""
    candidates = list(_candidates(corpus, TRIED * most))
    if not candidates:
        return []
    ranks = ask(corpus, candidates, mode=mode, modes=[mode]).ranks[mode]
    return [question for question, rank in zip(candidates, ranks, strict=True) if rank is not None][:most]


def measure(asked_of: QuestionFile, settings: IngestSettings, *, as_json: bool) -> None:
    """Ask the corpus, and print how well it answers. Raises SettingsError for answers that it does not hold."""
    console.say(f"Asking {settings.read_target} {len(asked_of.questions):,} questions")
    with open_corpus(settings) as corpus:
        found = ask(corpus, asked_of.questions, mode=settings.search_mode)
        check_answers(asked_of, [found], [corpus])
    figures = figures_of(found.ranks, asked=asked_of.digest, mode=settings.search_mode)
    if as_json:
        typer.echo(to_json(figures.to_json()))
        return
    for question, rank, passages in zip(
        asked_of.questions, found.ranks[settings.search_mode], found.passages, strict=True
    ):
        if rank is None:
            show_missed(question, next(iter(passages), None))
    show_figures(figures)


def _candidates(corpus: Corpus, most: int) -> Iterator[Question]:
    """From as many documents as there may be questions, spread over all; one of each before any has a second."""
    records = corpus.store.documents()
    known: set[str] = set()
    for proposal in spread(corpus, records[:: max(1, len(records) // most)], _of_document, most=None):
        question = proposal.to_question(len(known) + 1)
        if question is None or question.text in known:
            continue
        known.add(question.text)
        yield question
        if len(known) == most:
            return


def _of_document(corpus: Shown, record: DocumentRecord) -> Iterator[Proposal]:
    is_silent = True
    for proposal in chain(asked(corpus, record), sections(corpus, record)):
        is_silent = False
        yield proposal
    if is_silent:
        yield from titles(corpus, record)
