"""The gate on publishing, by the command line: what answers worse is refused, what does not is published."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingest.evaluation.comparison import cut_fault, untitled_fault
from tests.ingest.command_line import Ingest, result_of
from tests.ingest.evaluation import poison
from tests.openai_server import EmbeddingsServer, embeddings_server

pytestmark = pytest.mark.early

SUBJECTS = {
    "boiler": ("descaling", "Run citric acid through the boiler twice, then rinse the tank with cold tap water."),
    "router": ("reset", "Hold the small button on the back for ten seconds until every lamp has gone out."),
    "bicycle": ("chain", "Oil the links sparingly after rain and wipe off whatever has not crept in overnight."),
    "camera": ("shutter", "A half pressed release focuses; a full one exposes for the time that the dial shows."),
    "oven": ("pyrolysis", "The door locks at four hundred degrees and opens again once the ash has cooled."),
    "piano": ("tuning", "Set the middle A to four hundred and forty hertz and temper the fifths from there."),
    "tent": ("guy lines", "Peg the corners first, raise both poles together, then tighten the ropes crosswise."),
    "aquarium": ("nitrite", "Change a third of the water each week and never clean the filter under the tap."),
    "loom": ("warp", "Wind the threads evenly on the back beam and check that none has crossed another."),
    "kayak": ("capsize", "Tuck forward, pull the spray deck free by its loop and come up beside the hull."),
}


def text_of(name: str) -> str:
    heading, answer = SUBJECTS[name]
    return f"# The {name}\n\nAll about owning one.\n\n## {heading.title()} of the {name}\n\n{answer}\n"


@pytest.fixture
def keeps(ingest: Ingest, tmp_path: Path) -> Callable[..., None]:
    def keep(*names: str, text: Callable[[str], str] = text_of, **settings: str) -> None:
        """Make the corpus of these documents anew."""
        shutil.rmtree(tmp_path / ".chroma", ignore_errors=True)
        shutil.rmtree(tmp_path / "things", ignore_errors=True)
        (tmp_path / "things").mkdir()
        for name in names or SUBJECTS:
            (tmp_path / "things" / f"{name}.md").write_text(text(name))
        assert ingest("add", "things", server=server_of(tmp_path), **settings).returncode == 0

    return keep


SERVERS: dict[Path, EmbeddingsServer] = {}


def server_of(folder: Path) -> EmbeddingsServer:
    return SERVERS[folder]


@pytest.fixture(autouse=True)
def _served(tmp_path: Path) -> Any:
    with embeddings_server() as server:
        SERVERS[tmp_path] = server
        yield
        del SERVERS[tmp_path]


def proposed(ingest: Ingest, folder: Path) -> Path:
    run = ingest("questions", server=server_of(folder))
    assert run.returncode == 0, run.stderr
    path = folder / "questions.jsonl"
    path.write_text(run.stdout)
    return path


def test_questions_are_proposed_from_headings_and_measure_the_corpus(
    ingest: Ingest, keeps: Callable[..., None], tmp_path: Path
) -> None:
    keeps()
    lines = [json.loads(line) for line in proposed(ingest, tmp_path).read_text().splitlines()]
    assert len(lines) == len(SUBJECTS)
    first = next(line for line in lines if line["document"] == "things/boiler.md")
    assert first["question"] == "The boiler: Descaling of the boiler"
    assert first["words"].startswith("Run citric acid through the boiler twice")
    figures = result_of(ingest("eval", "questions.jsonl", "--json", server=server_of(tmp_path)))
    assert figures["questions"] == len(SUBJECTS)
    assert figures["found@10"] == {"dense": 1.0, "lexical": 1.0, "hybrid": 1.0}


def test_a_gate_publishes_what_is_no_worse_and_keeps_the_questions_and_the_figures(
    ingest: Ingest, keeps: Callable[..., None], tmp_path: Path
) -> None:
    keeps()
    asked, server = proposed(ingest, tmp_path), server_of(tmp_path)
    first = result_of(ingest("publish", "out", "--gate", str(asked), "--json", server=server))
    assert first["quality"]["found@10"]["hybrid"] == 1.0
    assert first["gate"]["served"] is None
    for _ in range(3):
        again = result_of(ingest("publish", "out", "--gate", str(asked), "--json", server=server))
        assert (again["new"], again["gate"]["changes"], again["gate"]["reasons"]) == (False, [], [])
    kept = [path.read_bytes() for path in (tmp_path / "out" / "objects").iterdir()]
    assert asked.read_bytes() in kept
    # Ingested anew, and one more: another version, no worse.
    keeps(*SUBJECTS, "anvil", text=lambda name: text_of(name) if name in SUBJECTS else "# The anvil\n\nIt is heavy.\n")
    second = result_of(ingest("publish", "out", "--gate", str(asked), "--json", server=server))
    assert second["new"]
    assert second["gate"]["served"]["ndcg@10"] == first["quality"]["ndcg@10"]
    listed = result_of(ingest("versions", "out", "--plot", "plot.svg", "--json"))
    assert [each["quality"]["questions"] for each in listed["versions"]] == [10, 10]
    assert (tmp_path / "plot.svg").read_text().count("<circle") == 6
    shown = ingest("versions", "out").stdout.splitlines()[0].split("\t")
    assert shown[-3:] == ["1.000", "1.000", "10"]


def swapped(name: str) -> str:
    names = list(SUBJECTS)
    return text_of(names[(names.index(name) + 1) % len(names)])


def gone(keeps: Callable[..., None], _: Path) -> None:
    keeps(*list(SUBJECTS)[: len(SUBJECTS) * 2 // 3])


def files_shuffled(keeps: Callable[..., None], _: Path) -> None:
    keeps(text=swapped)


def cut_off(keeps: Callable[..., None], _: Path) -> None:
    keeps(text=lambda name: text_of(name)[: len(text_of(name)) // 2])


def texts_shuffled(keeps: Callable[..., None], store: Path) -> None:
    keeps()
    poison.shuffle_texts(store)


def vectors_of_another_model(keeps: Callable[..., None], store: Path) -> None:
    keeps()
    poison.use_another_models_vectors(store)


def model_swapped(keeps: Callable[..., None], _: Path) -> None:
    # It answers as well: the stand-in gives the same vectors for it.
    keeps(EMBEDDING_MODEL="text-embedding-3-large", EMBEDDING_DIMENSIONS="1536")


Spoil = Callable[[Callable[..., None], Path], None]
POISONS: dict[Spoil, str] = {
    gone: "documents that are served are gone",
    files_shuffled: "nDCG@10 of hybrid search falls from 1.000",
    cut_off: "10 of the 10 documents are shorter than what is served by more than 25%",
    texts_shuffled: "or the text is another",
    model_swapped: "made with text-embedding-3-large of 1536 numbers, and what is served with text-embedding-3-small",
    vectors_of_another_model: "chunks looked at have another vector than text-embedding-3-small gives",
}


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the first test that publishes the corpus leaves it for the others."""
    return tmp_path_factory.mktemp("gate") / "begun"


