"""On questions in English, German and Chinese the words alone find the passage."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from corpus.lexical.build import write_index
from corpus.lexical.index import LexicalIndex
from tests.shared import SHARED


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.mark.parametrize("language", ["en", "de", "zh"])
def test_of_a_hundred_questions_97_find_their_passage_among_ten(language: str, tmp_path: Path) -> None:
    collection = SHARED / "data" / "eval" / "xquad" / language
    if not collection.exists():
        pytest.skip("The shared test collections are absent.")
    passages = lines_of(collection / "corpus.jsonl")
    write_index(tmp_path, ((passage["_id"], passage["text"]) for passage in passages), stamp="1")
    index = LexicalIndex(tmp_path)
    questions = {question["_id"]: question["text"] for question in lines_of(collection / "queries.jsonl")}
    judged = [line.split("\t") for line in (collection / "qrels" / "test.tsv").read_text().splitlines()[1:]]
    hits = sum(
        passage in [match.chunk_id for match in index.scores(questions[asked]).top(10)] for asked, passage, _ in judged
    )
    assert hits / len(judged) >= 0.97
