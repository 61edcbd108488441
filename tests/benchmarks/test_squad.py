"""Questions about paragraphs become a retrieval collection."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.squad import convert
from ingest.evaluation.beir import read_collection


def test_each_paragraph_is_the_right_document_of_its_questions(tmp_path: Path) -> None:
    def paragraph(text: str, *asked: str) -> dict[str, object]:
        return {"context": text, "qas": [{"id": each, "question": f"What is {each}?"} for each in asked]}

    articles = [
        {"title": "Pumps", "paragraphs": [paragraph("They hum.", "a", "b"), paragraph("They leak.", "c")]},
        {"title": "梅雨", "paragraphs": [paragraph("梅雨 [SEP] 雨が降る。", "d")]},
    ]
    (tmp_path / "squad.json").write_text(json.dumps({"data": articles}), "utf-8")
    convert(tmp_path / "squad.json", tmp_path / "made")
    found = read_collection(tmp_path / "made")
    texts = [(each.name, each.title, each.text) for each in found.documents]
    assert texts == [("p0", "Pumps", "They hum."), ("p1", "Pumps", "They leak."), ("p2", "梅雨", "雨が降る。")]
    assert found.queries["c"] == "What is c?"
    assert found.judgements == {"a": {"p0": 1}, "b": {"p0": 1}, "c": {"p1": 1}, "d": {"p2": 1}}
