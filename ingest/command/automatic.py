"""EMBEDDING_MODEL=auto: examine some of what is to be ingested before a new collection is made, and choose a model."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from corpus.errors import DocumentError
from corpus.settings import AUTO
from ingest.command import console
from ingest.reading.pool import ReaderPool
from ingest.settings import IngestSettings
from ingest.sources.found import Item
from ingest.sources.gather import Sources
from ingest.sources.spool import Spool
from ingest.sync.intake import read_items
from ingest.sync.model_choice import suited

# So many files are examined, spread over all local ones; pages elsewhere would have to be fetched twice.
LOOKED_AT_FILES = 24
# Formats that are slow to read are examined only if there is nothing else.
MAX_BYTES = 2 * 2**20


def settled(settings: IngestSettings, items: Sequence[Item], *, readers: ReaderPool, places: Sources) -> IngestSettings:
    """The settings, with a model for a new collection."""
    if settings.model_for_new_collection != AUTO:
        return settings
    with Spool() as spool:
        looked_at = read_items(((item, "") for item in _some(items)), readers=readers, sources=places, spool=spool)
        found = suited(
            document.text
            for _, documents in looked_at
            if documents and not isinstance(documents, DocumentError)
            for document in documents
        )
    count = f"{found.documents} document{'' if found.documents == 1 else 's'} looked at"
    why = f"{found.why} ({count})" if found.documents else "as no file is here to look at"
    console.say(f"EMBEDDING_MODEL=auto: {found.model}, {why}.")
    return settings.model_copy(update={"embedding_model": found.model})


def _some(items: Sequence[Item]) -> Iterator[Item]:
    here = [item for item in items if item.path is not None]
    small = [item for item in here if item.path is not None and item.path.stat().st_size <= MAX_BYTES]
    for those, most in ((small, LOOKED_AT_FILES), (here, 1)):
        if those:
            yield from those[:: math.ceil(len(those) / most)]
            return
