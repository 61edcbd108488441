"""FastAPI, imported so that its models of OpenAPI are built when they are first used: an answer uses none of them.

docs/decisions/0060-sketch-and-cold-start.md says what that saves. The app and the doors import it from here, before any
route does; pydantic takes `defer_build` from the class that a model is made from.
"""

from __future__ import annotations

from pydantic import BaseModel

BaseModel.model_config["defer_build"] = True
try:
    from fastapi import APIRouter, Depends, FastAPI
    from fastapi.routing import iter_route_contexts
    from fastapi.telemetry import TelemetryConfig
finally:
    del BaseModel.model_config["defer_build"]

__all__ = ["APIRouter", "Depends", "FastAPI", "TelemetryConfig", "iter_route_contexts"]