@pytest.fixture
def served(ingest: Ingest, keeps: Callable[..., None], tmp_path: Path, begun: Path) -> str:
    """The version that is served, published through the gate with questions.jsonl."""
    if begun.exists():
        shutil.copytree(begun, tmp_path, dirs_exist_ok=True)
    else:
        keeps()
        asked = proposed(ingest, tmp_path)
        result_of(ingest("publish", "out", "--gate", str(asked), "--json", server=server_of(tmp_path)))
        shutil.copytree(tmp_path, begun)
    return str(json.loads((tmp_path / "out" / "latest.json").read_text())["version"])


@pytest.mark.parametrize("spoil", POISONS)
def test_a_poisoned_version_is_refused_and_what_is_served_stays(
    ingest: Ingest, keeps: Callable[..., None], served: str, tmp_path: Path, spoil: Spoil
) -> None:
    spoil(keeps, tmp_path / ".chroma")
    asked, server = tmp_path / "questions.jsonl", server_of(tmp_path)
    refused = ingest("publish", "out", "--gate", str(asked), "--json", server=server)
    assert refused.returncode == 1
    assert "Error: Not published: " in refused.stderr
    assert POISONS[spoil] in refused.stderr
    assert json.loads(refused.stdout)["gate"]["reasons"]
    listed = result_of(ingest("versions", "out", "--json"))
    assert (listed["latest"], len(listed["versions"])) == (served, 1)


