"""`ingest adopt`: another program's collection becomes one of ours, without embedding again."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from corpus.answer import to_json
from corpus.collection import CollectionRecord
from corpus.command_line import examples
from corpus.embedding.choice import collection_for, embedder_for_new_collection, native_dimensions
from corpus.embedding.model import Embedder
from corpus.errors import CollectionMismatch, CollectionMissing, SettingsError
from corpus.loading import load
from corpus.settings import LOCAL_MODEL
from corpus.store import Store, create_store, open_store
from corpus.store.foreign import ForeignCollection, foreign_collection
from ingest.adopting.adoption import Adoption, adopt, documents_in, remarks_on
from ingest.adopting.foreign_fields import Piece
from ingest.command import console
from ingest.command.app import AsJson, Collection, app
from ingest.command.target_collection import drop_if_empty
from ingest.settings import IngestSettings
from ingest.sources.descriptions import description_from
from ingest.sync.lock import exclusive

SHORTENING = "text-embedding-3-"  # Models that return fewer dimensions on request.
CHECKED = 8
# Texts embedded twice by one model are nearly alike, however the other program formatted them; by two models,
# unrelated.
MIN_ALIKE = 0.3


@app.command("adopt", epilog=examples("ingest adopt langchain --model text-embedding-3-small --from-path chroma_db"))
def adopt_collection(
    name: Annotated[str, typer.Argument(metavar="COLLECTION", help="The collection to take over.", show_default=False)],
    model: Annotated[str, typer.Option(help="The embedding model that its vectors were made by.", show_default=False)],
    from_path: Annotated[
        Path | None, typer.Option(help="The folder of the Chroma store that it is in.  [default: where ours is]")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Embed a few texts to see whether the model is the one.")
    ] = False,
    access: Annotated[
        list[str] | None,
        typer.Option(metavar="PRINCIPAL", help="Who may see the documents, such as group:sales; may be repeated."),
    ] = None,
    collection: Collection = None,
    as_json: AsJson = False,
) -> None:
    """Take a collection of LangChain's or LlamaIndex's over, with its vectors; it is left as it is."""
    settings = load(IngestSettings, chroma_collection=collection)
    origin = settings
    if from_path is not None:
        away = {"chroma_path": from_path, "chroma_url": None, "chroma_tenant": None, "chroma_database": None}
        origin = settings.model_copy(update=away)
    if origin.target == settings.target and name == settings.chroma_collection:
        raise SettingsError(f"{name!r} cannot be taken over into itself. Name another by --collection.")
    adoption = Adoption(access=description_from((), None, access or None).access or ())
    with foreign_collection(name, origin) as foreign, contextlib.ExitStack() as stack:
        if foreign.is_ours:
            raise SettingsError(f"{name!r} was made by ingest: use it as it is, by CHROMA_COLLECTION={name}.")
        documents = documents_in(foreign, root=_root(settings), adoption=adoption)
        record, embedder, settings = _described(foreign, documents, model, settings, check=check)
        stack.callback(embedder.close)
        console.say(
            f"Taking over {name!r} of {origin.chroma_url or origin.chroma_path} into {settings.target} "
            f"({model}, {record.dimensions} dimensions)"
        )
        store = stack.enter_context(_target(settings, record))
        with exclusive(store, settings, on_wait=console.say):
            stack.callback(drop_if_empty, store)
            remarks = _remarks_on_model(foreign, documents, embedder, check=check or model == LOCAL_MODEL)
            adopt(foreign, documents, store, embedder.tokenizer, adoption)
        remarks += remarks_on(adoption, foreign)
    _show(adoption, remarks, settings, record, as_json=as_json)
    sys.exit(1 if adoption.failed else 0)


def _root(settings: IngestSettings) -> Path:
    return Path(os.path.abspath(settings.source_root))  # noqa: PTH100 - as sources are named: links keep their names


def _described(
    foreign: ForeignCollection,
    documents: Mapping[str, Sequence[Piece]],
    model: str,
    settings: IngestSettings,
    *,
    check: bool,
) -> tuple[CollectionRecord, Embedder, IngestSettings]:
    """The record of our collection. Raises CollectionMismatch if the model does not make such vectors."""
    lengths = [len(found.vector) for found in foreign.records(_some(documents)).values() if found.vector is not None]
    if not lengths:
        raise SettingsError(f"{foreign.name!r} holds no vectors. There is nothing to take over.")
    dimensions = max(set(lengths), key=lengths.count)
    native = native_dimensions(model)
    is_shortened = model.startswith(SHORTENING) and dimensions < native
    if native and dimensions != native and not is_shortened:
        raise CollectionMismatch(
            f"The vectors of {foreign.name!r} have {dimensions} dimensions, and {model} makes {native}. Name the model "
            "that they were made by with --model."
        )
    if settings.embedding_dimensions not in {None, dimensions}:
        raise CollectionMismatch(
            f"The vectors of {foreign.name!r} have {dimensions} dimensions, and EMBEDDING_DIMENSIONS is "
            f"{settings.embedding_dimensions}. Unset it."
        )
    asked = dimensions if is_shortened else settings.embedding_dimensions
    settings = settings.model_copy(update={"embedding_model": model, "embedding_dimensions": asked})
    embedder = embedder_for_new_collection(settings, paid=check)
    record = replace(collection_for(embedder, settings, paid=False), dimensions=dimensions)
    return record, embedder, settings


def _some(documents: Mapping[str, Sequence[Piece]]) -> list[str]:
    """The ids of a few records, from documents far apart."""
    sources = list(documents)
    return [documents[source][0].record_id for source in sources[:: max(1, len(sources) // CHECKED)][:CHECKED]]


def _target(settings: IngestSettings, record: CollectionRecord) -> Store:
    try:
        store = open_store(settings)
    except CollectionMissing:
        return create_store(settings, record)
    if store.record.dimensions != record.dimensions:
        store.close()
        raise CollectionMismatch(
            f"{settings.target} holds vectors of {store.record.dimensions} dimensions, and these have "
            f"{record.dimensions}. Name another by --collection."
        )
    return store


def _remarks_on_model(
    foreign: ForeignCollection, documents: Mapping[str, Sequence[Piece]], embedder: Embedder, *, check: bool
) -> list[str]:
    """Whether a few texts, embedded again, get the vectors that are stored."""
    if not check:
        return [f"That {embedder.model} made the vectors was not looked into: --check embeds {CHECKED} texts for it."]
    found = [
        (record.text, record.vector / max(float(np.linalg.norm(record.vector)), 1e-12))
        for record in foreign.records(_some(documents)).values()
        if record.text and record.text.strip() and record.vector is not None
    ]
    (vectors,) = embedder.embed_documents([[text for text, _ in found]])
    alike = [float(old @ new) if len(old) == len(new) else 0.0 for (_, old), new in zip(found, vectors, strict=True)]
    if not alike or float(np.median(alike)) >= MIN_ALIKE:
        return []
    return [
        f"{embedder.model} has not made these vectors, as it seems: of {len(alike)} texts, what it makes now and what "
        f"is stored have a cosine of {float(np.median(alike)):.2f}. Questions by meaning will find nothing. Remove the "
        "collection, and name the right model by --model."
    ]


def _show(
    adoption: Adoption, remarks: list[str], settings: IngestSettings, record: CollectionRecord, *, as_json: bool
) -> None:
    if as_json:
        summary = {
            "target": settings.target,
            "embedding_model": record.embedding_model,
            "dimensions": record.dimensions,
            "records": adoption.records,
            "documents": adoption.documents,
            "unchanged": adoption.unchanged,
            "chunks": adoption.chunks,
            "fields": list(adoption.kept),
            "left_out": {name: count for name, count in adoption.left_out.items() if count},
            "failed": [{"source": source, "error": error} for source, error in adoption.failed],
            "notes": [{"source": source, "note": note} for source, note in adoption.notes],
            "remarks": remarks,
        }
        typer.echo(to_json(summary))
        return
    for remark in remarks:
        console.say(remark, style="yellow")
    for source, note in adoption.notes:
        console.say(f"{source}: {note}", style="yellow")
    for source, error in adoption.failed:
        console.say(f"{source}: {error}", style="red")
    console.out.print(
        f"{adoption.documents:,} documents of {adoption.chunks:,} chunks taken over, {adoption.unchanged:,} unchanged, "
        f"{len(adoption.failed):,} records failed; none embedded"
    )
