"""The title of a Charter and the words under it: what may stand there, and who changed it when.

In the document they are plain text: of two people who change them at once, the last one is right.
"""

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.errors import NotFilledIn
from server.people.audit import What, record_on
from server.people.permits import Action, Who, may
from server.people.tables import AuditRow, PersonRow
from server.writing import authors, limits, rich_text
from server.writing.authors import Author, helped_by
from server.writing.diary import About
from server.writing.tables import CharterRow


@dataclass(frozen=True, slots=True)
class Retitled:
    """Somebody changed the title, or the words under it."""

    at: datetime
    persons: tuple[str, ...]
    parts: frozenset[About]


def tidy(part: About, text: str) -> str:
    """What was written in a form, as one line. Raises NotFilledIn."""
    lines = unicodedata.normalize("NFC", text).splitlines()
    line = " ".join(filter(None, map(rich_text.tidy_line, lines)))
    most = limits.TITLE if part is About.TITLE else limits.SUMMARY
    if part is About.TITLE and not line:
        raise NotFilledIn("Please write a title.")
    if len(line) > most:
        raise NotFilledIn(f"This is too long. Use at most {most:,} letters.")
    return line


def record(connection: Connection, row: CharterRow, who: Who, parts: Sequence[About]) -> None:
    """Note in the transaction that makes it that these parts were changed, and not what they said:
    nothing can be taken out of the record again.
    """
    record_on(
        connection,
        What.TITLE_CHANGED,
        by=who,
        for_id=helped_by(who, row),
        group_id=row.group_id,
        charter_id=row.id,
        parts=[str(part) for part in parts],
    )


async def of_charters(
    session: AsyncSession, who: Who | None, charter_ids: Collection[str]
) -> dict[str, str]:
    """The titles of these Charters by id, of those that one may read."""
    rows = await session.scalars(select(CharterRow).where(CharterRow.id.in_(charter_ids)))
    return {row.id: row.title for row in rows if may(who, Action.READ, row)}


async def changes(session: AsyncSession, charter_id: str) -> tuple[Retitled, ...]:
    """All changes of the title of a Charter and of the words under it, newest first."""
    found = await session.scalars(
        select(AuditRow)
        .where(AuditRow.charter_id == charter_id, AuditRow.what == What.TITLE_CHANGED.value)
        .order_by(AuditRow.at.desc(), AuditRow.id.desc())
    )
    rows = found.all()
    by = [authors.author(row.person_id, row.for_id) for row in rows]
    ids = authors.ids_of(filter(None, by))
    names = {
        person.id: person.name
        for person in await session.execute(
            select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(ids))
        )
    }
    return tuple(
        Retitled(row.at, _named(names, one), frozenset(map(About, row.details["parts"])))
        for row, one in zip(rows, by, strict=True)
    )


def _named(names: dict[str, str], one: Author | None) -> tuple[str, ...]:
    return () if one is None else authors.named(names, [one])