def test_a_tenth_of_the_documents_may_be_shortened_and_a_tenth_of_the_text_may_go_with_them() -> None:
    assert cut_fault(documents=2, of_documents=20, tokens=100, of_tokens=1_000) is None
    assert cut_fault(documents=3, of_documents=20, tokens=30, of_tokens=1_000) is not None
    assert cut_fault(documents=1, of_documents=20, tokens=101, of_tokens=1_000) is not None
    # Of three documents one may be worked over.
    assert cut_fault(documents=1, of_documents=3, tokens=99, of_tokens=1_000) is None
    assert untitled_fault(untitled=2, titled=20) is None
    assert untitled_fault(untitled=3, titled=20) == (
        "3 of the 20 documents that have a title in what is served have none."
    )


def test_what_is_lost_is_shown_with_its_passages_and_accept_publishes_it(
    ingest: Ingest, keeps: Callable[..., None], tmp_path: Path
) -> None:
    keeps()
    asked, server = proposed(ingest, tmp_path), server_of(tmp_path)
    result_of(ingest("publish", "out", "--gate", str(asked), "--json", server=server))
    keeps(*list(SUBJECTS)[:6])
    refused = ingest("publish", "out", "--gate", str(asked), server=server)
    assert refused.returncode == 1
    assert "lost  line " in refused.stdout
    assert '    wanted  things/kayak.md "Tuck forward, pull the spray deck' in refused.stdout
    assert "    served  things/kayak.md: # The kayak" in refused.stdout
    # A wide limit lets the fall pass; that so many documents are gone is another matter.
    wide = ingest("publish", "out", "--gate", str(asked), "--max-drop", "1", server=server)
    assert wide.returncode == 1
    assert "falls from" not in wide.stderr
    accepted = result_of(ingest("publish", "out", "--gate", str(asked), "--accept", "--json", server=server))
    assert accepted["new"]
    assert accepted["quality"]["accepted"]
    assert ingest("versions", "out").stdout.splitlines()[0].endswith("10, accepted")


def test_a_gate_that_cannot_be_evaluated_never_publishes(
    ingest: Ingest, keeps: Callable[..., None], tmp_path: Path
) -> None:
    keeps()
    server = server_of(tmp_path)
    asked = tmp_path / "other.jsonl"
    lines = ['{"question": "Who?", "document": "no.md"}', '{"question": "What?", "words": "nobody says this"}']
    asked.write_text("\n".join(lines))
    run = ingest("publish", "out", "--gate", str(asked), "--accept", server=server)
    assert run.returncode == 2
    assert f"{asked}, line 1: the corpus does not hold the answer, no.md." in run.stderr
    assert "are they another collection's?" in run.stderr
    asked = proposed(ingest, tmp_path)
    with asked.open("a") as file:
        file.write(lines[1] + "\n")
    run = ingest("publish", "out", "--gate", str(asked), server=server)
    assert run.returncode == 2
    assert 'line 11: the corpus does not hold the answer, "nobody says this".' in run.stderr
    server.interceptor = lambda _number, _body: (500, {}, {"error": {"message": "down"}})
    asked = tmp_path / "one.jsonl"
    asked.write_text('{"question": "Who?", "words": "citric acid"}')
    run = ingest("publish", "out", "--gate", str(asked), server=server)
    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    assert not (tmp_path / "out" / "latest.json").exists()
    server.interceptor = None
    result_of(ingest("publish", "out", "--json", server=server))
    # What is served is damaged: there is nothing to compare with.
    (version,) = (tmp_path / "out" / "versions").iterdir()
    version.write_text("{}")
    run = ingest("publish", "out", "--gate", str(asked), server=server)
    assert run.returncode == 1
    assert "nothing can be compared with it" in run.stderr
    assert ingest("publish", "out", "--accept", server=server).returncode == 2
