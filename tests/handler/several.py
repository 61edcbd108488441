"""Three corpora behind one deployment: two stores that hold a document of the same source, and what was published."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from corpus.records import document_id_of
from corpus.snapshot.publish import publish
from tests.handler.corpora import Text, corpus_settings, write_corpus
from tests.openai_server import EmbeddingsServer

SHARED = "handbook.md"
HR = (
    Text(source=SHARED, text="Holidays of the HR department are asked for in May.", metadata={"team": "hr"}),
    Text(source="pay.md", text="Salaries are paid on the last day of the month.", metadata={"team": "hr"}),
)
SALES = (
    Text(source=SHARED, text="Holidays of the sales department are asked for in March.", metadata={"team": "sales"}),
)
MANUALS = (
    Text(source="x200.md", text="The X200 hums loudly.\nIts warranty lasts 24 months.", spans=((0, 21), (22, 51))),
)
SHARED_ID = document_id_of(SHARED)


@dataclass(frozen=True, slots=True)
class Several:
    """Where they lie."""

    folder: Path

    @property
    def entries(self) -> dict[str, str]:
        """What CORPORA says of each."""
        return {
            "hr": f"hr=store:{self.folder / 'hr'}",
            "sales": f"sales=store:{self.folder / 'sales'}",
            "manuals": f"manuals={self.folder / 'published'}",
        }

    @property
    def corpora(self) -> str:
        """The setting."""
        return ",".join(self.entries.values())


def several_in(folder: Path, server: EmbeddingsServer) -> Several:
    """Make the three."""
    for name, texts in (("hr", HR), ("sales", SALES), ("manuals", MANUALS)):
        write_corpus(corpus_settings(folder / name, server), texts)
    publish(corpus_settings(folder / "manuals", server), str(folder / "published"))
    return Several(folder)
