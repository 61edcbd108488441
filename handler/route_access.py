"""How each route admits callers.

A route that does not say prevents start-up: nothing is open because somebody forgot.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi.routing import APIRoute

from handler.framework import APIRouter, Depends, FastAPI, iter_route_contexts
from handler.routes.action import admit


# Asynchronous, because FastAPI uses a thread for each dependency that is not.
async def without_key() -> None:
    """Anybody may call. The gate shows such a route only what a setting has made public."""


async def lets_in_itself() -> None:
    """The route calls `admit` itself, or accepts a signed link: its refusal is not flat JSON.

    Else the gate shows nothing.
    """


DOORS = frozenset([admit, without_key, lets_in_itself])


def add_routes(app: FastAPI, router: APIRouter, *, door: Callable[..., Awaitable[None]]) -> None:
    """Let callers in to the router's routes by the door.

    As the app's own routes, not by `include_router`: of what is included FastAPI looks for a route again at each level.
    """
    for route in router.routes:
        if not isinstance(route, APIRoute):
            raise TypeError(f"{route} has no dependencies, and so no door.")
        app.add_api_route(route.path, route.endpoint, methods=sorted(route.methods or ()), dependencies=[Depends(door)])


def check_doors(app: FastAPI) -> None:
    """Raises RuntimeError for a route that has none of the doors, or several."""
    for route in iter_route_contexts(app.routes):
        dependant = getattr(route, "dependant", None)
        doors = DOORS.intersection(each.call for each in dependant.dependencies) if dependant is not None else ()
        if len(doors) != 1:
            raise RuntimeError(
                f"The route {route.path} does not say who may ask it. Include its router with one of "
                f"{', '.join(sorted(door.__name__ for door in DOORS))} as its dependency (handler/route_access.py)."
            )
