"""Statements compiled once and run by the driver, for the few that run with every keystroke.

SQLAlchemy looks a statement up, names its values and wraps its result at each call, which takes
longer than the statement itself (docs/decisions/journal-thread.md has figures).
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Dialect, Select
from sqlalchemy.sql.dml import UpdateBase

Values = Mapping[str, object]
_Process = Callable[[Any], Any] | None


class Compiled:
    """A statement whose values are all named; compiled when a database first needs it.

    Values may be anything of the types of the columns; a list to choose from (`IN`) is none.
    """

    def __init__(self, statement: UpdateBase | Select[Any]) -> None:
        self._statement = statement
        self._compiled: WeakKeyDictionary[Dialect, _ForOneDatabase] = WeakKeyDictionary()

    def run(self, connection: Connection, values: Values) -> int:
        """Run it once; returns how many rows it touched. `values` has every value it names."""
        words = self._for(connection.dialect)
        with closing(connection.connection.cursor()) as cursor:
            cursor.execute(words.text, words.bound(values))
            return cursor.rowcount

    def run_each(self, connection: Connection, rows: Sequence[Values]) -> None:
        """Run it once for each row."""
        words = self._for(connection.dialect)
        with closing(connection.connection.cursor()) as cursor:
            cursor.executemany(words.text, [words.bound(values) for values in rows])

    def rows(self, connection: Connection, values: Values) -> list[tuple[Any, ...]]:
        """What a SELECT finds, or what another statement returns."""
        words = self._for(connection.dialect)
        with closing(connection.connection.cursor()) as cursor:
            cursor.execute(words.text, words.bound(values))
            return [words.read(row) for row in cursor.fetchall()]

    def _for(self, dialect: Dialect) -> "_ForOneDatabase":
        words = self._compiled.get(dialect)
        if words is None:
            words = self._compiled[dialect] = _ForOneDatabase(self._statement, dialect)
        return words


class _ForOneDatabase:
    """A statement in the words of one database, and how its values go in and come out."""

    def __init__(self, statement: UpdateBase | Select[Any], dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self.text = str(compiled)
        self._order = compiled.positiontup
        # What the statement itself gives, such as a limit.
        self._given = {
            name: bind.effective_value
            for name, bind in compiled.binds.items()
            if not bind.required and bind.effective_value is not None
        }
        self._in: dict[str, Callable[[Any], Any]] = {
            name: process
            for name, bind in compiled.binds.items()
            if (process := bind.type.dialect_impl(dialect).bind_processor(dialect)) is not None
        }
        columns = (
            statement.selected_columns
            if isinstance(statement, Select)
            else statement.exported_columns
        )
        self._out: list[_Process] = [
            column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns
        ]
        self._as_it_is = not any(self._out)

    def bound(self, values: Values) -> Any:
        ready = self._in
        bound = dict(self._given)
        for name, value in values.items():
            bound[name] = ready[name](value) if name in ready else value
        return bound if self._order is None else tuple(bound[name] for name in self._order)

    def read(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        if self._as_it_is:
            return row
        pairs = zip(self._out, row, strict=True)
        return tuple(value if process is None else process(value) for process, value in pairs)
