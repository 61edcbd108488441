"""moto with what `osls deploy` needs and moto lacks: aliases, HTTP APIs, functions that really run. Its own process.

    python -c "from tests.lambda_.cloud import main; main()" AWS_PORT GATEWAY_PORT FOLDER

moto passes over resources of a kind that it does not know and calls the stack complete: those are added here. What is
deployed runs in the emulator; the HTTP API that was deployed listens on GATEWAY_PORT.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

from moto.apigatewayv2.models import apigatewayv2_backends
from moto.awslambda.models import lambda_backends
from moto.core.common_models import CloudFormationModel
from moto.server import main as serve_moto

from tests.lambda_.gateway import Deployed, Runner, serve_gateway

ACCOUNT = "123456789012"
REGION = "eu-west-1"


class Resource(CloudFormationModel):
    """A resource of one kind: `make` creates it and gives its physical id.

    moto looks at direct subclasses of CloudFormationModel alone, so each kind names it too.
    """

    kind: ClassVar[str] = ""

    def __init__(self, properties: dict[str, Any]) -> None:
        self.properties = properties
        self.physical_resource_id = self.make(properties)

    def make(self, properties: dict[str, Any]) -> str:
        """Create it in moto's backends."""
        raise NotImplementedError

    @classmethod
    def cloudformation_type(cls) -> str:
        return cls.kind

    @classmethod
    def cloudformation_name_type(cls) -> str:
        """The name is not a property."""
        return ""

    @classmethod
    def create_from_cloudformation_json(cls, *words: Any, **_: Any) -> Resource:
        return cls(words[1]["Properties"])

    @classmethod
    def update_from_cloudformation_json(cls, *words: Any, **named: Any) -> Resource:
        return cls((named.get("cloudformation_json") or words[2])["Properties"])

    @classmethod
    def delete_from_cloudformation_json(cls, *_: Any) -> None:
        """Nothing outlives the process."""

    def delete(self, *_: Any, **__: Any) -> None:
        """Nothing outlives the process."""

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr == "ApiEndpoint"

    def get_cfn_attribute(self, attribute_name: str) -> str:
        return f"https://{self.physical_resource_id}.execute-api.{REGION}.amazonaws.com#{attribute_name}"


def lambdas() -> Any:
    return lambda_backends[ACCOUNT][REGION]


def apis() -> Any:
    return apigatewayv2_backends[ACCOUNT][REGION]


class Alias(Resource, CloudFormationModel):
    kind = "AWS::Lambda::Alias"

    def make(self, properties: dict[str, Any]) -> str:
        name = properties["FunctionName"].split(":function:")[-1].split(":")[0]
        alias = lambdas().create_alias(properties["Name"], name, properties["FunctionVersion"], "", None)
        return str(alias.arn)


class HttpApi(Resource, CloudFormationModel):
    kind = "AWS::ApiGatewayV2::Api"

    def make(self, properties: dict[str, Any]) -> str:
        named = {
            "api_key_selection_expression": None,
            "cors_configuration": properties.get("CorsConfiguration"),
            "description": "",
            "disable_schema_validation": False,
            "disable_execute_api_endpoint": False,
            "name": properties["Name"],
            "protocol_type": properties["ProtocolType"],
            "route_selection_expression": "",
            "tags": {},
            "version": "",
        }
        return str(apis().create_api(**named).api_id)

    def delete(self, *_: Any, **__: Any) -> None:
        apis().delete_api(self.physical_resource_id)


class Stage(Resource, CloudFormationModel):
    kind = "AWS::ApiGatewayV2::Stage"

    def make(self, properties: dict[str, Any]) -> str:
        apis().create_stage(properties["ApiId"], {"stageName": properties["StageName"]})
        return str(properties["StageName"])


class Integration(Resource, CloudFormationModel):
    kind = "AWS::ApiGatewayV2::Integration"
    uris: ClassVar[dict[str, str]] = {}

    def make(self, properties: dict[str, Any]) -> str:
        name = f"integration-{len(self.uris)}"
        self.uris[name] = properties["IntegrationUri"]
        return name


class Route(Resource, CloudFormationModel):
    kind = "AWS::ApiGatewayV2::Route"
    targets: ClassVar[dict[str, str]] = {}

    def make(self, properties: dict[str, Any]) -> str:
        self.targets[properties["RouteKey"]] = properties["Target"].removeprefix("integrations/")
        return f"route-{len(self.targets)}"


class BucketPolicy(Resource, CloudFormationModel):
    kind = "AWS::S3::BucketPolicy"

    def make(self, properties: dict[str, Any]) -> str:
        return f"{properties['Bucket']}-policy"


def deployed() -> Deployed | None:
    """The function behind the API's one route, by the alias that its integration names."""
    target = Route.targets.get("$default")
    if target is None or not apis().apis:
        return None
    name, qualifier = Integration.uris[target].split(":function:")[1].split(":")
    function = lambdas().get_function(name, qualifier)
    return Deployed(
        code=function.code_bytes,
        handler=function.handler,
        memory_mb=int(function.memory_size),
        timeout_seconds=int(function.timeout),
        variables=dict(function.environment_vars),
    )


def outputs_of(stack: Any, gateway_port: int) -> list[dict[str, str]]:
    """What `make deploy` reads of the stack, which moto forgets when it is updated. The HTTP API is the one here."""
    bucket = stack.resource_map["SnapshotBucket"].physical_resource_id if "SnapshotBucket" in stack.resource_map else ""
    values = {"SnapshotUrl": f"s3://{bucket}/corpus", "HttpApiUrl": f"http://127.0.0.1:{gateway_port}"}
    return [{"OutputKey": key, "OutputValue": value} for key, value in values.items()]


def record_actions(path: Path) -> None:
    """Write each call to AWS there as service:Action, as IAM policies name them; S3's are told apart otherwise."""
    base: Any = import_module("moto.core.responses").BaseResponse
    call = base.call_action

    def recorded(response: Any) -> Any:
        with path.open("a") as log:
            log.write(f"{response.service_name.removeprefix('aws')}:{response._get_action()}\n")
        return call(response)

    base.call_action = recorded


def main() -> None:
    """Serve until terminated."""
    aws_port, gateway_port, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    # Any, because what is missing in moto is put there.
    record_actions(folder / "actions")
    cloudformation: Any = import_module("moto.cloudformation.models")
    version: Any = import_module("moto.awslambda.models").LambdaVersion
    # moto refuses a template for any remark, such as a redundant DependsOn, which osls itself writes. It is checked by
    # tests/infra/test_template.py.
    cloudformation.validate_template_cfn_lint = lambda _template: []
    version.has_cfn_attr = classmethod(lambda _cls, attr: attr == "Version")
    version.get_cfn_attribute = lambda self, _name: str(self.version)
    cloudformation.Stack.outputs = property(lambda stack: outputs_of(stack, gateway_port))
    # moto leaves by SystemExit when it is terminated.
    with contextlib.closing(Runner(folder, f"http://127.0.0.1:{aws_port}")) as runner:
        threading.Thread(target=serve_gateway, args=(gateway_port, runner, deployed), daemon=True).start()
        serve_moto(["-H", "127.0.0.1", "-p", str(aws_port)])
