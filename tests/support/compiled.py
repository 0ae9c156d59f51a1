"""Templates that are compiled once in a process, however many apps it makes.

The server makes its templates once and needs no such thing; tests make them hundreds of times, and
compiling took a third of the time of every test that asks for a page.
"""

from contextlib import suppress
from functools import partial
from types import CodeType
from unittest.mock import patch

from jinja2 import BytecodeCache, Environment, TemplateSyntaxError
from jinja2.bccache import Bucket

from server.settings import Settings
from server.web import templates


class Kept(BytecodeCache):
    """Compiled templates, by what they were compiled from."""

    def __init__(self) -> None:
        self._compiled: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._compiled.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._compiled[bucket.key, bucket.checksum] = bucket.code


def keep_compiled_templates() -> None:
    """Have every Templates of this process share what was compiled."""
    patch.object(templates, "Environment", partial(Environment, bytecode_cache=Kept())).start()


def compile_templates() -> None:
    """Compile every page, for this process and all that are forked from it."""
    keep_compiled_templates()
    environment = templates.Templates(Settings()).environment
    for name in environment.list_templates():
        # One that is broken is told of where it is asked for.
        with suppress(TemplateSyntaxError):
            environment.get_template(name)
