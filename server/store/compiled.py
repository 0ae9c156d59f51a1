"""Statements compiled once and run by the driver, for the few that run with every keystroke.

SQLAlchemy looks a statement up, names its values and wraps its result at each call, which takes
longer than the statement itself (docs/decisions/journal-thread.md has figures).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.sql.dml import UpdateBase

Values = Mapping[str, object]


class Compiled:
    """An INSERT, UPDATE or DELETE in the words of one database."""

    def __init__(self, statement: UpdateBase, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self._words = str(compiled)
        self._order = compiled.positiontup
        self._ready = {
            name: process
            for name, bind in compiled.binds.items()
            if (process := bind.type.dialect_impl(dialect).bind_processor(dialect)) is not None
        }

    def run(self, cursor: DBAPICursor, values: Values) -> None:
        """Run it once. `values` has every value that the statement names."""
        cursor.execute(self._words, self._bound(values))

    def run_each(self, cursor: DBAPICursor, rows: Sequence[Values]) -> None:
        """Run it once for each row."""
        cursor.executemany(self._words, [self._bound(values) for values in rows])

    def _bound(self, values: Values) -> Any:
        bound = {
            name: self._ready[name](value) if name in self._ready else value
            for name, value in values.items()
        }
        return bound if self._order is None else tuple(bound[name] for name in self._order)
