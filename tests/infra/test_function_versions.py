"""Old versions of the function are deleted, and what one costs is told. AWS is moto."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import boto3
import pytest

from infra.costs import PRICES_OF, Use, costs, table
from infra.function_versions import KEPT, kept_by, prune, snap_start_dollars
from infra.package import ROOT
from tests.s3_server import S3Server

ROLE = {
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]
}


def code(number: int) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("handler.py", f"number = {number}")
    return content.getvalue()


def versions(client: Any, function: str) -> list[str]:
    return [each["Version"] for each in client.list_versions_by_function(FunctionName=function)["Versions"]]


def test_the_newest_versions_and_the_one_that_is_served_stay(s3: S3Server) -> None:  # noqa: ARG001 - the environment
    iam, client = boto3.client("iam"), boto3.client("lambda")
    role = iam.create_role(RoleName="test-versions", AssumeRolePolicyDocument=json.dumps(ROLE))["Role"]["Arn"]
    function = "retrieval-action-test-api"
    client.create_function(
        FunctionName=function, Runtime="python3.13", Role=role, Handler="handler.x", Code={"ZipFile": code(0)}
    )
    for number in range(1, 7):
        client.update_function_code(FunctionName=function, ZipFile=code(number))
        client.publish_version(FunctionName=function)
    client.create_alias(FunctionName=function, Name="snapstart", FunctionVersion="2")
    assert prune(client, function, keep=3) == ["1", "3"]
    assert sorted(versions(client, function)) == ["$LATEST", "2", "4", "5", "6"]
    assert prune(client, function, keep=3) == []
    iam.close()
    client.close()


def test_the_parameter_says_how_many_stay() -> None:
    assert kept_by(["--verbose"]) == KEPT == 3
    assert kept_by(["--param=keepVersions=5", "--param=keepVersions=7"]) == 7
    for wrong in ("0", "-1", "many", ""):
        with pytest.raises(ValueError, match=r".+"):
            kept_by([f"--param=keepVersions={wrong}"])


def test_a_version_costs_the_same_whether_anybody_asks_or_not() -> None:
    assert snap_start_dollars() == pytest.approx(6.74, abs=0.01)
    nobody = costs(Use(0, 0.0), snap_start=True)
    assert nobody["SnapStart"] == pytest.approx(snap_start_dollars())
    assert costs(Use(0, 0.0), snap_start=False)["SnapStart"] == 0


def test_the_page_has_the_table_that_the_program_prints_with_the_month_of_its_prices() -> None:
    page = (ROOT / "docs" / "deploy.md").read_text("utf-8")
    assert table() in page
    assert f"list prices of {PRICES_OF}" in page
