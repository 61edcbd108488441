"""Make a retrieval collection of questions about paragraphs: python -m benchmarks.squad SQUAD_JSON FOLDER

Reads the layout of SQuAD, which XQuAD (https://github.com/google-deepmind/xquad) and JSQuAD
(https://github.com/yahoojapan/JGLUE) have; writes BEIR's. A question's one right document is its paragraph. The same
paragraph has the same id in each of XQuAD's languages, so that one language can be asked in another.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

# JSQuAD repeats the title at the head of each paragraph, with this after it.
AFTER_TITLE = " [SEP] "


def convert(source: Path, folder: Path) -> None:
    """Write `corpus.jsonl`, `queries.jsonl` and `qrels/test.tsv`."""
    documents: list[dict[str, str]] = []
    questions: list[dict[str, str]] = []
    judgements = ["query-id\tcorpus-id\tscore"]
    for article in json.loads(source.read_text("utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            name = f"p{len(documents)}"
            title, _, text = paragraph["context"].rpartition(AFTER_TITLE)
            documents.append({"_id": name, "title": title or article["title"], "text": text})
            for each in paragraph["qas"]:
                questions.append({"_id": each["id"], "text": each["question"]})
                judgements.append(f"{each['id']}\t{name}\t1")
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    _write(folder / "corpus.jsonl", documents)
    _write(folder / "queries.jsonl", questions)
    (folder / "qrels" / "test.tsv").write_text("\n".join([*judgements, ""]), "utf-8")


def _write(file: Path, lines: Iterable[Mapping[str, str]]) -> None:
    file.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")


if __name__ == "__main__":
    convert(Path(sys.argv[1]), Path(sys.argv[2]))
