"""The gate on publishing: the new version and the served one are asked the same questions, and compared."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from corpus.embedding.choice import embedder_of
from corpus.embedding.model import Embedder
from corpus.errors import GateRefused, SettingsError
from corpus.quality.asking import Asked, ask
from corpus.quality.figures import Figures
from corpus.quality.questions import Passage, Question, QuestionFile
from corpus.records import Chunk, DocumentRecord, composed
from corpus.searching.corpus import Corpus
from corpus.searching.rerank import reranker_of
from corpus.settings import CorpusSettings
from corpus.store import Store, read_store
from ingest.evaluation.comparison import (
    MAX_CUT,
    Judgement,
    compare,
    cut_fault,
    gone_fault,
    model_fault,
    untitled_fault,
)
from ingest.evaluation.sampling import sample_faults

Show = Callable[[Judgement], None]


def judge_by(
    asked: QuestionFile, *, max_drop: float, accept: bool, show: Show
) -> Callable[[CorpusSettings, CorpusSettings | None], Figures]:
    """What a snapshot's gate judges by. `show` is told what was found, also where the version is refused.

    Raises SettingsError for questions whose answers neither version holds, GateRefused unless `accept`.
    """

    def judge(new: CorpusSettings, served: CorpusSettings | None) -> Figures:
        judgement = _judgement(asked, new, served, max_drop)
        judgement = replace(judgement, figures=replace(judgement.figures, accepted=accept and bool(judgement.reasons)))
        show(judgement)
        if judgement.reasons and not accept:
            raise GateRefused(
                f"Not published: {' '.join(judgement.reasons)} What is served stays. Mend the corpus, or publish with "
                "--accept."
            )
        return judgement.figures

    return judge


def _judgement(asked: QuestionFile, new: CorpusSettings, served: CorpusSettings | None, max_drop: float) -> Judgement:
    with contextlib.ExitStack() as stack:
        corpus, embedder = opened(new, stack)
        before = opened(served, stack, like=embedder)[0] if served is not None else None
        found = ask(corpus, asked.questions, mode=new.search_mode)
        found_before = ask(before, asked.questions, mode=new.search_mode) if before else None
        check_answers(
            asked, [found, *([found_before] if found_before else [])], [corpus, *([before] if before else [])]
        )
        faults = sample_faults(corpus.store, embedder)
        if before is not None:
            faults += [*_losses(corpus.store, before.store), *filter(None, [_swapped(corpus.store, before.store)])]
        return compare(asked, new=found, served=found_before, mode=new.search_mode, max_drop=max_drop, faults=faults)


def opened(
    settings: CorpusSettings, stack: contextlib.ExitStack, *, is_published: bool = True, like: Embedder | None = None
) -> tuple[Corpus, Embedder]:
    """The corpus as the handler opens it, with a model that embeds documents too; `like` serves where it is the same.

    Raises StoreError, EmbeddingError, SettingsError.
    """
    store = stack.enter_context(read_store(settings, is_published=is_published))
    record = store.record
    same = like is not None and (like.model, like.dimensions) == (record.embedding_model, record.dimensions)
    embedder = like if like is not None and same else embedder_of(record, settings)
    if not same:
        stack.callback(embedder.close)
    corpus = Corpus(
        store,
        embedder,
        mode=settings.search_mode,
        max_per_document=settings.max_per_document,
        reranker=reranker_of(settings),
        rerank_candidates=settings.rerank_candidates,
    )
    return corpus, embedder


def check_answers(asked: QuestionFile, found: Iterable[Asked], corpora: Sequence[Corpus]) -> None:
    """Raises SettingsError that names the first question whose answer none of the corpora holds."""
    lists = list(found)
    unfound = [
        question
        for place, question in enumerate(asked.questions)
        if all(ranks[place] is None for each in lists for ranks in each.ranks.values())
    ]
    for corpus in corpora:
        unfound = list(_without_answer(unfound, corpus.store))
    if not unfound:
        return
    first, count = unfound[0], len(unfound)
    if count == len(asked.questions) > 1:
        more = f" Nor for any other of the {count:,} questions: are they another collection's?"
    else:
        more = f" {count - 1:,} further lines are like it." if count > 1 else ""
    where = "neither version holds" if len(corpora) > 1 else "the corpus does not hold"
    raise SettingsError(
        f"{asked.name}, line {first.line}: {where} the answer, {first.wanted}. Correct the line or take it out.{more}"
    )


def _without_answer(questions: Sequence[Question], store: Store) -> Iterator[Question]:
    """Those whose answer stands nowhere in the store."""
    if not questions:
        return
    records = store.documents()
    for question in questions:
        chunks = (
            store.all_chunks(_named(question, records)) if question.document is None else _of(question, records, store)
        )
        if not any(question.is_answered_by(_passage(chunk)) for chunk in chunks):
            yield question


def _named(question: Question, records: Sequence[DocumentRecord]) -> list[DocumentRecord]:
    names = {question.document}
    return [
        record
        for record in records
        if question.document is None or names & {record.document_id, composed(record.source)}
    ]


def _of(question: Question, records: Sequence[DocumentRecord], store: Store) -> Iterator[Chunk]:
    for record in _named(question, records):
        yield from store.chunks(record.chunk_ids())


def _passage(chunk: Chunk) -> Passage:
    return Passage(
        document_id=chunk.document_id, source=chunk.source, text=chunk.text, page=chunk.page, page_end=chunk.page_end
    )


def _swapped(new: Store, served: Store) -> str | None:
    names = [f"{store.record.embedding_model} of {store.record.dimensions} numbers" for store in (new, served)]
    return model_fault(new=names[0], served=names[1])


def _losses(new: Store, served: Store) -> Iterator[str]:
    """What the served documents have and the new version lacks, however well it answers: documents, texts, titles."""
    is_now = {record.document_id: record for record in new.documents()}
    before = served.documents()
    pairs = [(record, is_now[record.document_id]) for record in before if record.document_id in is_now]
    told = [gone_fault(gone=len(before) - len(pairs), served=len(before))]
    # Overlapping chunks count some tokens twice: chunked differently, the same text has another count.
    if _cut_by(new) == _cut_by(served):
        lost = [old.tokens - now.tokens for old, now in pairs if old.tokens - now.tokens > MAX_CUT * old.tokens]
        everything = sum(old.tokens for old, _ in pairs)
        told.append(cut_fault(documents=len(lost), of_documents=len(pairs), tokens=sum(lost), of_tokens=everything))
    titled = [(old, now) for old, now in pairs if old.title]
    told.append(untitled_fault(untitled=sum(not now.title for _, now in titled), titled=len(titled)))
    yield from filter(None, told)


def _cut_by(store: Store) -> tuple[str, int, int]:
    return store.record.tokenizer, store.record.chunk_tokens, store.record.chunk_overlap
