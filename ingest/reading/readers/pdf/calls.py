"""pdfium's functions without pypdfium2's checks of each argument, for what is asked many thousand times."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

_ADDRESS, _NUMBER = ctypes.c_void_p, ctypes.c_int


class Thing(ctypes.c_void_p):
    """An address that stays an object of C, to be handed on to the next function as it is."""


def untyped(function: object, gives: type = _NUMBER) -> Callable[..., Any]:
    """The function of pdfium, with arguments taken as they come: numbers as int, all else as objects of C."""
    address = ctypes.cast(function, _ADDRESS).value  # type: ignore[arg-type]
    return ctypes.PYFUNCTYPE(gives)(address or 0)
