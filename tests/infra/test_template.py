"""What `osls package` makes of serverless.yml, offline: the promises that a deployment rests on."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

from corpus import __version__
from corpus.loading import load
from handler.routes.pages import privacy
from handler.routes.site import document_of
from handler.settings import HandlerSettings
from infra import package
from tests.infra.osls import osls, project

pytestmark = pytest.mark.early

Template = dict[str, Any]


def template_of(folder: Path, *words: str) -> Template:
    zip_path = folder / "lambda.zip"
    with zipfile.ZipFile(zip_path, "w") as archive:
        archive.writestr("handler/main.py", "")
    at = project(folder, zip_path)
    run = osls(at, "package", *words)
    assert run.returncode == 0, run.stdout + run.stderr
    template: Template = json.loads((at / ".serverless" / "cloudformation-template-update-stack.json").read_text())
    return template


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return template_of(tmp_path_factory.mktemp("template"), "--stage", "test")


def only(template: Template, kind: str) -> Any:
    (found,) = (resource for resource in template["Resources"].values() if resource["Type"] == kind)
    return found["Properties"]


def test_every_route_leads_to_the_alias_that_snap_start_restores(template: Template) -> None:
    function = only(template, "AWS::Lambda::Function")
    assert function["SnapStart"] == {"ApplyOn": "PublishedVersions"}
    # SnapStart knows no more; osls and cfn-lint let it pass.
    assert function.get("EphemeralStorage", {"Size": 512}) == {"Size": 512}
    assert (function["MemorySize"], function["Timeout"], function["Runtime"]) == (1769, 29, "python3.13")
    assert function["ReservedConcurrentExecutions"] == 20
    assert only(template, "AWS::Lambda::Alias")["Name"] == "snapstart"
    assert "snapstart" in json.dumps(only(template, "AWS::ApiGatewayV2::Integration")["IntegrationUri"])
    assert "snapstart" in json.dumps(only(template, "AWS::Lambda::Permission"))
    assert only(template, "AWS::ApiGatewayV2::Route")["RouteKey"] == "$default"


def test_requests_are_throttled_logged_and_from_known_origins(template: Template) -> None:
    stage = only(template, "AWS::ApiGatewayV2::Stage")
    assert stage["DefaultRouteSettings"] == {"ThrottlingBurstLimit": 20, "ThrottlingRateLimit": 10}
    assert stage["AccessLogSettings"]["DestinationArn"]
    cors = only(template, "AWS::ApiGatewayV2::Api")["CorsConfiguration"]
    assert cors["AllowOrigins"] == ["https://chatgpt.com", "https://chat.openai.com"]
    groups = [one["Properties"] for one in template["Resources"].values() if one["Type"] == "AWS::Logs::LogGroup"]
    assert [group["RetentionInDays"] for group in groups] == [30, 30]


def test_the_role_may_do_nothing_but_what_is_needed(template: Template) -> None:
    (policy,) = only(template, "AWS::IAM::Role")["Policies"]
    for statement in policy["PolicyDocument"]["Statement"]:
        actions = statement["Action"]
        actions = actions if isinstance(actions, list) else [actions]
        assert not [action for action in actions if "*" in action]
        assert json.dumps(statement["Resource"]) not in {'"*"', '["*"]'}
        assert not {action for action in actions if action.startswith("s3:")} - {"s3:GetObject", "s3:ListBucket"}


def test_the_bucket_is_versioned_encrypted_private_and_tls_only(template: Template) -> None:
    bucket = template["Resources"]["SnapshotBucket"]["Properties"]
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["BucketEncryption"]
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    (statement,) = template["Resources"]["SnapshotBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_secrets_are_named_and_not_held(template: Template) -> None:
    variables = only(template, "AWS::Lambda::Function")["Environment"]["Variables"]
    assert variables["API_KEYS_PARAMETER"] == "/retrieval-action/test/api-keys"
    assert variables["OPENAI_API_KEY_PARAMETER"]["Fn::If"][1] == "/retrieval-action/test/openai-api-key"
    assert not variables.keys() & {"API_KEYS", "OPENAI_API_KEY", "CHROMA_API_KEY"}


def test_there_are_alarms_for_errors_slowness_and_throttles(template: Template) -> None:
    alarms = [one["Properties"] for one in template["Resources"].values() if one["Type"] == "AWS::CloudWatch::Alarm"]
    assert {alarm["MetricName"] for alarm in alarms} == {"Errors", "Duration", "Throttles"}
    assert [alarm["ExtendedStatistic"] for alarm in alarms if "ExtendedStatistic" in alarm] == ["p99"]


def retentions(template: Template) -> set[int]:
    groups = [one["Properties"] for one in template["Resources"].values() if one["Type"] == "AWS::Logs::LogGroup"]
    return {int(group["RetentionInDays"]) for group in groups}


def function_settings(template: Template) -> HandlerSettings:
    """Those that the function that it deploys is given."""
    variables = only(template, "AWS::Lambda::Function")["Environment"]["Variables"]
    given = {name.lower(): value for name, value in variables.items() if isinstance(value, str) and value}
    return load(HandlerSettings, **given)


def privacy_page(template: Template) -> str:
    """As the function that it deploys shows it."""
    return privacy(function_settings(template))


def test_the_privacy_page_says_what_is_deployed(template: Template) -> None:
    (days,) = retentions(template)
    assert f"kept for {days} days" in privacy_page(template)
    # Whoever deploys in another way is told the same unless they say otherwise.
    assert HandlerSettings.model_fields["log_retention_days"].default == days


def test_the_document_and_the_project_have_one_version() -> None:
    project = tomllib.loads((package.ROOT / "pyproject.toml").read_text("utf-8"))
    assert project["tool"]["hatch"]["version"]["path"] == "corpus/__init__.py"
    served = document_of(load(HandlerSettings), server_url="https://api.example.com")["info"]["version"]
    assert served == __version__


SECRET = "/retrieval-action/dev/oauth-client-secret"
KEPT_SECRET = "retrieval-action/dev/oauth-client-secret"  # In Secrets Manager; a deployment has one of the two.
SIGN_IN = {
    "auth": "keys+oauth",
    "oauthIssuers": "https://login.example.com/, partner=https://id.example.org",
    "oauthAudience": "https://api.example.com",
    "oauthScopes": "rag.read, /documents=rag.list",
    "oauthClientId": "gpt",
    "oauthClientSecretParameter": SECRET,
    "oauthClientSecretSecret": KEPT_SECRET,
    "oauthFacade": "true",
    "access": "documents",
    "audit": "on",
    "publicUrl": "https://api.example.com",
    "mcpTools": "search_chunks",
}


OPTIONS = {
    "rateLimit": "60/minute",
    "alarmEmail": "team@example.com",
    "functionUrl": "true",
    "logRetentionDays": "90",
    "operator": "Example & Sons",
    "contact": "privacy@example.com",
    "openaiKeyParameter": "none",
    "corpora": "hr=s3://a-bucket/corpora/hr",
    **SIGN_IN,
}


@pytest.fixture(scope="module")
def with_options(tmp_path_factory: pytest.TempPathFactory) -> Template:
    options = [f"--param={name}={value}" for name, value in OPTIONS.items()]
    return template_of(tmp_path_factory.mktemp("options"), "--stage", "test", *options)


def test_options_add_a_table_an_address_and_a_function_url(with_options: Template) -> None:
    template = with_options
    assert template["Conditions"]["HasRateLimit"] == {"Fn::Not": [{"Fn::Equals": ["60/minute", ""]}]}
    assert only(template, "AWS::SNS::Topic")["Subscription"][0]["Endpoint"] == "team@example.com"
    assert "snapstart" in json.dumps(only(template, "AWS::Lambda::Url"))
    page = privacy_page(template)
    assert retentions(template) == {90}
    assert all(words in page for words in ("kept for 90 days", "Example &amp; Sons", "privacy@example.com"))
    check_rights(template)
    variables = only(template, "AWS::Lambda::Function")["Environment"]["Variables"]
    assert (variables["AUTH"], variables["OAUTH_ISSUERS"]) == ("keys+oauth", SIGN_IN["oauthIssuers"])
    assert (variables["OAUTH_SCOPES"], variables["OAUTH_FACADE"]) == ("rag.read, /documents=rag.list", "true")
    assert template["Conditions"]["HasCorpora"] == {"Fn::Not": [{"Fn::Equals": [OPTIONS["corpora"], ""]}]}
    assert variables["CORPORA"] == OPTIONS["corpora"]
    assert variables["SNAPSHOT_URL"]["Fn::If"][:2] == ["HasCorpora", ""]
    assert template["Conditions"]["HasClientSecret"] == {"Fn::Not": [{"Fn::Equals": [SECRET, ""]}]}
    (policy,) = only(template, "AWS::IAM::Role")["Policies"]
    assert f"parameter{SECRET}" in json.dumps(policy)
    loaded = function_settings(template)
    assert (loaded.access, loaded.audit, loaded.public_url) == ("documents", "on", "https://api.example.com")
    assert loaded.mcp_tools == "search_chunks"
    assert loaded.oauth_client_secret_secret == KEPT_SECRET
    assert f"secret:{KEPT_SECRET}-??????" in json.dumps(policy)
    assert template["Conditions"]["HasKeptSecret"]["Fn::Not"][0]["Fn::Equals"][0] == KEPT_SECRET


def test_without_openai_no_key_is_asked_for(with_options: Template) -> None:
    template = with_options
    assert template["Conditions"]["HasOpenAIKey"] == {"Fn::Not": [{"Fn::Equals": ["none", "none"]}]}
    variables = only(template, "AWS::Lambda::Function")["Environment"]["Variables"]
    assert variables["OPENAI_API_KEY_PARAMETER"] == {"Fn::If": ["HasOpenAIKey", "none", ""]}
    (policy,) = only(template, "AWS::IAM::Role")["Policies"]
    assert '{"Ref": "AWS::NoValue"}' in json.dumps(policy)


# What CloudFormation calls, in the name of whoever deploys, to make and to remove a resource of each kind.
MAKES = {
    "AWS::ApiGatewayV2::": ("apigateway:POST", "apigateway:DELETE"),
    "AWS::CloudWatch::Alarm": ("cloudwatch:PutMetricAlarm", "cloudwatch:DeleteAlarms"),
    "AWS::DynamoDB::Table": ("dynamodb:CreateTable", "dynamodb:UpdateTimeToLive", "dynamodb:DeleteTable"),
    "AWS::IAM::Role": ("iam:CreateRole", "iam:PutRolePolicy", "iam:PassRole", "iam:DeleteRole"),
    "AWS::Lambda::Alias": ("lambda:CreateAlias", "lambda:UpdateAlias", "lambda:DeleteAlias"),
    "AWS::Lambda::Function": ("lambda:CreateFunction", "lambda:PutFunctionConcurrency", "lambda:DeleteFunction"),
    "AWS::Lambda::Permission": ("lambda:AddPermission", "lambda:RemovePermission"),
    "AWS::Lambda::Url": ("lambda:CreateFunctionUrlConfig", "lambda:DeleteFunctionUrlConfig"),
    "AWS::Lambda::Version": ("lambda:PublishVersion",),
    "AWS::Logs::LogGroup": ("logs:CreateLogGroup", "logs:PutRetentionPolicy", "logs:DeleteLogGroup"),
    "AWS::S3::Bucket": (
        "s3:CreateBucket",
        "s3:PutBucketVersioning",
        "s3:PutEncryptionConfiguration",
        "s3:DeleteBucket",
    ),
    "AWS::S3::BucketPolicy": ("s3:PutBucketPolicy", "s3:DeleteBucketPolicy"),
    "AWS::SNS::Topic": ("sns:CreateTopic", "sns:Subscribe", "sns:DeleteTopic"),
}


def check_rights(template: Template) -> None:
    policy = json.loads((package.ROOT / "infra" / "deployer-policy.json").read_text())
    rights = {action for statement in policy["Statement"] for action in statement["Action"]}
    for resource in template["Resources"].values():
        kind = resource["Type"]
        ((_, actions),) = [
            item for item in MAKES.items() if kind == item[0] or (item[0][-1] == ":" and item[0] in kind)
        ]
        assert set(actions) <= rights, kind
    assert not [right for right in rights if "*" in right]


def test_cfn_lint_finds_no_error(template: Template, with_options: Template, tmp_path: Path) -> None:
    for name, each in (("plain.json", template), ("options.json", with_options)):
        (tmp_path / name).write_text(json.dumps(each))
    lint(tmp_path / "plain.json", tmp_path / "options.json", package.ROOT / "infra" / "chroma-server.yml")


def lint(*paths: Path) -> None:
    # A redundant DependsOn that osls itself writes; a condition that a value makes constant.
    command = [Path(sys.executable).parent / "cfn-lint", "-r", "eu-west-1", "-i", "W3005", "W8003", "--", *paths]
    run = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
