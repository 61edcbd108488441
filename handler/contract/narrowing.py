"""The fields by which a request leaves documents out: the same for every door. Flat, so that a model can write them.

A name tells what its field does: _any takes several values, _not excludes them, _from and _to are the ends of a range.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, create_model

from corpus.filterable import ANY, DERIVED, FROM, NOT, TO, FilterField, Kind, names_of
from corpus.filters import Filter
from corpus.records import MetadataValue
from corpus.subject import KIND, ORGANISATION, YEAR
from handler.contract.fields import Date, DocumentId, Name, Whole, moment
from handler.contract.validation import invalid

MAX_VALUES = 20
KIND_TYPES: dict[Kind, Any] = {
    "str": Name,
    "list": Name,
    "int": Whole,
    "float": FiniteFloat,
    "bool": bool,
    "date": Date,
}
KIND_EXAMPLES: dict[Kind, Any] = {
    "str": "service",
    "list": "service",
    "int": 2026,
    "float": 2.5,
    "bool": True,
    "date": "2026-01-31",
}
DERIVED_EXAMPLES: dict[str, Any] = {ORGANISATION: "Best Buy", YEAR: 2023, KIND: "annual report"}
SAYS = {
    "": "is this",
    ANY: "is one of these",
    NOT: "is none of these, or not known",
    FROM: "is this or more",
    TO: "is this or less",
}
LIST_SAYS = {"": "includes this", ANY: "includes one of these", NOT: "includes none of these"}
Names = Annotated[list[Name], Field(min_length=1, max_length=MAX_VALUES)]
DocumentIds = Annotated[list[DocumentId], Field(min_length=1, max_length=MAX_VALUES)]
Model = TypeVar("Model", bound="Narrowing")


class Narrowing(BaseModel):
    """The fields that every corpus has; `with_own_fields` adds the corpus's own."""

    model_config = ConfigDict(defer_build=True)

    source_any: Names | None = Field(
        None, description="Only documents with one of these sources.", examples=[["manuals/x200.pdf"]]
    )
    source_not: Names | None = Field(
        None, description="No document with one of these sources.", examples=[["manuals/x100.pdf"]]
    )
    source_folder: Name | None = Field(
        None, description="Only documents whose source lies below this folder or address.", examples=["manuals"]
    )
    source_folder_not: Name | None = Field(
        None, description="No document whose source lies below this folder or address.", examples=["archive"]
    )
    document_id_any: DocumentIds | None = Field(
        None, description="Only the documents with these ids.", examples=[["9f86d081884c7d65"]]
    )
    document_id_not: DocumentIds | None = Field(
        None, description="None of the documents with these ids.", examples=[["9f86d081884c7d65"]]
    )
    title: Name | None = Field(
        None,
        description="Only documents with exactly this title, as a result or listDocuments gave it.",
        examples=["X200 manual"],
    )
    tags: Annotated[list[Name], Field(min_length=1, max_length=10)] | None = Field(
        None, description="Only documents that carry at least one of these tags.", examples=[["warranty"]]
    )
    tags_not: Annotated[list[Name], Field(min_length=1, max_length=10)] | None = Field(
        None, description="No document that carries one of these tags.", examples=[["draft"]]
    )

    def narrowed(self, fields: Sequence[FilterField], within: Filter) -> Filter:
        """The filter with these conditions added. Raises ActionError 422 for a range that is empty."""
        own = {
            name: value
            for field in fields
            for name in names_of(field)
            if (value := getattr(self, name, None)) is not None
        }
        _check_ranges(fields, own)
        days = {field.name: own[field.name] for field in fields if field.kind == "date" and field.name in own}
        equal = {field.name: own[field.name] for field in fields if field.name in own.keys() - days.keys()}
        without = Filter(
            source_any=tuple(self.source_not or ()),
            source_folder=self.source_folder_not,
            document_id_any=tuple(self.document_id_not or ()),
            tags=tuple(self.tags_not or ()),
            metadata_any=_ending(fields, own, NOT),
        )
        return replace(
            within,
            source_any=tuple(self.source_any or ()),
            source_folder=self.source_folder,
            document_id_any=tuple(self.document_id_any or ()),
            title=self.title,
            tags=tuple(self.tags or ()),
            metadata={**within.metadata, **equal},
            metadata_any=_ending(fields, own, ANY),
            metadata_from=days | _ending(fields, own, FROM),
            metadata_to=days | _ending(fields, own, TO),
            without=without if without.to_where() else None,
        )


def with_own_fields(model: type[Model], fields: Sequence[FilterField]) -> type[Model]:
    """The model with the corpus's own filters as fields. Raises ValueError where a name is taken."""
    own: dict[str, Any] = {}
    for field in fields:
        for name in names_of(field):
            if name in own or hasattr(model, name) or name in model.model_fields:
                raise ValueError(f"{name!r} is a field of the request already")
            own[name] = _own_field(field, name.removeprefix(field.name))
    return create_model(model.__name__, __base__=model, **own) if own else model


def _own_field(field: FilterField, ending: str) -> tuple[Any, Any]:
    wanted = KIND_TYPES[field.kind]
    example = DERIVED_EXAMPLES[field.name] if field in DERIVED else KIND_EXAMPLES[field.kind]
    says = (LIST_SAYS if field.kind == "list" else SAYS)[ending]
    if ending in (ANY, NOT):
        wanted, example = Annotated[list[wanted], Field(min_length=1, max_length=MAX_VALUES)], [example]  # type: ignore[valid-type]  # Of a table.
    return wanted | None, Field(None, description=f"Only documents whose {field.name} {says}.", examples=[example])


def _ending(fields: Sequence[FilterField], own: Mapping[str, Any], ending: str) -> dict[str, Any]:
    """The values sent under names with that suffix, by field."""
    return {field.name: own[field.name + ending] for field in fields if field.name + ending in own}


def _check_ranges(fields: Sequence[FilterField], own: Mapping[str, MetadataValue]) -> None:
    for field in fields:
        low, high = own.get(field.name + FROM), own.get(field.name + TO)
        if low is None or high is None:
            continue
        if _order(low) > _order(high):
            raise invalid(
                f'"{field.name}{FROM}" is beyond "{field.name}{TO}": no document lies between. Exchange the two.'
            )


def _order(end: MetadataValue) -> float:
    return moment(end).timestamp() if isinstance(end, str) else float(end)  # type: ignore[arg-type]  # No list.
