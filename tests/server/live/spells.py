"""Edits that do to a worker what hostile documents do. Workers import them by name."""

import os
import time
from collections.abc import Callable
from typing import Any

from pycrdt import Doc

Spell = Callable[[Doc[Any]], object]


class PanicException(BaseException):
    """As pycrdt's own: no Exception."""


def spin(_doc: Doc[Any]) -> None:
    """Never come back."""
    while True:
        pass


def sleep(_doc: Doc[Any]) -> None:
    """Never come back, and take no processor time either."""
    time.sleep(3600)


def swell(_doc: Doc[Any]) -> None:
    """Take more memory than there is."""
    held = []
    while True:
        held.append(bytearray(8 * 1024 * 1024))


def crash(_doc: Doc[Any]) -> None:
    """Abort, as Rust does when an allocation fails."""
    os.abort()


def panic(_doc: Doc[Any]) -> None:
    """Panic, as pyo3 tells it."""
    raise PanicException


def fail(_doc: Doc[Any]) -> None:
    """Raise an ordinary error."""
    raise ValueError
