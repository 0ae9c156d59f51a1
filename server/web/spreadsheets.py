"""Rows as CSV that no spreadsheet runs.

A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula and would run it. So
such a cell gets a `'` in front, which spreadsheets take for "this is text".
"""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence

from starlette.responses import Response, StreamingResponse

Rows = Iterable[Sequence[str | int | None]]

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
# Without this, spreadsheets take UTF-8 for something else and break every "ŵ".
_MARK = "\ufeff"


def csv_text(rows: Rows) -> str:
    """Rows as CSV (RFC 4180) in which nothing is a formula."""
    return _MARK + _lines(rows)


def safe(value: str | int | None) -> str:
    """A value as a cell that no spreadsheet runs."""
    if not isinstance(value, str):
        return "" if value is None else str(value)
    return f"'{value}" if value.lstrip(" \n\u00a0").startswith(_FORMULA) else value


def csv_answer(rows: Rows, name: str) -> Response:
    """Rows as a file to keep."""
    return Response(csv_text(rows), media_type="text/csv", headers=_kept_as(name))


def csv_stream(parts: AsyncIterator[Rows], name: str) -> Response:
    """Rows as a file to keep, sent part by part: all of them need not fit into memory."""

    async def text() -> AsyncIterator[str]:
        yield _MARK
        async for rows in parts:
            yield _lines(rows)

    return StreamingResponse(text(), media_type="text/csv", headers=_kept_as(name))


def _lines(rows: Rows) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([safe(value) for value in row] for row in rows)
    return out.getvalue()


def _kept_as(name: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{name}"'}
