"""`make audit` and the list of components beside the zip."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path

import pytest

from infra.audit import KNOWN, LOCKS, answers_in, ask_index, findings, main, pinned
from infra.sbom import write_sbom
from tests.absent import absent
from tests.lambda_.built import Built


def test_no_lock_names_a_version_with_a_hole_that_we_know() -> None:
    locks = sorted(LOCKS.glob("*.txt"))
    assert len(locks) >= 3
    assert all(list(pinned(lock)) for lock in locks)
    assert findings(locks) == []


def test_a_version_with_a_hole_is_named_with_it(tmp_path: Path) -> None:
    lock = tmp_path / "old.txt"
    lock.write_text("PyYAML==5.3 \\\n    --hash=sha256:00\nh11==0.16.0\nstarlette==0.45.0 ; python_version > '3'\n")
    assert [(each.package, each.version) for each in findings([lock])] == [
        ("pyyaml", "5.3"), ("starlette", "0.45.0"), ("starlette", "0.45.0"),
    ]  # fmt: skip
    assert "old.txt: pyyaml 5.3 has CVE-2020-14343" in str(findings([lock])[0])


def test_what_an_index_does_not_know_does_not_count_as_looked_at() -> None:
    output = {
        "dependencies": [
            {"name": "PyYAML", "version": "5.3", "vulns": [{"id": "PYSEC-2020-96", "fix_versions": ["5.3.1"]}]},
            {"name": "h11", "version": "0.16.0", "vulns": []},
            {"name": "starlette", "skip_reason": "Dependency not found on PyPI and could not be audited"},
        ]
    }
    assert answers_in(json.dumps(output)) == {("pyyaml", "5.3"): ["PYSEC-2020-96"], ("h11", "0.16.0"): []}
    with pytest.raises(ValueError, match="char 0"):
        answers_in("ERROR: no network")


def test_pip_audit_is_asked_of_each_version_once_and_two_of_one_name_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In its place a program that tells back what it is asked, as pip-audit tells it."""
    (tmp_path / "pip_audit.py").write_text(
        "import json, sys\n"
        "pins = [line.strip().split('==') for line in open(sys.argv[-1])]\n"
        "assert len({name for name, _ in pins}) == len(pins)\n"
        "holes = lambda version: [{'id': 'PYSEC-1'}] if version == '1.0' else []\n"
        "print(json.dumps({'dependencies': [{'name': n, 'version': v, 'vulns': holes(v)} for n, v in pins]}))\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    told = ask_index([("a", "1.0"), ("a", "2.0"), ("b", "1.0"), ("a", "1.0")])
    assert told == {("a", "1.0"): ["PYSEC-1"], ("a", "2.0"): [], ("b", "1.0"): ["PYSEC-1"]}
    (tmp_path / "pip_audit.py").write_text("print('ERROR: no network')\n")
    assert ask_index([("a", "1.0")]) is None


def test_the_command_says_how_many_versions_were_looked_at_and_by_what(capsys: pytest.CaptureFixture[str]) -> None:
    if importlib.util.find_spec("pip_audit"):
        absent("pip-audit is installed, and would ask its index")
    assert main() == 0
    assert re.fullmatch(
        r"\d{3} pinned versions in \d+ locks: 0 known holes, by our list of 20\d\d-\d\d-\d\d; no index was asked: .*\n",
        capsys.readouterr().out,
    )


def test_the_list_of_holes_is_dated_and_well_formed() -> None:
    known = json.loads(KNOWN.read_text("utf-8"))
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", known["as_of"])
    for hole in known["holes"]:
        assert set(hole) == {"package", "affected", "id", "what"}
        assert hole["package"] == re.sub(r"[-_.]+", "-", hole["package"]).lower()


def test_the_components_of_a_package_are_named_with_their_versions(tmp_path: Path) -> None:
    folder = tmp_path / "task"
    licences = {
        "Some_Thing": "License-Expression: MIT\n",
        "other": "",
        "whole": "License: BSD\n        All its words.\n",
    }
    for name, licence in licences.items():
        version = "1.2"
        (folder / f"{name}-{version}.dist-info").mkdir(parents=True)
        (folder / f"{name}-{version}.dist-info/METADATA").write_text(
            f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n{licence}"
        )
    archive = tmp_path / "lambda.zip"
    archive.write_bytes(b"zip")
    path = write_sbom(folder, archive)
    assert path == tmp_path / "lambda.cdx.json"
    told = json.loads(path.read_text("utf-8"))
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    assert [(each["purl"], each.get("licenses")) for each in told["components"]] == [
        ("pkg:pypi/other@1.2", None), ("pkg:pypi/some-thing@1.2", [{"expression": "MIT"}]),
        ("pkg:pypi/whole@1.2", [{"license": {"name": "BSD"}}]),
    ]  # fmt: skip
    before = path.read_bytes()
    assert write_sbom(folder, archive).read_bytes() == before


def test_a_built_package_has_its_list_beside_it(built: Built) -> None:
    told = json.loads(built.zip.with_suffix(".cdx.json").read_text("utf-8"))
    named = {(each["name"], each["version"]) for each in told["components"]}
    locked = set(pinned(LOCKS / "lambda.txt"))
    assert {"fastapi", "mangum"} <= {name for name, _ in named}
    assert named <= locked
