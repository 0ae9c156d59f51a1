"""The two versions that are compared: finding what one names, and what one may choose from.

A version is named `<slug>@<number>`, an edition, or `<slug>`, a Charter as it stands now. An
edition is for everybody who may read its Charter. What stands now is for those who are there while
it is written: its own group.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.comparing.side import Side
from server.errors import MayNot, NotSignedIn, SameVersion, UnknownCharter, UnknownEdition
from server.people.permits import Action, Who, groups_of, may, visible_to
from server.people.tables import GroupRow
from server.writing import editions
from server.writing.read_side import read_charter
from server.writing.tables import CharterRow, EditionRow

_NUMBER = re.compile("[1-9][0-9]{0,8}")


@dataclass(frozen=True, slots=True)
class Choice:
    """A version that one may compare; `number` is None for what stands now."""

    version: str
    number: int | None
    name: str


@dataclass(frozen=True, slots=True)
class Choices:
    """The versions of one Charter, the newest first."""

    title: str
    group: str
    versions: Sequence[Choice]


async def read_sides(
    session: AsyncSession, who: Who | None, first: str, second: str
) -> tuple[Side, Side]:
    """Both versions. Raises SameVersion, and what `read_version` raises."""
    if first == second:
        raise SameVersion
    return await read_version(session, who, first), await read_version(session, who, second)


async def read_version(session: AsyncSession, who: Who | None, version: str) -> Side:
    """What a version says. Raises UnknownCharter, UnknownEdition, NotSignedIn or MayNot."""
    slug, at, number = version.partition("@")
    found = (
        await session.execute(
            select(CharterRow, GroupRow.name)
            .join(GroupRow, GroupRow.id == CharterRow.group_id)
            .where(CharterRow.slug == slug)
        )
    ).one_or_none()
    if found is None:
        raise UnknownCharter
    row, group = found
    if not may(who, Action.READ if at else Action.WATCH, row):
        raise NotSignedIn if who is None else MayNot
    if not at:
        return Side(version, slug, group, None, await read_charter(session, row.id))
    if _NUMBER.fullmatch(number) is None:
        raise UnknownEdition
    edition = await editions.numbered(session, row.id, int(number))
    said = await editions.read(session, edition.id)
    removed = frozenset(item.id for item in said.items if item.wording is None)
    hidden = frozenset(item.id for item in said.items if item.words_hidden is not None)
    return Side(version, slug, said.by, edition.number, said.charter, removed, hidden)


async def choices(session: AsyncSession, who: Who | None) -> list[Choices]:
    """Everything that one may compare: national Charters first, then places by their names."""
    own = groups_of(who)
    found = await session.execute(
        select(CharterRow, GroupRow.name, EditionRow.number, EditionRow.name)
        .join(GroupRow, GroupRow.id == CharterRow.group_id)
        .outerjoin(EditionRow, EditionRow.charter_id == CharterRow.id)
        .where(or_(CharterRow.group_id.in_(own), CharterRow.visibility.in_(visible_to(who))))
        .order_by(
            GroupRow.kind.desc(),
            GroupRow.name,
            CharterRow.title,
            CharterRow.slug,
            EditionRow.number.desc(),
        )
    )
    charters: dict[str, tuple[CharterRow, str, list[Choice]]] = {}
    for row, group, number, name in found:
        _, _, versions = charters.setdefault(row.id, (row, group, []))
        if not versions and may(who, Action.WATCH, row):
            versions.append(Choice(row.slug, None, ""))
        if number is not None and may(who, Action.READ, row):
            versions.append(Choice(f"{row.slug}@{number}", number, name))
    return [
        Choices(row.title, group, versions)
        for row, group, versions in charters.values()
        if versions
    ]
