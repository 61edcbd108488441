"""The contents of a Lambda package, as a CycloneDX document beside it. The same package gives the same bytes.

https://cyclonedx.org/docs/1.6/json/
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageMetadata, distributions, version
from pathlib import Path
from typing import Any

SPEC_VERSION = "1.6"
OURS = "retrieval-action"
_NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")  # RFC 9562's namespace for URLs.


def write_sbom(folder: Path, archive: Path) -> Path:
    """Write the document of what was unpacked to `folder` and packed as `archive`, beside that. Returns its path."""
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    path = archive.with_suffix(".cdx.json")
    path.write_text(json.dumps(sbom_of(folder, archive.name, digest), indent=1, sort_keys=True) + "\n", "utf-8")
    return path


def sbom_of(folder: Path, name: str, sha256: str) -> dict[str, Any]:
    """The document: every distribution whose metadata lies in the folder, and the archive that they are in."""
    components = sorted((_component(each) for each in _installed(folder)), key=lambda each: each["bom-ref"])
    package = {
        "type": "application",
        "bom-ref": OURS,
        "name": OURS,
        "version": version(OURS),
        "licenses": [{"expression": "MIT"}],
        "hashes": [{"alg": "SHA-256", "content": sha256}],
        "properties": [{"name": "file", "value": name}],
    }
    return {
        "bomFormat": "CycloneDX",
        "specVersion": SPEC_VERSION,
        "serialNumber": f"urn:uuid:{uuid.uuid5(_NAMESPACE, sha256)}",
        "version": 1,
        "metadata": {"component": package},
        "components": components,
        "dependencies": [{"ref": OURS, "dependsOn": [each["bom-ref"] for each in components]}],
    }


def _installed(folder: Path) -> Iterator[Distribution]:
    return (each for each in distributions(path=[str(folder)]) if each.metadata["Name"])


def _component(distribution: Distribution) -> dict[str, Any]:
    metadata = distribution.metadata
    name = re.sub(r"[-_.]+", "-", metadata["Name"]).lower()
    purl = f"pkg:pypi/{name}@{distribution.version}"
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": distribution.version,
        "purl": purl,
    }
    if licence := _licence(metadata):
        component["licenses"] = [licence]
    return component


def _licence(metadata: PackageMetadata) -> dict[str, Any] | None:
    if expression := metadata.json.get("license_expression"):
        return {"expression": expression}
    names = [
        each.rpartition(" :: ")[2] for each in metadata.get_all("Classifier") or [] if each.startswith("License :: ")
    ]
    # Some have its name there, others the whole licence, of which the first words are the name.
    names += str(metadata.json.get("license", "")).splitlines()[:1]
    return {"license": {"name": names[0]}} if names else None
