"""How each route lets callers in. One that does not say does not start: nothing is open because somebody forgot it."""

from __future__ import annotations

from handler.framework import FastAPI, iter_route_contexts
from handler.routes.action import admit


# Asynchronous, for FastAPI takes a thread for each dependency that is not.
async def without_key() -> None:
    """Anybody may ask. The gate shows such a route nothing but what a setting has told without a key."""


async def lets_in_itself() -> None:
    """The route calls `admit`, or takes a signed link: a refusal there is no flat JSON. Else the gate shows nothing."""


DOORS = frozenset([admit, without_key, lets_in_itself])


def check_doors(app: FastAPI) -> None:
    """Raises RuntimeError for a route that has none of the doors, or several."""
    for route in iter_route_contexts(app.routes):
        dependant = getattr(route, "dependant", None)
        doors = DOORS.intersection(each.call for each in dependant.dependencies) if dependant is not None else ()
        if len(doors) != 1:
            raise RuntimeError(
                f"The route {route.path} does not say who may ask it. Include its router with one of "
                f"{', '.join(sorted(door.__name__ for door in DOORS))} as its dependency (handler/doors.py)."
            )
