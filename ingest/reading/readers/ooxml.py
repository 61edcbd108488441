"""What all Office Open XML packages share: the main part and relationships (ECMA-376, part 2)."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass

from corpus.errors import DocumentUnreadable
from ingest.reading.readers.package import Package, local_name


@dataclass(frozen=True, slots=True)
class Relationship:
    """`kind` is the last segment of the relationship type, the same in strict and transitional files."""

    identifier: str
    kind: str
    target: str


def relationships(package: Package, part: str) -> list[Relationship]:
    """The relationships of a part ("" for the package), with targets as member names. External ones are left out."""
    folder, _, name = part.rpartition("/")
    member = posixpath.join(folder, "_rels", f"{name}.rels")
    if member not in package:
        return []
    found = []
    for element in package.xml(member):
        if element.get("TargetMode") == "External" or local_name(element) != "Relationship":
            continue
        target = element.get("Target") or ""
        absolute = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        if absolute in package:
            kind = (element.get("Type") or "").rpartition("/")[2]
            found.append(Relationship(element.get("Id") or "", kind, absolute))
    return found


def main_part(package: Package) -> str:
    for relationship in relationships(package, ""):
        if relationship.kind == "officeDocument":
            return relationship.target
    raise DocumentUnreadable("The file is not an Office document: its main part is missing. Open it and save it again.")


def related_parts(package: Package, part: str) -> dict[str, str]:
    """The part's related members by kind; the first one of each kind."""
    found: dict[str, str] = {}
    for relationship in relationships(package, part):
        found.setdefault(relationship.kind, relationship.target)
    return found
